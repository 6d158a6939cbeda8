/**
 * Time and chance that a test decides.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Clock } from "../../src/core/clock.ts";

/** Resolves when nothing is left to run but timers and the outside world: a turn of the event loop. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is advanced. */
export class FakeClock implements Clock {
  /** What the next calls of `random` return, the last one for ever. */
  chances: number[] = [0.5];
  /** Every sleep that was asked for, in milliseconds. */
  readonly slept: number[] = [];
  #now = 0;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return this.#now;
  }

  random(): number {
    return (this.chances.length > 1 ? this.chances.shift() : this.chances[0]) ?? 0;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(ms);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const finish = (end: () => void) => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", onAbort);
        end();
      };
      const onAbort = () => finish(() => reject(signal?.reason));
      const sleeper = { due: this.#now + ms, wake: () => finish(resolve) };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** Timers that are set. Anything but 0 at the end of a test is a leak. */
  get timers(): number {
    return this.#sleepers.size;
  }

  /** Lets time pass while the program is too busy for anything: what is due runs later, late. */
  freeze(ms: number): void {
    this.#now += ms;
  }

  /** Lets time pass: runs what is due in order, and everything that follows from it. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const next = this.#next();
      if (next === undefined || next.due > end) break;
      this.#now = Math.max(this.#now, next.due);
      next.wake();
    }
    this.#now = end;
  }

  #next(): Sleeper | undefined {
    let next: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (next === undefined || sleeper.due < next.due) next = sleeper;
    }
    return next;
  }
}
