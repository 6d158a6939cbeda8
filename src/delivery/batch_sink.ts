/**
 * A delivery for every chunk of a `WritableStream`.
 *
 * @module
 */
import { ZerobusError } from "../core/errors.ts";
import type { TransmissionResult } from "../core/result.ts";
import type { Delivery } from "./delivery.ts";

/** What a {@linkcode batchSink} does with its chunks and their results. */
export interface BatchSinkOptions<T> {
  /** Starts the delivery of a chunk. */
  readonly deliver: (chunk: T, signal: AbortSignal) => Delivery;
  /**
   * Called with the result of every chunk, in the order of completion. Without it, a row that does
   * not arrive fails the next write, or the close.
   */
  readonly onResult: ((result: TransmissionResult, chunk: T) => void) | undefined;
  /** Takes back what waits for the window, as aborting the stream does. */
  readonly signal: AbortSignal | undefined;
}

/**
 * The sink behind `writable()`. A write resolves when the chunk is in the window, so the window is
 * the back-pressure and chunks are pipelined; closing resolves when every row is durable. Aborting
 * takes back what waits for the window; what is in it is followed to its end in the background.
 */
export function batchSink<T>(options: BatchSinkOptions<T>): UnderlyingSink<T> {
  const open = new Set<Promise<void>>();
  // Thrown by the next write or the close, not put in by `controller.error`: workerd's `pipeTo`
  // resolves as if nothing had happened when its destination is errored that way.
  let failure: { readonly reason: unknown } | undefined;
  const assertSound = () => {
    if (failure !== undefined) throw failure.reason;
  };
  let stop: AbortSignal;
  return {
    start({ signal }) {
      stop = options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]);
    },
    async write(chunk) {
      assertSound();
      const delivery = options.deliver(chunk, stop);
      const followed = delivery.result
        .then((result) => report(result, chunk, options.onResult))
        .catch((reason) => void (failure ??= { reason }))
        .finally(() => open.delete(followed));
      open.add(followed);
      await delivery.admitted;
    },
    async close() {
      await Promise.all(open);
      assertSound();
    },
  };
}

function report<T>(
  result: TransmissionResult,
  chunk: T,
  onResult: BatchSinkOptions<T>["onResult"],
): void {
  if (onResult !== undefined) return onResult(result, chunk);
  const failure = result.error ?? result.failedRows[0]?.error;
  if (failure === undefined) return;
  const { failedCount, totalRows } = result;
  throw new ZerobusError(
    `${failedCount} of ${totalRows} rows did not arrive: ${failure.message}`,
    failure.code,
    { cause: failure, retryable: failure.retryable, details: failure.details },
  );
}
