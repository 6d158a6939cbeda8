/**
 * Work that is done in order, one piece at a time, and not at any price.
 *
 * @module
 */

/** A queue with a bound. What does not fit is not taken. */
export class WorkQueue {
  readonly #maxBytes: number;
  #bytes = 0;
  #last: Promise<void> = Promise.resolve();

  /** @param maxBytes most that waits; a piece that is larger is taken when nothing else waits */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether a piece of this size would be taken. */
  hasRoomFor(bytes: number): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= this.#maxBytes;
  }

  /**
   * Takes a piece of work, room or not, and resolves when it is done.
   *
   * @param run must not reject
   */
  add(bytes: number, run: () => Promise<unknown>): Promise<void> {
    this.#bytes += bytes;
    return this.#last = this.#last.then(run).then(() => {
      this.#bytes -= bytes;
    });
  }
}
