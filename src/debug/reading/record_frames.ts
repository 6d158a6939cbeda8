/**
 * The records of a Protobuf debug file.
 *
 * @module
 */

/** How records stand in a file; see `DebugOptions.protobufFraming`. */
export type Framing = "batch" | "delimited";

/** Field 1, length-delimited: what stands before each record of a batch. */
const TAG = 0x0a;
/** Bytes of the longest length. */
const MAX_LENGTH_BYTES = 5;

/**
 * Takes a file apart as it comes in. Returns the bytes of a last record that is cut off, as a program
 * that was killed may leave one.
 *
 * @throws {Error} when the content cannot be what it should be
 */
export async function* recordFrames(
  content: ReadableStream<Uint8Array>,
  framing: Framing,
): AsyncGenerator<Uint8Array, number, undefined> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of content) {
    const bytes = joined(rest, chunk);
    let at = 0;
    for (;;) {
      const frame = frameAt(bytes, at, framing);
      if (frame === undefined || frame.end > bytes.byteLength) break;
      yield bytes.subarray(frame.start, frame.end);
      at = frame.end;
    }
    rest = bytes.subarray(at);
  }
  return rest.byteLength;
}

/** Where the record at a position is, as far as the bytes tell. */
function frameAt(
  bytes: Uint8Array,
  at: number,
  framing: Framing,
): { readonly start: number; readonly end: number } | undefined {
  let position = at;
  if (framing === "batch") {
    if (position >= bytes.byteLength) return undefined;
    if (bytes[position++] !== TAG) {
      throw new Error("the file holds something else than records of a batch; is it delimited?");
    }
  }
  const lengthAt = position;
  let length = 0;
  for (let scale = 1;; scale *= 0x80) {
    if (position >= bytes.byteLength) return undefined;
    if (position - lengthAt === MAX_LENGTH_BYTES) throw new Error("the file holds no records");
    const byte = bytes[position++]!;
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) return { start: position, end: position + length };
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.byteLength === 0) return other;
  const bytes = new Uint8Array(one.byteLength + other.byteLength);
  bytes.set(one);
  bytes.set(other, one.byteLength);
  return bytes;
}
