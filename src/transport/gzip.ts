/**
 * gzip by the web's own streams.
 *
 * @module
 */
import { joined } from "../core/bytes.ts";
import { systemClock } from "../core/clock.ts";
import { ConnectionError } from "../core/errors.ts";
import { protocolViolation } from "./replies.ts";

/** Bytes that are given to the compressor at once; runtimes that have threads use them for these. */
const SLICE_BYTES = 256 * 1024;
/** Bytes after which others get a turn: some runtimes compress on the thread that calls. */
const TURN_BYTES = 1024 * 1024;
/**
 * Bytes that are given to the decompressor at once. They become a megabyte at most, so that what is
 * made of little is noticed before it is much.
 */
const SIP_BYTES = 1024;

/**
 * Compresses what the parts are together. They must not change meanwhile; when it is over, nobody
 * reads them any more.
 *
 * @throws the signal's reason when it aborts
 */
export async function gzip(
  parts: readonly Uint8Array[],
  signal?: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const { readable, writable } = new CompressionStream("gzip");
  const reading = allOf(readable, Infinity);
  // Whatever it fails with, writing fails with, too.
  reading.catch(() => {});
  await writeSlices(writable, parts, SLICE_BYTES, signal);
  return await reading;
}

/**
 * Decompresses, and stops as soon as there is more than is wanted.
 *
 * @throws {ConnectionError} if the bytes are no gzip, or become more than `maxBytes`
 */
export async function gunzip(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const { readable, writable } = new DecompressionStream("gzip");
  try {
    const [parts] = await Promise.all([
      allOf(readable, maxBytes),
      writeSlices(writable, [bytes], SIP_BYTES),
    ]);
    return joined(parts);
  } catch (cause) {
    if (cause instanceof ConnectionError) throw cause;
    throw protocolViolation(`a compressed message, ${bytes.length} bytes, that is no gzip`, cause);
  }
}

/** Writes the parts and closes: a slice when the one before has been dealt with. */
async function writeSlices(
  writable: WritableStream<BufferSource>,
  parts: readonly Uint8Array[],
  sliceBytes: number,
  signal?: AbortSignal,
): Promise<void> {
  const writer = writable.getWriter();
  // Whatever these fail with, the next write fails with.
  writer.closed.catch(() => {});
  writer.ready.catch(() => {});
  let sinceTurn = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += sliceBytes) {
      if (signal?.aborted) {
        await writer.abort(signal.reason).catch(() => {});
        throw signal.reason;
      }
      const slice = part.subarray(at, at + sliceBytes);
      await writer.write(slice as Uint8Array<ArrayBuffer>);
      sinceTurn += slice.length;
      if (sinceTurn < TURN_BYTES) continue;
      sinceTurn = 0;
      await systemClock.sleep(0);
    }
  }
  await writer.close();
}

/** Reads everything, as long as it is not too much. */
async function allOf(
  readable: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<readonly Uint8Array[]> {
  const reader = readable.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return chunks;
    size += value.length;
    if (size > maxBytes) {
      reader.cancel().catch(() => {}); // which ends the writing, too
      throw new ConnectionError(
        `the server sent a compressed message of more than ${maxBytes} bytes (maxResponseBytes)`,
        { details: { status: "RESOURCE_EXHAUSTED", limit: maxBytes } },
      );
    }
    chunks.push(value);
  }
}
