import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { backoffDelayMs, RetryBudget } from "../../src/core/backoff.ts";
import { ConnectionError, RetryExhaustedError } from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";

const BOUNDS = { baseDelayMs: 100, maxDelayMs: 30_000 };

const DELAYS: { failures: number; random: number; retryAfterMs?: number; delay: number }[] = [
  { failures: 1, random: 0, delay: 0 },
  { failures: 1, random: 0.5, delay: 50 },
  { failures: 2, random: 0.5, delay: 100 },
  { failures: 5, random: 0.5, delay: 800 },
  { failures: 9, random: 0.5, delay: 12_800 },
  { failures: 10, random: 0.5, delay: 15_000 },
  { failures: 1_000_000, random: 0.5, delay: 15_000 },
  { failures: 1, random: 0.5, retryAfterMs: 49, delay: 50 },
  { failures: 1, random: 0.5, retryAfterMs: 51, delay: 51 },
  { failures: 1, random: 0.5, retryAfterMs: 3_600_000, delay: 3_600_000 },
  { failures: 1, random: 0.5, retryAfterMs: Infinity, delay: 2_147_483_647 },
];
for (const { failures, random, retryAfterMs, delay } of DELAYS) {
  const asked = retryAfterMs === undefined ? "" : ` and a request for ${retryAfterMs} ms`;
  test(`after ${failures} failures, chance ${random}${asked}: ${delay} ms`, () => {
    assertEquals(backoffDelayMs(BOUNDS, failures, random, retryAfterMs), delay);
  });
}

test("a base of zero never becomes anything else", () => {
  assertEquals(backoffDelayMs({ baseDelayMs: 0, maxDelayMs: 10 }, 5_000, 0.9), 0);
});

test("every delay is within its bounds", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (base, more, failures, random) => {
        const bounds = { baseDelayMs: base, maxDelayMs: base + more };
        const delay = backoffDelayMs(bounds, failures, random);
        assert(delay >= 0 && delay < bounds.maxDelayMs);
        assert(delay <= base * 2 ** (failures - 1));
      },
    ),
  );
});

function budget(maxAttempts: number): RetryBudget {
  return new RetryBudget({ ...BOUNDS, maxAttempts }, { random: () => 0.5 });
}

test("a budget turns failures into growing delays until it is spent", () => {
  const spent = budget(4);
  const error = new ConnectionError("down", { details: { status: "UNAVAILABLE" } });
  assertEquals([spent.spend(error), spent.spend(error), spent.spend(error)], [50, 100, 200]);
  assertEquals(spent.failures, 3);
  const final = assertThrows(() => spent.spend(error), RetryExhaustedError, "4 attempts");
  assertInstanceOf(final, RetryExhaustedError);
  assertEquals([final.cause, final.retryable], [error, false]);
  assertEquals(final.details, { status: "UNAVAILABLE", attempts: 4 });
});

test("a reset makes the next failure a first one", () => {
  const spent = budget(2);
  const error = new ConnectionError("down");
  for (let n = 0; n < 5; n++) {
    assertEquals(spent.spend(error), 50);
    spent.reset();
  }
  assertEquals(spent.failures, 0);
});

test("a budget of one attempt grants no retry", () => {
  const error = new ConnectionError("down");
  assertThrows(() => budget(1).spend(error), RetryExhaustedError, "1 attempt in a row");
});

test("what the server asks for is part of the error", () => {
  const error = new ConnectionError("later", { details: { retryAfterMs: 1_234 } });
  assertEquals(budget(3).spend(error), 1_234);
});
