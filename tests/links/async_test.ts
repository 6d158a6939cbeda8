import { assert, assertEquals, assertLess, assertRejects, assertStrictEquals } from "@std/assert";
import { abortable, deadline, delay, pooledMap, retry, RetryError } from "@std/async";
import { test } from "../harness/mod.ts";

const reason = new Error("the reason");
const never = new Promise<never>(() => {});

test("delay resolves after its time", async () => {
  const started = performance.now();
  await delay(20);
  assert(performance.now() - started >= 19);
});

test("delay ends early with the reason of its signal", async () => {
  const { signal, abort } = controllerOf();
  const waiting = delay(60_000, { signal });
  abort();
  assertStrictEquals(await assertRejects(() => waiting), reason);
  assertStrictEquals(await assertRejects(() => delay(0, { signal })), reason);
});

test("a delay that is not persistent still resolves", async () => {
  await Promise.all([delay(1, { persistent: false }), delay(2)]);
});

test("abortable gives a promise's outcome unless the signal is first", async () => {
  const { signal, abort } = controllerOf();
  assertEquals(await abortable(Promise.resolve(1), signal), 1);
  await assertRejects(() => abortable(Promise.reject(new TypeError()), signal), TypeError);
  const waiting = abortable(never, signal);
  abort();
  assertStrictEquals(await assertRejects(() => waiting), reason);
  assertStrictEquals(await assertRejects(() => abortable(Promise.resolve(1), signal)), reason);
});

test("abortable iterates until the signal aborts, and closes the iterator", async () => {
  const { signal, abort } = controllerOf();
  const log: unknown[] = [];
  async function* numbers(): AsyncGenerator<number> {
    try {
      for (let i = 0;; i++) yield await Promise.resolve(i);
    } finally {
      log.push("closed");
    }
  }
  const error = await assertRejects(async () => {
    for await (const i of abortable(numbers(), signal)) {
      log.push(i);
      if (i === 2) abort();
    }
  });
  assertStrictEquals(error, reason);
  assertEquals(log, [0, 1, 2, "closed"]);
});

test("abortable does not wait for an iterator that hangs", async () => {
  const { signal, abort } = controllerOf();
  const hanging = { [Symbol.asyncIterator]: () => ({ next: () => never, return: () => never }) };
  const waiting = abortable(hanging, signal).next();
  abort();
  assertStrictEquals(await assertRejects(() => waiting), reason);
});

test("deadline gives a promise's outcome in time, and a TimeoutError after it", async () => {
  assertEquals(await deadline(Promise.resolve(1), 60_000), 1);
  assertEquals(await deadline(Promise.resolve(1), Infinity), 1);
  const error = await assertRejects(() => deadline(never, 5), DOMException);
  assertEquals(error.name, "TimeoutError");
  const { signal, abort } = controllerOf();
  const waiting = deadline(never, 60_000, { signal });
  abort();
  assertStrictEquals(await assertRejects(() => waiting), reason);
});

test("retry calls until it succeeds", async () => {
  let calls = 0;
  const result = await retry(() => {
    if (++calls < 3) throw reason;
    return "done";
  }, { minTimeout: 0 });
  assertEquals([result, calls], ["done", 3]);
});

test("retry gives up after maxAttempts, naming the last failure", async () => {
  let calls = 0;
  const error = await assertRejects(
    () =>
      retry(() => Promise.reject(new Error(`failure ${++calls}`)), {
        maxAttempts: 2,
        minTimeout: 0,
      }),
    RetryError,
    "(2)",
  );
  assertEquals([calls, (error.cause as Error).message], [2, "failure 2"]);
});

test("retry does not repeat what cannot succeed", async () => {
  let calls = 0;
  const attempt = () => {
    calls++;
    throw reason;
  };
  assertStrictEquals(
    await assertRejects(() => retry(attempt, { isRetriable: () => false })),
    reason,
  );
  assertEquals(calls, 1);
});

test("retry waits longer each time, up to a bound", async () => {
  const times: number[] = [];
  const attempt = () => {
    times.push(performance.now());
    throw reason;
  };
  const options = { minTimeout: 20, maxTimeout: 40, multiplier: 4, maxAttempts: 3, jitter: 0 };
  await assertRejects(() => retry(attempt, options), RetryError);
  const [first, second, third] = times as [number, number, number];
  assert(second - first >= 19 && third - second >= 39, `${times}`);
});

test("retry ends with the reason of its signal, also in a wait", async () => {
  const { signal, abort } = controllerOf();
  const waiting = retry(() => Promise.reject(new Error()), { minTimeout: 60_000, signal });
  abort();
  assertStrictEquals(await assertRejects(() => waiting), reason);
});

test("retry refuses options out of range", async () => {
  const table = [
    { maxAttempts: 0 },
    { minTimeout: -1 },
    { minTimeout: 2, maxTimeout: 1 },
    { multiplier: 0.5 },
    { jitter: 1.1 },
  ];
  for (const options of table) await assertRejects(() => retry(() => 1, options), TypeError);
});

test("pooledMap keeps the order and the limit", async () => {
  let running = 0;
  let most = 0;
  const results: number[] = [];
  const mapped = pooledMap(3, [5, 1, 4, 2, 3, 0], async (ms) => {
    most = Math.max(most, ++running);
    await delay(ms);
    running--;
    return ms * 10;
  });
  for await (const result of mapped) results.push(result);
  assertEquals(results, [50, 10, 40, 20, 30, 0]);
  assertEquals(most, 3);
});

test("pooledMap takes inputs no faster than results are taken", async () => {
  let taken = 0;
  let closed = false;
  async function* inputs(): AsyncGenerator<number> {
    try {
      while (true) yield await Promise.resolve(taken++);
    } finally {
      closed = true;
    }
  }
  for await (const result of pooledMap(2, inputs(), (input) => Promise.resolve(input))) {
    assertLess(taken, result + 5);
    if (result === 10) break;
  }
  assert(closed);
});

test("pooledMap throws all failures together, when nothing runs any more", async () => {
  let running = 0;
  const seen: number[] = [];
  const error = await assertRejects(async () => {
    const results = pooledMap(2, [0, 1, 2, 3, 4, 5], async (input) => {
      running++;
      await delay(input);
      running--;
      if (input > 0) throw new Error(`input ${input}`);
      return input;
    });
    for await (const result of results) seen.push(result);
  }, AggregateError);
  assertEquals(seen, [0]);
  assertEquals(running, 0);
  assertEquals(error.errors.map(({ message }: Error) => message), ["input 1", "input 2"]);
});

test("pooledMap refuses a limit that is none", async () => {
  await assertRejects(() => pooledMap(0, [1], (x) => Promise.resolve(x)).next(), RangeError);
});

function controllerOf(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(reason) };
}
