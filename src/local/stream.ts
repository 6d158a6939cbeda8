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
import type { ServedStream, StreamBehaviour, StreamResponse } from "./behaviour.ts";
import { checkColumns, DescriptorProblem, readDescriptor, type RowType } from "./descriptor.ts";
import { isTableName } from "./options.ts";
import { RecordChecker, RecordProblem } from "./record_check.ts";
import { oneRecord, type Records, recordsOfBatch } from "./request.ts";
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
}

/** What all streams of a server share. */
export interface StreamServices {
  /** Where rows go. */
  readonly tables: Tables;
  /** What is counted. */
  readonly stats: Counters;
  /** What streams say. */
  readonly behaviour: StreamBehaviour;
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
  for await (const message of call.messages) {
    const { payload } = parse(message);
    if (payload.case === undefined) refuse("the request has no payload");
    if (payload.case === "createStream") {
      if (stream !== undefined) refuse("create_stream was sent twice");
      stream = openStream(payload.value, call, services);
      await services.behaviour.created(stream);
    } else {
      if (stream === undefined) refuse("the first request is not create_stream");
      await services.behaviour.kept(stream, stream.keep(payload));
    }
  }
}

/** A stream that was accepted. */
class OpenStream implements ServedStream {
  readonly id: string = crypto.randomUUID();
  readonly #table: TableStore;
  readonly #type: RowType;
  readonly #checker: RecordChecker;
  readonly #stats: Counters;
  readonly #send: StreamCall["send"];
  #nextOffset = 0n;

  constructor(table: TableStore, type: RowType, send: StreamCall["send"], stats: Counters) {
    this.#table = table;
    this.#type = type;
    this.#checker = new RecordChecker(type);
    this.#stats = stats;
    this.#send = send;
  }

  get tableName(): string {
    return this.#table.name;
  }

  async send(response: StreamResponse): Promise<void> {
    const message = create(EphemeralStreamResponseSchema, { payload: response });
    await this.#send(toBinary(EphemeralStreamResponseSchema, message));
    if (response.case === "ingestRecordResponse") this.#stats.acknowledgements++;
  }

  /** Puts a request's records into the table, all or none, and returns the request's offset. */
  keep(payload: IngestPayload): bigint {
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
    const before = this.#table.byteCount;
    this.#table.add(this.#type, records);
    this.#stats.requests++;
    this.#stats.records += bounds.length / 2;
    this.#stats.bytes += this.#table.byteCount - before;
    return offset;
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
  { authorizedTable, send }: StreamCall,
  { tables, stats }: StreamServices,
): OpenStream {
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
  return new OpenStream(table, type, send, stats);
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
