/**
 * The ephemeral stream: one client, one table, numbered requests.
 *
 * @module
 */
import {
  create,
  fromBinary,
  isFieldSet,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
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
import type { StreamResponse } from "./behaviour.ts";
import { checkColumns, DescriptorProblem, readDescriptor, type RowType } from "./descriptor.ts";
import { type FramedRecords, type Frames, oneRecord, recordsOfBatch } from "./framed_records.ts";
import { durationOf } from "./faults/scripted_error.ts";
import {
  OpenStream,
  refuse,
  type StreamCall,
  type StreamServices,
  type Voice,
} from "./open_stream.ts";
import { JsonRecords } from "./json_records.ts";
import { ProtobufRecords } from "./protobuf_records.ts";
import { RecordChecker } from "./record_check.ts";
import type { Records } from "./records.ts";
import type { TableStore } from "./table.ts";
import { isTableName } from "./table_name.ts";

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
  let open: EphemeralStream | undefined;
  for await (const message of call.messages) {
    call.life.signal.throwIfAborted();
    const { payload } = parse(message);
    if (payload.case === undefined) refuse("the request has no payload");
    if (payload.case === "createStream") {
      if (open !== undefined) refuse("create_stream was sent twice");
      open = openStream(payload.value, call, services);
      await open.stream.begin();
    } else {
      if (open === undefined) refuse("the first request is not create_stream");
      const offset = open.stream.takeOffset(offsetOf(payload));
      await open.stream.take(offset, open.read(offset, payload));
    }
  }
  await open?.stream.finish();
}

/** A stream with what it needs to read the requests on it. */
interface EphemeralStream {
  readonly stream: OpenStream;
  /** The records in a payload, checked. */
  read(offset: bigint, payload: IngestPayload): Records;
}

/** What the server says, as `EphemeralStreamResponse`s. */
const voice: Voice = {
  countsRecords: false,
  say(response) {
    const message = create(EphemeralStreamResponseSchema, { payload: payloadOf(response) });
    return toBinary(EphemeralStreamResponseSchema, message);
  },
};

function payloadOf(
  response: StreamResponse,
): NonNullable<MessageInitShape<typeof EphemeralStreamResponseSchema>["payload"]> {
  switch (response.kind) {
    case "accepted": {
      const { streamId } = response;
      return { case: "createStreamResponse", value: streamId === undefined ? {} : { streamId } };
    }
    case "acknowledged":
      return {
        case: "ingestRecordResponse",
        value: { durabilityAckUpToOffset: response.upTo },
      };
    case "closing": {
      const { durationMs } = response;
      const value = durationMs === undefined ? {} : { duration: durationOf(durationMs) };
      return { case: "closeStreamSignal", value };
    }
  }
}

function offsetOf({ case: kind, value }: IngestPayload): bigint | undefined {
  const given = kind === "ingestRecord"
    ? isFieldSet(value, IngestRecordRequestSchema.field.offsetId)
    : isFieldSet(value, IngestRecordBatchRequestSchema.field.offsetId);
  return given ? value.offsetId : undefined;
}

function openStream(
  request: CreateIngestStreamRequest,
  call: StreamCall,
  services: StreamServices,
): EphemeralStream {
  const { authorizedTable } = call;
  const { tableName } = request;
  if (authorizedTable !== undefined && tableName !== authorizedTable) {
    throw new ConnectError(
      `the headers are for table ${authorizedTable}, create_stream for ${tableName || "none"}`,
      Code.PermissionDenied,
    );
  }
  if (!isTableName(tableName)) refuse("table_name is not catalog.schema.table");
  const recordType = recordTypeOf(request);
  const table = services.tables.find(tableName);
  if (table === undefined) {
    throw new ConnectError(`there is no table ${tableName}`, Code.NotFound);
  }
  const recordsIn = recordType === "JSON"
    ? (frames: Frames) => new JsonRecords(frames, table.definition)
    : protobufReader(request, table);
  return {
    stream: new OpenStream(table, call, services, voice),
    read(offset, payload) {
      const records = recordsIn(framesOf(payload, recordType));
      const problem = records.problem();
      if (problem === undefined) return records;
      refuse(`record ${problem.index} of the request with offset ${offset}: ${problem.message}`);
    },
  };
}

/** The records that a stream carries. */
type ServedType = "PROTO" | "JSON";

function recordTypeOf(request: CreateIngestStreamRequest): ServedType {
  // Older clients do not name one, and mean PROTO.
  if (!isFieldSet(request, CreateIngestStreamRequestSchema.field.recordType)) return "PROTO";
  switch (request.recordType) {
    case RecordType.PROTO:
      return "PROTO";
    case RecordType.JSON:
      return "JSON";
    case RecordType.AVRO:
      throw new ConnectError("record type AVRO is not served here", Code.Unimplemented);
    default:
      refuse("record_type is not one of PROTO, JSON, AVRO");
  }
}

function protobufReader(
  request: CreateIngestStreamRequest,
  table: TableStore,
): (frames: Frames) => FramedRecords {
  const type = rowTypeOf(request, table);
  table.descriptor = request.descriptorProto;
  const checker = new RecordChecker(type);
  return (frames) => new ProtobufRecords(frames, type, checker);
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

function framesOf(payload: IngestPayload, recordType: ServedType): Frames {
  const content = payload.case === "ingestRecord" ? payload.value.record : payload.value.batch;
  switch (content.case) {
    case undefined:
      return refuse("the request has no records");
    case "protoEncodedRecord":
      if (recordType === "PROTO") return oneRecord(content.value);
      break;
    case "jsonRecord":
      if (recordType === "JSON") return oneRecord(new TextEncoder().encode(content.value));
      break;
    case "protoEncodedBatch":
      if (recordType === "PROTO") return batchIn(content.value, "proto_encoded_batch");
      break;
    case "jsonBatch":
      if (recordType === "JSON") return batchIn(content.value, "json_batch");
      break;
  }
  refuse(`the stream was created for ${recordType} records`);
}

function batchIn(batch: Uint8Array, field: string): Frames {
  return recordsOfBatch(batch) ?? refuse(`${field} does not parse`);
}

function parse(message: Uint8Array): EphemeralStreamRequest {
  try {
    return fromBinary(EphemeralStreamRequestSchema, message);
  } catch {
    refuse("the request does not parse as an EphemeralStreamRequest");
  }
}
