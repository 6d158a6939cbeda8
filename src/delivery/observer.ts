/**
 * What a delivery tells whoever watches it.
 *
 * @module
 */
import type { ArrowBatch } from "../core/arrow.ts";
import type { FailedRun, TransmissionResult } from "../core/result.ts";
import type { EncodedRequest, RequestPlan } from "./request_plan.ts";

/** A batch that is about to be encoded. */
export interface BatchEvent {
  /** The batch. Empty ones are not told of. */
  readonly batch: ArrowBatch;
  /** How it will travel. */
  readonly plan: RequestPlan;
}

/** A part of a batch that was encoded and is about to be sent. */
export interface RequestEvent extends BatchEvent {
  /** The rows, as a request; without records if none of the rows could be encoded. */
  readonly request: EncodedRequest;
  /** Row of the whole input that is the batch's first. */
  readonly base: number;
  /** Time that encoding took, in milliseconds. */
  readonly encodeMs: number;
  /**
   * Keeps the request's bytes as they are until the returned function is called. Without it they
   * may be used for something else once the call has returned and the request is done with.
   */
  readonly retain: () => () => void;
}

/** A delivery that has its result. */
export interface ConcludedEvent {
  /** The result. */
  readonly result: TransmissionResult;
  /** The rows that failed, as runs. */
  readonly failures: readonly FailedRun[];
}

/**
 * Hooks of a delivery. They are called in order and must be quick, and what they throw is ignored: a
 * watcher must not harm what it watches. A promise that is returned is waited for before the
 * delivery goes on; it must not reject.
 */
export interface DeliveryObserver {
  /** A batch is about to be encoded. */
  batch(event: BatchEvent): Promise<void> | undefined | void;
  /** A part of it was encoded and is about to be sent. */
  request(event: RequestEvent): Promise<void> | undefined | void;
  /** Every row is durable or failed. */
  concluded(event: ConcludedEvent): void;
}

/** Calls a hook of each observer, in order, and returns what there is to wait for. */
export function notify<K extends keyof DeliveryObserver>(
  observers: readonly Partial<DeliveryObserver>[],
  hook: K,
  event: Parameters<DeliveryObserver[K]>[0],
): Promise<unknown> | undefined {
  let waiting: Promise<void>[] | undefined;
  for (const observer of observers) {
    try {
      const call = observer[hook] as ((event: unknown) => unknown) | undefined;
      const promise = call?.call(observer, event);
      if (promise instanceof Promise) (waiting ??= []).push(promise);
    } catch {
      // A broken gauge; see above.
    }
  }
  return waiting && Promise.allSettled(waiting);
}
