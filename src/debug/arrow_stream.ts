/**
 * Record batches as an Arrow IPC stream, a batch at a time.
 *
 * @module
 */
import { type RecordBatch, RecordBatchStreamWriter, Type } from "apache-arrow";
import type { ArrowBatch, ArrowData } from "../core/arrow.ts";
import { takeRows } from "../core/take.ts";
import { ownBatch } from "./own_batch.ts";

/** A batch of a stream. */
export interface StreamParts {
  /** The schema: what the stream begins with, equal for all its batches. */
  readonly header: Uint8Array;
  /** The batch, and before it whatever dictionaries it needs. */
  readonly messages: Uint8Array;
}

/** What ends a stream: a continuation mark, and no message. */
export const END_OF_STREAM: Uint8Array = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0);

/** Mark and length before a message's metadata. */
const PREFIX_BYTES = 8;

/**
 * Writes a batch so that it can stand behind any others of its schema. It brings its dictionaries
 * with it: in a stream, those replace the ones before.
 */
export function streamParts(batch: ArrowBatch): StreamParts {
  const writer = new RecordBatchStreamWriter();
  writer.write(withoutSlicedViews(ownBatch(batch)));
  writer.close();
  const bytes = writer.toUint8Array(true);
  // The schema's message has no body, so it ends where its metadata does.
  const metadata = new DataView(bytes.buffer, bytes.byteOffset).getInt32(4, true);
  const end = PREFIX_BYTES + metadata;
  return {
    header: bytes.subarray(0, end),
    messages: bytes.subarray(end, bytes.byteLength - END_OF_STREAM.byteLength),
  };
}

/**
 * apache-arrow 21 applies the offset of a view array twice when it writes one that is sliced, also
 * by a list above it. Taken rows are not.
 */
function withoutSlicedViews(batch: RecordBatch): RecordBatch {
  const { children } = batch.data as unknown as ArrowData;
  if (!children.some(hasViews)) return batch;
  return takeRows<ArrowBatch & RecordBatch>(
    batch as never,
    Uint32Array.from({ length: batch.numRows }, (_, row) => row),
  );
}

function hasViews({ type, children, dictionary }: ArrowData): boolean {
  return type.typeId === Type.Utf8View || type.typeId === Type.BinaryView ||
    children.some(hasViews) || (dictionary?.data.some(hasViews) ?? false);
}
