/**
 * Waits for a promise for no longer than a signal allows: rejects with the signal's reason when it
 * aborts. What the promise stands for is not stopped.
 */
export function abortable<T>(p: Promise<T>, signal: AbortSignal): Promise<T>;
/** Iterates for no longer than a signal allows: throws the signal's reason when it aborts. */
export function abortable<T>(p: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T>;
export function abortable<T>(
  p: Promise<T> | AsyncIterable<T>,
  signal: AbortSignal,
): Promise<T> | AsyncGenerator<T> {
  return p instanceof Promise ? abortablePromise(p, signal) : abortableIterable(p, signal);
}

function abortablePromise<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", onAbort));
  });
}

async function* abortableIterable<T>(
  iterable: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const iterator = iterable[Symbol.asyncIterator]();
  let ended = false;
  try {
    while (true) {
      const { done, value } = await abortablePromise(Promise.resolve(iterator.next()), signal);
      if (done) break;
      yield value;
    }
    ended = true;
  } catch (reason) {
    ended = !signal.aborted; // an iterator that threw has ended by itself
    throw reason;
  } finally {
    // Not awaited: an iterator that hangs is a reason to abort, and would hang here too.
    if (!ended) iterator.return?.()?.catch(() => {});
  }
}
