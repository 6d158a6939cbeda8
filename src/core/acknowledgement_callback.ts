/**
 * A callback for every acknowledged offset, which never holds up acknowledgements.
 *
 * @module
 */

/** Called with every offset that became durable, in order on each stream. */
export type AcknowledgementCallback = (
  acknowledgement: { readonly offset: bigint },
) => void | Promise<void>;

/** Calls the callback, one offset after the other, apart from whoever brings the offsets. */
export class AcknowledgementCallbacks {
  readonly #call: AcknowledgementCallback;
  /** Runs of offsets that were not told yet. */
  readonly #waiting: { next: bigint; readonly last: bigint }[] = [];
  #running: Promise<void> | undefined;

  /** Calls nothing yet. */
  constructor(call: AcknowledgementCallback) {
    this.#call = call;
  }

  /** Resolves when everything so far has been told. */
  get idle(): Promise<void> {
    return this.#running ?? Promise.resolve();
  }

  /** Takes a run of offsets. */
  add(first: bigint, last: bigint): void {
    this.#waiting.push({ next: first, last });
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    for (let run = this.#waiting[0]; run !== undefined; run = this.#waiting[0]) {
      for (; run.next <= run.last; run.next++) {
        try {
          await this.#call({ offset: run.next });
        } catch {
          // The rows are durable, whoever minds.
        }
      }
      this.#waiting.shift();
    }
    this.#running = undefined;
  }
}
