/**
 * First come, first served.
 *
 * @module
 */
import { unlessAborted } from "../core/async.ts";

/**
 * A FIFO lock. Whoever encodes a request holds the lane's turn until the window has taken it, so
 * memory is bounded by the window plus one request a lane, however many senders there are.
 */
export class Turn {
  #tail: Promise<void> = Promise.resolve();
  #takers = 0;

  /** How many hold the turn or wait for it. */
  get takers(): number {
    return this.#takers;
  }

  /**
   * Waits for the turn and resolves with the function that passes it on.
   *
   * @throws the signal's reason when it aborts first; the place in the queue is given up.
   */
  async take(signal?: AbortSignal): Promise<() => void> {
    const previous = this.#tail;
    let release!: () => void;
    this.#tail = new Promise((resolve) => release = resolve);
    this.#takers++;
    const passOn = () => {
      this.#takers--;
      release();
    };
    try {
      await unlessAborted(previous, signal);
    } catch (reason) {
      previous.then(passOn);
      throw reason;
    }
    return passOn;
  }
}
