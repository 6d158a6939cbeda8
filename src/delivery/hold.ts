/**
 * Who still reads something.
 *
 * @module
 */

/** Counts readers, and does something when the last one has gone. */
export class Hold {
  readonly #release: () => void;
  #readers = 0;

  /** @param release called when there is nobody left */
  constructor(release: () => void) {
    this.#release = release;
  }

  /** Adds a reader; the returned function takes it away, however often it is called. */
  take(): () => void {
    this.#readers++;
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      if (--this.#readers === 0) this.#release();
    };
  }
}
