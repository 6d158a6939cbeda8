/**
 * Validity bitmaps.
 *
 * @module
 */

/** Which of some values are missing; costs nothing as long as none is. */
export class Validity {
  /** How many are. */
  nullCount = 0;
  readonly #length: number;
  #bits: Uint8Array | undefined;

  /** All of `length` values are there. */
  constructor(length: number) {
    this.#length = length;
  }

  /** One is missing. */
  clear(position: number): void {
    this.#bits ??= new Uint8Array(Math.ceil(this.#length / 64) * 8).fill(0xff);
    this.#bits[position >> 3]! &= ~(1 << (position & 7));
    this.nullCount++;
  }

  /** What apache-arrow's `makeData` takes. */
  get properties(): { length: number; nullCount: number; nullBitmap?: Uint8Array } {
    const { nullCount } = this;
    const length = this.#length;
    return this.#bits === undefined
      ? { length, nullCount }
      : { length, nullCount, nullBitmap: this.#bits };
  }
}
