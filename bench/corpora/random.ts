/**
 * The source of everything random in the corpora. `rivals/rows.rs` has the same one, so that both
 * encode the same values.
 *
 * @module
 */

/** Letters, digits and two more: 64 characters, six random bits each. */
const ALPHABET = new TextEncoder().encode(
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .",
);
/** Characters made of one random number. */
const PER_DRAW = 5;

/** Marsaglia's 32-bit xorshift: a few lines in any language. */
export class Random {
  #state: number;

  /** @param seed not 0 */
  constructor(seed: number) {
    this.#state = seed;
  }

  /** The next number, 0 to 2^32 − 1. */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state >>> 0;
  }

  /** A number from `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + this.next() % (max - min + 1);
  }

  /** A number of 1 to 48 bits, each width as likely as the others. */
  wide(): number {
    const value = this.next() * 0x1_0000 + (this.next() & 0xffff);
    return Math.floor(value / 2 ** (this.next() % 48));
  }

  /** Writes `length` characters. */
  text(into: Uint8Array, at: number, length: number): void {
    const end = at + length;
    while (at < end) {
      let bits = this.next();
      for (let left = PER_DRAW; left > 0 && at < end; left--, bits >>>= 6) {
        into[at++] = ALPHABET[bits & 63]!;
      }
    }
  }
}
