/**
 * The ephemeral stream: one client, one table, numbered requests.
 *
 * @module
 */
import { create, fromBinary, isFieldSet, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  type CreateIngestStreamRequest,
  CreateIngestStreamRequestSchema,
  type EphemeralStreamRequest,
  EphemeralStreamRequestSchema,
  EphemeralStreamResponseSchema,
  IngestRecordBatchRequestSchema,
  IngestRecordRequestSchema,
  RecordType,
} from "../gen/zerobus_pb.ts";
import type { ServedRequest, ServedStream, StreamBehaviour, StreamResponse } from "./behaviour.ts";
import { checkColumns, DescriptorProblem, readDescriptor, type RowType } from "./descriptor.ts";
import { isTableName } from "./table_name.ts";
import { RecordChecker, RecordProblem } from "./record_check.ts";
import type { OpenCall } from "./open_call.ts";
import type { LandedRequest, RequestSource } from "./landed_request.ts";
import { bytesIn, oneRecord, type Records, recordsOfBatch } from "./request.ts";
import { type LocalRow, readRow } from "./row.ts";
import type { Counters } from "./stats.ts";
import type { TableStore } from "./table.ts";
import type { Tables } from "./tables.ts";

/** A call of `EphemeralStream`, whatever protocol carries it. */
export interface StreamCall {
  /** The one table that the call may write to; undefined if it may write to any. */
  readonly authorizedTable: string | undefined;
  /** Serialized `EphemeralStreamRequest`s. */
  readonly messages: AsyncIterable<Uint8Array>;
  /** Sends a serialized `EphemeralStreamResponse`; resolves when there is room for more. */
  send(message: Uint8Array): Promise<void>;
  /** How it ends, or is ended. */
  readonly life: OpenCall;
}

/** What all streams of a server share. */
export interface StreamServices {
  /** Where rows go. */
  readonly tables: Tables;
  /** What is counted. */
  readonly stats: Counters;
  /** What a stream says. */
  readonly behave: (stream: ServedStream) => StreamBehaviour;
}

/** A request other than `create_stream`. */
type IngestPayload = Extract<
  EphemeralStreamRequest["payload"],
  { case: "ingestRecord" | "ingestRecordBatch" }
>;

/**
 * Serves a stream until the client half-closes. Each request is checked, kept and acknowledged
 * before the next one is looked at.
 *
 * @throws {ConnectError} with the status that the stream ends with; something else when the client
 * goes away.
 */
export async function serveStream(call: StreamCall, services: StreamServices): Promise<void> {
  let stream: OpenStream | undefined;
  let behaviour: StreamBehaviour | undefined;
  for await (const message of call.messages) {
    call.life.signal.throwIfAborted();
    const { payload } = parse(message);
    if (payload.case === undefined) refuse("the request has no payload");
    if (payload.case === "createStream") {
      if (stream !== undefined) refuse("create_stream was sent twice");
      stream = openStream(payload.value, call, services);
      behaviour = services.behave(stream);
      await behaviour.created();
    } else {
      if (stream === undefined) refuse("the first request is not create_stream");
      const request = stream.read(payload);
      const refusal = behaviour!.refusal(request);
      if (refusal !== undefined) throw refusal;
      stream.keep(request);
      await behaviour!.kept(request);
    }
  }
  await behaviour?.finished();
}

/** A request that was read. */
class IncomingRequest implements ServedRequest {
  readonly offset: bigint;
  readonly records: Records;
  readonly #type: RowType;

  constructor(offset: bigint, records: Records, type: RowType) {
    this.offset = offset;
    this.records = records;
    this.#type = type;
  }

  get rowCount(): number {
    return this.records.bounds.length / 2;
  }

  get byteCount(): number {
    return bytesIn(this.records);
  }

  *rows(): IterableIterator<LocalRow> {
    const { bytes, bounds } = this.records;
    for (let at = 0; at < bounds.length; at += 2) {
      yield readRow(this.#type.message, bytes.subarray(bounds[at]!, bounds[at + 1]!));
    }
  }
}

/** A stream that was accepted. */
class OpenStream implements ServedStream, RequestSource {
  readonly id: string = crypto.randomUUID();
  readonly type: RowType;
  readonly #table: TableStore;
  readonly #checker: RecordChecker;
  readonly #stats: Counters;
  readonly #call: StreamCall;
  /** Kept, and not acknowledged. */
  readonly #open: LandedRequest[] = [];
  #nextOffset = 0n;

  constructor(table: TableStore, type: RowType, call: StreamCall, stats: Counters) {
    this.#table = table;
    this.type = type;
    this.#checker = new RecordChecker(type);
    this.#stats = stats;
    this.#call = call;
  }

  get tableName(): string {
    return this.#table.name;
  }

  get signal(): AbortSignal {
    return this.#call.life.signal;
  }

  get cutAt(): number | undefined {
    return this.#call.life.cutAt;
  }

  async send(response: StreamResponse): Promise<void> {
    this.signal.throwIfAborted();
    if (response.case === "ingestRecordResponse") {
      this.#acknowledge(response.value.durabilityAckUpToOffset ?? -1n);
    }
    const message = create(EphemeralStreamResponseSchema, { payload: response });
    await this.#call.send(toBinary(EphemeralStreamResponseSchema, message));
  }

  end(): void {
    this.#call.life.end();
  }

  cut(): void {
    this.#call.life.cut();
  }

  reset(): void {
    this.#call.life.reset();
  }

  /** The request in a payload, its records checked. */
  read(payload: IngestPayload): IncomingRequest {
    const offset = this.#takeOffset(payload);
    const records = recordsOf(payload);
    const { bytes, bounds } = records;
    for (let at = 0; at < bounds.length; at += 2) {
      try {
        this.#checker.check(bytes, bounds[at]!, bounds[at + 1]!);
      } catch (reason) {
        if (!(reason instanceof RecordProblem)) throw reason;
        refuse(`record ${at / 2} of the request with offset ${offset}: ${reason.message}`);
      }
    }
    return new IncomingRequest(offset, records, this.type);
  }

  /** Puts a request's records into the table, all of them at once. */
  keep(request: IncomingRequest): void {
    this.#open.push(this.#table.add(this, request.offset, request.records));
    this.#stats.requests++;
    this.#stats.records += request.rowCount;
    this.#stats.bytes += request.byteCount;
  }

  #acknowledge(upTo: bigint): void {
    this.#stats.acknowledgements++;
    // Nobody can be expected to believe this.
    if (upTo >= this.#nextOffset) return;
    while (this.#open[0] !== undefined && this.#open[0].offset <= upTo) {
      this.#open.shift()!.acknowledge();
    }
  }

  #takeOffset({ case: kind, value }: IngestPayload): bigint {
    const given = kind === "ingestRecord"
      ? isFieldSet(value, IngestRecordRequestSchema.field.offsetId)
      : isFieldSet(value, IngestRecordBatchRequestSchema.field.offsetId);
    if (!given || value.offsetId !== this.#nextOffset) {
      refuse(
        `non-sequential offset_id: expected ${this.#nextOffset}, got ` +
          `${given ? value.offsetId : "none"}. Error Code: 4002, Error State: 1`,
      );
    }
    return this.#nextOffset++;
  }
}

function openStream(
  request: CreateIngestStreamRequest,
  call: StreamCall,
  { tables, stats }: StreamServices,
): OpenStream {
  const { authorizedTable } = call;
  const { tableName } = request;
  if (authorizedTable !== undefined && tableName !== authorizedTable) {
    throw new ConnectError(
      `the headers are for table ${authorizedTable}, create_stream for ${tableName || "none"}`,
      Code.PermissionDenied,
    );
  }
  if (!isTableName(tableName)) refuse("table_name is not catalog.schema.table");
  checkRecordType(request);
  const table = tables.find(tableName);
  if (table === undefined) {
    throw new ConnectError(`there is no table ${tableName}`, Code.NotFound);
  }
  const type = rowTypeOf(request, table);
  table.descriptor = request.descriptorProto;
  stats.streams++;
  return new OpenStream(table, type, call, stats);
}

function checkRecordType(request: CreateIngestStreamRequest): void {
  // Older clients do not name one, and mean PROTO.
  if (!isFieldSet(request, CreateIngestStreamRequestSchema.field.recordType)) return;
  switch (request.recordType) {
    case RecordType.PROTO:
      return;
    case RecordType.JSON:
    case RecordType.AVRO:
      throw new ConnectError("only record type PROTO is served here", Code.Unimplemented);
    default:
      refuse("record_type is not one of PROTO, JSON, AVRO");
  }
}

function rowTypeOf({ descriptorProto }: CreateIngestStreamRequest, table: TableStore): RowType {
  if (descriptorProto.length === 0) refuse("descriptor_proto is missing");
  try {
    const type = readDescriptor(descriptorProto);
    checkColumns(type, table.definition);
    return type;
  } catch (reason) {
    if (!(reason instanceof DescriptorProblem)) throw reason;
    refuse(`descriptor_proto: ${reason.message}`);
  }
}

function recordsOf(payload: IngestPayload): Records {
  const content = payload.case === "ingestRecord" ? payload.value.record : payload.value.batch;
  switch (content.case) {
    case "protoEncodedRecord":
      return oneRecord(content.value);
    case "protoEncodedBatch":
      return recordsOfBatch(content.value) ?? refuse("proto_encoded_batch does not parse");
    case undefined:
      return refuse("the request has no records");
    default:
      return refuse("the stream was created for PROTO records");
  }
}

function parse(message: Uint8Array): EphemeralStreamRequest {
  try {
    return fromBinary(EphemeralStreamRequestSchema, message);
  } catch {
    refuse("the request does not parse as an EphemeralStreamRequest");
  }
}

function refuse(problem: string): never {
  throw new ConnectError(problem, Code.InvalidArgument);
}
