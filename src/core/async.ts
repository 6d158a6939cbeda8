/**
 * What waiting takes beyond promises: bounds in time, places in a line, handles outside.
 *
 * @module
 */
import { type Clock, systemClock } from "./clock.ts";

/** A promise together with the functions that settle it. */
export interface Deferred<T> {
  /** The promise. */
  readonly promise: Promise<T>;
  /** Fulfils it; later calls do nothing. */
  resolve(value: T): void;
  /** Rejects it; later calls do nothing. */
  reject(reason: unknown): void;
}

/** A promise to settle later. */
export function deferred<T = void>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  return { promise, resolve, reject };
}

/** The longest time that timers of every runtime can be set to; beyond it they fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Calls a function after a time, unless the returned function is called before. A time longer than
 * timers can be set to (24 days), `Infinity` included, never comes and costs no timer.
 */
export function after(clock: Clock, ms: number, run: () => void): () => void {
  if (ms > LONGEST_TIMER_MS) return () => {};
  const cancellation = new AbortController();
  clock.sleep(ms, cancellation.signal).then(
    () => {
      if (!cancellation.signal.aborted) run();
    },
    () => {},
  );
  return () => cancellation.abort();
}

interface Watch {
  readonly runs: Set<() => void>;
  readonly listener: () => void;
}

/**
 * One listener a signal, however many wait for it: removing one of many listeners takes time in
 * proportion to their number, and Node warns of a leak from the eleventh on.
 */
const watches = new WeakMap<AbortSignal, Watch>();

/** Calls a function when a signal aborts, unless the returned function is called before. */
export function onAbort(signal: AbortSignal | undefined, run: () => void): () => void {
  if (signal === undefined) return () => {};
  const { runs, listener } = watches.get(signal) ?? watch(signal);
  const own = () => run();
  runs.add(own);
  return () => {
    if (!runs.delete(own) || runs.size > 0) return;
    signal.removeEventListener("abort", listener);
    watches.delete(signal);
  };
}

function watch(signal: AbortSignal): Watch {
  const runs = new Set<() => void>();
  const listener = () => {
    watches.delete(signal);
    for (const run of runs) run();
  };
  signal.addEventListener("abort", listener, { once: true });
  const made = { runs, listener };
  watches.set(signal, made);
  return made;
}

/** What bounds a wait. */
export interface Bound {
  /** Measures the time. */
  readonly clock: Clock;
  /** Longest wait in milliseconds; `Infinity` for none. */
  readonly ms: number;
  /** Makes the error for a wait that took longer. */
  readonly timeout: () => unknown;
  /** Ends the wait with its reason when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The outcome of a promise, or a rejection as soon as the time is over or the signal aborts. The
 * promise itself is not stopped, and its later rejection is nobody's concern.
 */
export function within<T>(promise: Promise<T>, bound: Bound): Promise<T> {
  const { signal } = bound;
  if (signal === undefined && bound.ms > LONGEST_TIMER_MS) return promise;
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      stopTimer();
      stopListening();
      settle();
    };
    const stopListening = onAbort(signal, () => finish(() => reject(signal?.reason)));
    const stopTimer = after(bound.clock, bound.ms, () => finish(() => reject(bound.timeout())));
    promise.then(
      (value) => finish(() => resolve(value)),
      (reason) => finish(() => reject(reason)),
    );
    if (signal?.aborted) finish(() => reject(signal.reason));
  });
}

/** The outcome of a promise, or a rejection with the signal's reason as soon as it aborts. */
export function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return promise;
  return within(promise, { clock: systemClock, ms: Infinity, timeout: () => undefined, signal });
}

interface Link<T> {
  readonly item: T;
  previous: Link<T> | undefined;
  next: Link<T> | undefined;
  /** Whether it is still in the line. */
  joined: boolean;
}

/** First come, first served, and anybody may leave early: joining, leaving, serving are all O(1). */
export class Line<T> {
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;

  /** Whoever is next, without serving them. */
  get first(): T | undefined {
    return this.#first?.item;
  }

  /** Joins at the end. The returned function leaves; after being served it does nothing. */
  join(item: T): () => void {
    const link: Link<T> = { item, previous: this.#last, next: undefined, joined: true };
    if (this.#last === undefined) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
    return () => this.#remove(link);
  }

  /** Serves whoever is next. */
  shift(): T | undefined {
    const link = this.#first;
    if (link === undefined) return undefined;
    this.#remove(link);
    return link.item;
  }

  #remove(link: Link<T>): void {
    if (!link.joined) return;
    link.joined = false;
    const { previous, next } = link;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
  }
}
