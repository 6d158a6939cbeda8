/**
 * Maps an iterable with at most `poolLimit` calls running at a time. Results come in the order of
 * the inputs, as soon as they are there; calls are made while results are taken.
 *
 * After a failure no further call is made; the results before the first failure still come, then,
 * when nothing runs any more, the iteration throws an `AggregateError` of all failures.
 */
export async function* pooledMap<T, R>(
  poolLimit: number,
  array: Iterable<T> | AsyncIterable<T>,
  iteratorFn: (data: T) => Promise<R>,
): AsyncIterableIterator<R> {
  if (!(Number.isInteger(poolLimit) && poolLimit > 0)) {
    throw new RangeError(`Cannot map: poolLimit must be a positive integer, got ${poolLimit}`);
  }
  const inputs = iteratorOf(array);
  const failures: unknown[] = [];
  const calls: Call<R>[] = []; // made and not yielded yet, in the order of the inputs
  const running = new Set<Promise<void>>();
  let exhausted = false;

  try {
    while (true) {
      const mayStart = () => !exhausted && failures.length === 0 && running.size < poolLimit;
      while (mayStart() && !hasResult(calls[0])) {
        const input = await inputs.next();
        if (input.done) exhausted = true;
        else calls.push(start(iteratorFn, input.value, running, failures));
      }
      const oldest = calls[0];
      if (oldest === undefined) break;
      await Promise.race([oldest.settled, ...running]);
      if (hasResult(oldest)) {
        calls.shift();
        yield oldest.result;
      } else if (!running.has(oldest.settled)) break; // it failed
    }
    await Promise.all(running);
    if (failures.length > 0) {
      throw new AggregateError(failures, "Cannot complete the mapping as an error was thrown.");
    }
  } finally {
    if (!exhausted) await inputs.return?.();
  }
}

/** A call of the mapping function; it has a result once it has succeeded. */
interface Call<R> {
  readonly settled: Promise<void>;
  result?: R;
}

function hasResult<R>(call: Call<R> | undefined): call is Required<Call<R>> {
  return call !== undefined && "result" in call;
}

function start<T, R>(
  fn: (data: T) => Promise<R>,
  input: T,
  running: Set<Promise<void>>,
  failures: unknown[],
): Call<R> {
  const run = async () => {
    try {
      call.result = await fn(input);
    } catch (failure) {
      failures.push(failure);
    } finally {
      running.delete(call.settled);
    }
  };
  // A turn later, so that `call` exists however fast the function is.
  const call: Call<R> = { settled: Promise.resolve().then(run) };
  running.add(call.settled);
  return call;
}

function iteratorOf<T>(iterable: Iterable<T> | AsyncIterable<T>): Iterator<T> | AsyncIterator<T> {
  return Symbol.asyncIterator in iterable
    ? iterable[Symbol.asyncIterator]()
    : iterable[Symbol.iterator]();
}
