import { abortable } from "./abortable.ts";

/** What may end a {@linkcode deadline} early. */
export interface DeadlineOptions {
  /** Ends the wait early: the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Waits for a promise for at most `ms` milliseconds; then rejects with a `DOMException` named
 * `TimeoutError`. `Infinity` waits for good. What the promise stands for is not stopped.
 */
export async function deadline<T>(
  p: Promise<T>,
  ms: number,
  options: DeadlineOptions = {},
): Promise<T> {
  const timeout = new AbortController();
  const timer = Number.isFinite(ms)
    ? setTimeout(() => timeout.abort(new DOMException("Signal timed out.", "TimeoutError")), ms)
    : undefined;
  const { signal } = options;
  const onAbort = () => timeout.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await abortable(p, timeout.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
