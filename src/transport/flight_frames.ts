/**
 * Frames of Arrow Flight's `FlightData`, written around the buffers of a record batch.
 *
 * @module
 */
import { joined } from "../core/bytes.ts";
import type { OpenRequest, OutgoingRequest } from "../core/transport.ts";
import { unsupportedFormat } from "./frames.ts";
import { varintBytes, writeVarint } from "./varint.ts";

/** A five-byte envelope: one of flags (none), four of length, most significant first. */
const ENVELOPE_BYTES = 5;
/** Field 2, length-delimited: `data_header`. */
const TAG_DATA_HEADER = 0x12;
/** Field 3, length-delimited: `app_metadata`. */
const TAG_APP_METADATA = 0x1a;
/** Field 1000, length-delimited: `data_body`; two bytes. */
const TAG_DATA_BODY = 1000 * 8 + 2;
/** Buffers below this size are brought together: a chunk of its own costs more than the copy. */
const SMALL_BYTES = 16 * 1024;

/**
 * The frame that opens a stream: the schema and nothing else.
 *
 * @throws {ConfigurationError} for records that are not Arrow
 */
export function schemaFrame({ format }: Pick<OpenRequest, "format">): Uint8Array {
  if (format.kind !== "arrow") throw unsupportedFormat(format, "Arrow Flight");
  const { schema } = format;
  const size = 1 + varintBytes(schema.length) + schema.length;
  const frame = new Uint8Array(ENVELOPE_BYTES + size);
  new DataView(frame.buffer).setUint32(1, size);
  putBytes(frame, ENVELOPE_BYTES, TAG_DATA_HEADER, schema);
  return frame;
}

/** The frame of a record batch: its header with the small buffers, and the large ones as they are. */
export function recordBatchFrame(request: OutgoingRequest): readonly Uint8Array[] {
  const { offset, records: header, body = { buffers: [], byteLength: 0 } } = request;
  const metadata = new TextEncoder().encode(`{"offset_id":${offset}}`);
  const size = 1 + varintBytes(header.length) + header.length + 1 + varintBytes(metadata.length) +
    metadata.length + varintBytes(TAG_DATA_BODY) + varintBytes(body.byteLength) + body.byteLength;
  const front = new Uint8Array(ENVELOPE_BYTES + size - body.byteLength);
  new DataView(front.buffer).setUint32(1, size);
  let at = putBytes(front, ENVELOPE_BYTES, TAG_DATA_HEADER, header);
  at = putBytes(front, at, TAG_APP_METADATA, metadata);
  at = writeVarint(front, at, TAG_DATA_BODY);
  writeVarint(front, at, body.byteLength);
  return chunksOf([front, ...body.buffers]);
}

function putBytes(into: Uint8Array, at: number, tag: number, bytes: Uint8Array): number {
  const start = writeVarint(into, writeVarint(into, at, tag), bytes.length);
  into.set(bytes, start);
  return start + bytes.length;
}

/** Buffers as chunks that are worth a write, in the same order; none is empty. */
function chunksOf(buffers: readonly Uint8Array[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  let smallBytes = 0;
  const flush = (): void => {
    if (smallBytes > 0) chunks.push(small.length === 1 ? small[0]! : joined(small));
    small = [];
    smallBytes = 0;
  };
  for (const buffer of buffers) {
    if (buffer.length < SMALL_BYTES) {
      small.push(buffer);
      smallBytes += buffer.length;
    } else {
      flush();
      chunks.push(buffer);
    }
  }
  flush();
  return chunks;
}
