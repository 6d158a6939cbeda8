/**
 * A queue between a producer and a consumer that are both asynchronous.
 *
 * @module
 */

import { type Deferred, deferred } from "../core/async.ts";

interface Producer {
  /** Position of its last item among all that were ever put. */
  readonly position: number;
  /** Settles when it may put more, or never will. */
  readonly room: Deferred<void>;
}

/**
 * A queue with back-pressure in both directions: the consumer waits for items, the producer for
 * the consumer. To be iterated once, one `next` at a time.
 */
export class Channel<T> implements AsyncIterableIterator<T> {
  readonly #capacity: number;
  readonly #onAbandon: () => void;
  readonly #items: T[] = [];
  readonly #producers: Producer[] = [];
  #consumer: Deferred<void> | undefined;
  #put = 0;
  #asked = 0;
  #ended: { readonly failure?: { readonly reason: unknown } } | undefined;
  #refusal: { readonly reason: unknown } | undefined;

  /**
   * @param capacity how many items may lie here unasked for before the producer waits; with 0 it
   * waits until the consumer, having taken an item, asks for the one after it
   * @param onAbandon called when the consumer gives up before the end
   */
  constructor(capacity: number, onAbandon: () => void = () => {}) {
    this.#capacity = capacity;
    this.#onAbandon = onAbandon;
  }

  /**
   * Appends items, at least one. Resolves when there is room for the next; rejects with the reason
   * of {@linkcode Channel.discard}.
   */
  put(...items: readonly T[]): Promise<void> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal.reason);
    this.#items.push(...items);
    this.#put += items.length;
    this.#wakeConsumer();
    const position = this.#put - 1;
    if (this.#hasRoomAfter(position)) return Promise.resolve();
    const room = deferred();
    this.#producers.push({ position, room });
    return room.promise;
  }

  /** The consumer gets what is here, then the end. */
  end(): void {
    this.#ended ??= {};
    this.#wakeConsumer();
  }

  /** The consumer gets what is here, then the failure. */
  fail(reason: unknown): void {
    this.#ended ??= { failure: { reason } };
    this.#wakeConsumer();
  }

  /**
   * Drops what is here. Producers, waiting or to come, get the reason; the consumer gets the end,
   * or the failure if it has been set before.
   */
  discard(reason: unknown): void {
    this.#refusal ??= { reason };
    this.#items.length = 0;
    this.end();
    for (const { room } of this.#producers.splice(0)) room.reject(reason);
  }

  /** The next item. */
  async next(): Promise<IteratorResult<T>> {
    this.#asked++;
    while (this.#producers[0] !== undefined && this.#hasRoomAfter(this.#producers[0].position)) {
      this.#producers.shift()?.room.resolve();
    }
    if (this.#items.length === 0 && this.#ended === undefined) {
      this.#consumer = deferred();
      await this.#consumer.promise;
    }
    if (this.#items.length > 0) return { done: false, value: this.#items.shift() as T };
    if (this.#ended?.failure !== undefined) throw this.#ended.failure.reason;
    return { done: true, value: undefined };
  }

  /** The consumer will not ask again. */
  return(): Promise<IteratorResult<T>> {
    if (this.#ended === undefined || this.#items.length > 0) this.#onAbandon();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The consumer will not ask again. */
  throw(): Promise<IteratorResult<T>> {
    return this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #hasRoomAfter(position: number): boolean {
    return this.#asked + this.#capacity > position + 1;
  }

  #wakeConsumer(): void {
    this.#consumer?.resolve();
    this.#consumer = undefined;
  }
}
