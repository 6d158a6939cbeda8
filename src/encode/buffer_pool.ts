/**
 * Request buffers that are used again.
 *
 * @module
 */

const MOST_POOLED_BYTES = 96 * 1024 * 1024;

/**
 * Bytes that a wrapper keeps for the requests to come: a window, which may become durable all at once,
 * and a request in the making, in buffers that are up to a quarter larger than what is in them; for
 * the default window 96 MiB, and never more. With two thirds of that, sending takes 8 to 15 percent
 * more processor time, with a third 15 to 30, and no less memory: what is not kept is garbage before
 * it is gone.
 *
 * @param windowBytes how much may be unacknowledged
 */
export function pooledBytes(windowBytes: number): number {
  return Math.min(1.5 * windowBytes, MOST_POOLED_BYTES);
}

/** Smaller buffers are as cheap from the engine. */
const SMALLEST = 16 * 1024;

/**
 * Buffers for requests. A fresh buffer costs a page fault every 4 KiB; a used one has its pages.
 *
 * Whoever takes a request from the encoder owns its buffer. Handing it back is allowed, not
 * required, and final: its bytes are overwritten by the next request.
 */
export class BufferPool {
  readonly #maxBytes: number;
  /** By size. */
  readonly #free = new Map<number, Uint8Array<ArrayBuffer>[]>();
  /** Buffers that are in somebody's hands, so that none is taken back twice, or a stranger's. */
  readonly #lent = new WeakSet<ArrayBufferLike>();
  #freeBytes = 0;

  /** A pool that keeps at most so many bytes that nobody uses. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that are kept. */
  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** A buffer of at least so many bytes, with anything in it. */
  take(size: number): Uint8Array<ArrayBuffer> {
    // Sizes in steps of an eighth to a quarter, so that requests of about one size share buffers.
    const step = 2 ** Math.max(Math.floor(Math.log2(Math.max(size, SMALLEST))) - 2, 0);
    const capacity = step * Math.ceil(Math.max(size, SMALLEST) / step);
    let buffer = this.#free.get(capacity)?.pop();
    if (buffer === undefined) buffer = new Uint8Array(capacity);
    else this.#freeBytes -= capacity;
    this.#lent.add(buffer.buffer);
    return buffer;
  }

  /**
   * Takes back the buffer of a request that nobody will read again. One that is not from here, or
   * is back already, is ignored.
   */
  release({ bytes: { buffer } }: { readonly bytes: Uint8Array }): void {
    const size = buffer.byteLength;
    // A buffer of no size was given away by whoever sent it.
    if (!this.#lent.delete(buffer) || size === 0 || this.#freeBytes + size > this.#maxBytes) return;
    const others = this.#free.get(size);
    const whole = new Uint8Array(buffer as ArrayBuffer);
    if (others === undefined) this.#free.set(size, [whole]);
    else others.push(whole);
    this.#freeBytes += size;
  }

  /** Keeps nothing of what it has. What is in somebody's hands may still come back. */
  clear(): void {
    this.#free.clear();
    this.#freeBytes = 0;
  }
}
