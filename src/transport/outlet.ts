/**
 * Frames on their way to the body of a request.
 *
 * @module
 */
import { joined, sizeOf } from "../core/bytes.ts";
import { Channel } from "./channel.ts";
import { gzip } from "./gzip.ts";
import type { Negotiation } from "./negotiation.ts";

/** A five-byte envelope: one of flags, four of length, most significant first. */
const ENVELOPE_BYTES = 5;
/** The flag of a compressed message. */
const COMPRESSED = 1;
/**
 * Most that an HTTP client is given at a time. It copies a chunk on its way to the socket, all at once,
 * so a request of 10 MB would keep the event loops of Deno and Bun for 12 ms. In pieces that is 5 ms,
 * and over Bun's HTTP/2 a third of the processor time goes, too; Node pays a twentieth. Pieces of half
 * the size gain nothing more.
 */
const MAX_CHUNK_BYTES = 1024 * 1024;

/** Where frames go. They arrive in the order in which they were put. */
export interface Outlet {
  /** The bytes, for whoever sends them. */
  readonly body: Channel<Uint8Array>;
  /**
   * Takes a frame, in chunks, none of them empty. Resolves when there is room for the next one, and
   * rejects with the reason why there will be none.
   */
  put(frame: readonly Uint8Array[]): Promise<void>;
  /** There will be no more. */
  end(): void;
}

/** The chunks of a frame, the large ones cut into equal pieces. Nothing is copied. */
export function inPieces(frame: readonly Uint8Array[]): Uint8Array[] {
  return frame.flatMap((chunk) => {
    const count = Math.ceil(chunk.length / MAX_CHUNK_BYTES);
    const size = Math.ceil(chunk.length / count);
    return Array.from(
      { length: count },
      (_, piece) => chunk.subarray(piece * size, (piece + 1) * size),
    );
  });
}

/**
 * Frames as they are.
 *
 * @param onAbandon called when nobody will take the rest
 */
export function plainOutlet(onAbandon: () => void): Outlet {
  const body = new Channel<Uint8Array>(0, onAbandon);
  return { body, put: (frame) => body.put(...inPieces(frame)), end: () => body.end() };
}

/**
 * Frames whose messages are compressed, one after the other: the next while the one before waits
 * for the wire, and no more ahead than that. The first is compressed in any case, so that a server
 * that does not take it says so before there are records on their way.
 *
 * @param signal aborts when nobody needs them any more
 */
export function compressingOutlet(
  negotiation: Negotiation,
  signal: AbortSignal,
  onAbandon: () => void,
): Outlet {
  const body = new Channel<Uint8Array>(1, onAbandon);
  let last: Promise<void> | undefined;
  return {
    body,
    put(frame) {
      const isFirst = last === undefined;
      const put = Promise.resolve(last).then(async () => {
        try {
          frame = await compress(frame, isFirst ? undefined : negotiation, signal);
        } catch (reason) {
          if (!signal.aborted) throw reason;
        }
        await body.put(...inPieces(frame)); // knows why it is over, if it is
      });
      last = put.catch(() => {});
      return put;
    },
    end: () => void Promise.resolve(last).then(() => body.end()),
  };
}

/**
 * The frame with its message compressed, if that makes it smaller.
 *
 * @param negotiation says whether it is worth trying; without it, that does not matter
 */
async function compress(
  frame: readonly Uint8Array[],
  negotiation: Negotiation | undefined,
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const [front, ...rest] = frame;
  const message = [front!.subarray(ENVELOPE_BYTES), ...rest];
  const size = sizeOf(message);
  if (negotiation !== undefined && (!negotiation.isOn || size < negotiation.minBytes)) return frame;
  const compressed = await gzip(message, signal);
  const compressedSize = sizeOf(compressed);
  if (negotiation !== undefined && compressedSize >= size) return frame;
  const envelope = new Uint8Array(ENVELOPE_BYTES);
  envelope[0] = COMPRESSED;
  new DataView(envelope.buffer).setUint32(1, compressedSize);
  return [joined([envelope, ...compressed])];
}
