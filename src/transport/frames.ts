/**
 * Request frames. The frame of a batch is written here by hand, so that records go from the encoder
 * to the wire without being copied.
 *
 * @module
 */
import { create, toBinary } from "@bufbuild/protobuf";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { ConfigurationError } from "../core/errors.ts";
import type { StreamFormat } from "../core/record_format.ts";
import type { OpenRequest, OutgoingRequest } from "../core/transport.ts";
import { EphemeralStreamRequestSchema, RecordType } from "../gen/zerobus_pb.ts";
import { varintBytes, writeVarint } from "./varint.ts";

/** A five-byte envelope: one of flags (none), four of length, most significant first. */
const ENVELOPE_BYTES = 5;
/** Field 3 of `EphemeralStreamRequest`, length-delimited: `ingest_record_batch`. */
const TAG_INGEST_RECORD_BATCH = 0x1a;
/** Field 1 of `IngestRecordBatchRequest`, varint: `offset_id`. */
const TAG_OFFSET_ID = 0x08;
/**
 * The field of `IngestRecordBatchRequest` that records of a format are in, as the tag of a
 * length-delimited field: `proto_encoded_batch` is number 2, `json_batch` number 3.
 */
export const BATCH_TAG = { protobuf: 0x12, json: 0x1a } as const;
/** Envelope, three tags, and the varints of a 53-bit offset and two 32-bit lengths. */
const MAX_HEADER_BYTES = ENVELOPE_BYTES + 3 + 8 + 5 + 5;

/**
 * The frame that opens a stream.
 *
 * @throws {ConfigurationError} for records that such a stream does not carry
 */
export function createStreamFrame(
  { tableName, format }: Pick<OpenRequest, "tableName" | "format">,
): Uint8Array {
  if (format.kind === "arrow") throw unsupportedFormat(format, "an ephemeral stream");
  const value = format.kind === "json"
    ? { tableName, recordType: RecordType.JSON }
    : { tableName, descriptorProto: format.descriptor, recordType: RecordType.PROTO };
  const message = create(EphemeralStreamRequestSchema, {
    payload: { case: "createStream", value },
  });
  return encodeEnvelope(0, toBinary(EphemeralStreamRequestSchema, message));
}

/** The error for records that a kind of stream does not carry. */
export function unsupportedFormat({ kind }: StreamFormat, stream: string): ConfigurationError {
  return new ConfigurationError(`recordFormat: ${stream} does not carry "${kind}" records`, {
    details: { field: "recordFormat" },
  });
}

/**
 * The frame of a batch in the chunks in which it is written: everything up to the records, then the
 * records' own buffer.
 *
 * @param batchTag one of {@linkcode BATCH_TAG}
 */
export function batchFrame(request: OutgoingRequest, batchTag: number): readonly Uint8Array[] {
  const { offset, records } = request;
  const batchBytes = 1 + varintBytes(offset) + 1 + varintBytes(records.length) + records.length;
  const messageBytes = 1 + varintBytes(batchBytes) + batchBytes;
  const header = new Uint8Array(MAX_HEADER_BYTES);
  new DataView(header.buffer).setUint32(1, messageBytes);
  let at = ENVELOPE_BYTES;
  header[at++] = TAG_INGEST_RECORD_BATCH;
  at = writeVarint(header, at, batchBytes);
  header[at++] = TAG_OFFSET_ID;
  at = writeVarint(header, at, offset);
  header[at++] = batchTag;
  at = writeVarint(header, at, records.length);
  const chunk = header.subarray(0, at);
  // An empty chunk would end an HTTP/1.1 body.
  return records.length === 0 ? [chunk] : [chunk, records];
}
