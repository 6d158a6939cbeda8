/**
 * Counting over the last so-and-so many minutes.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** Into how many parts the window is divided: what is counted leaves it late by one of them at most. */
const PARTS = 300;

interface Part {
  /** Which part of all time it is. */
  readonly index: number;
  rows: number;
  failures: number;
}

/** Rows and failed rows within a window that ends now, wherever now is. */
export class SlidingTally {
  readonly #clock: Pick<Clock, "now">;
  readonly #partMs: number;
  /** Only those in which something happened, the oldest first. */
  readonly #parts: Part[] = [];
  #rows = 0;
  #failures = 0;

  /** @param windowMs length of the window */
  constructor(windowMs: number, clock: Pick<Clock, "now">) {
    this.#clock = clock;
    this.#partMs = windowMs / PARTS;
  }

  /** Rows in the window. */
  get rows(): number {
    this.#expire();
    return this.#rows;
  }

  /** Failed rows in the window. */
  get failures(): number {
    this.#expire();
    return this.#failures;
  }

  /** Counts rows that have been decided now, and those of them that failed. */
  add(rows: number, failures: number): void {
    const index = this.#expire();
    let part = this.#parts.at(-1);
    if (part?.index !== index) this.#parts.push(part = { index, rows: 0, failures: 0 });
    part.rows += rows;
    part.failures += failures;
    this.#rows += rows;
    this.#failures += failures;
  }

  /** Forgets everything. */
  clear(): void {
    this.#parts.length = 0;
    this.#rows = this.#failures = 0;
  }

  /** Lets go of what has left the window; returns the part that now is in. */
  #expire(): number {
    const index = Math.floor(this.#clock.now() / this.#partMs);
    const expired = index - PARTS;
    for (let first = this.#parts[0]; first && first.index <= expired; first = this.#parts[0]) {
      this.#parts.shift();
      this.#rows -= first.rows;
      this.#failures -= first.failures;
    }
    return index;
  }
}
