/**
 * Length-prefixed messages, as gRPC, gRPC-Web and Connect streams have them: a byte of flags, four
 * of length, then the message.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect";

const HEADER_BYTES = 5;
/** The flag of a compressed message. */
export const COMPRESSED = 1;

/** A message as it came. */
export interface WireMessage {
  /** Whether its bytes are compressed. */
  readonly isCompressed: boolean;
  /** Its bytes. */
  readonly bytes: Uint8Array;
}

/**
 * The messages in a request's body. A message is handed out as soon as its last byte is there; its
 * length is checked before any of it is buffered.
 *
 * @throws {ConnectError} for a message over the limit, one with flags that nobody knows, or one cut
 * short.
 */
export async function* readMessages(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<WireMessage> {
  const queue = new ByteQueue();
  let isCompressed = false;
  let length: number | undefined;
  for await (const chunk of body) {
    queue.push(chunk);
    while (true) {
      if (length === undefined) {
        const header = queue.take(HEADER_BYTES);
        if (header === undefined) break;
        isCompressed = header[0] === COMPRESSED;
        length = readHeader(header, maxBytes);
      }
      const bytes = queue.take(length);
      if (bytes === undefined) break;
      length = undefined;
      yield { isCompressed, bytes };
    }
  }
  if (length !== undefined || queue.length > 0) {
    throw new ConnectError("the request ended in the middle of a message", Code.InvalidArgument);
  }
}

/** A message with its prefix. */
export function frame(message: Uint8Array, flags = 0): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + message.length);
  bytes[0] = flags;
  new DataView(bytes.buffer).setUint32(1, message.length);
  bytes.set(message, HEADER_BYTES);
  return bytes;
}

function readHeader(header: Uint8Array, maxBytes: number): number {
  const flags = header[0]!;
  if (flags !== 0 && flags !== COMPRESSED) {
    throw new ConnectError(`a message has unknown flags ${flags}`, Code.InvalidArgument);
  }
  const length = new DataView(header.buffer, header.byteOffset).getUint32(1);
  if (length > maxBytes) {
    throw new ConnectError(
      `the request is too large: ${length} bytes, the limit is ${maxBytes}`,
      Code.InvalidArgument,
    );
  }
  return length;
}

/** Bytes in the order in which they arrived; copies them only where a message spans chunks. */
class ByteQueue {
  #chunks: Uint8Array[] = [];
  /** Bytes not yet taken. */
  length = 0;

  push(chunk: Uint8Array): void {
    // A plain view: what is handed out must not be one of Node's Buffers.
    this.#chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.length += chunk.byteLength;
  }

  /** The next `count` bytes, or nothing if there are fewer. */
  take(count: number): Uint8Array | undefined {
    if (this.length < count) return undefined;
    this.length -= count;
    const first = this.#chunks[0];
    if (first !== undefined && first.length > count) {
      this.#chunks[0] = first.subarray(count);
      return first.subarray(0, count);
    }
    const bytes = new Uint8Array(count);
    let filled = 0;
    let used = 0;
    while (filled < count) {
      const chunk = this.#chunks[used]!;
      const part = chunk.subarray(0, count - filled);
      bytes.set(part, filled);
      filled += part.length;
      if (part.length < chunk.length) this.#chunks[used] = chunk.subarray(part.length);
      else used++;
    }
    this.#chunks.splice(0, used);
    return bytes;
  }
}
