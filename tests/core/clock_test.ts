import { assert, assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../src/core/clock.ts";
import { test } from "../harness/mod.ts";

test("systemClock: time goes on while it sleeps, and never back", async () => {
  const start = systemClock.now();
  await systemClock.sleep(20);
  // Timers and clocks round differently: a millisecond less is no surprise.
  assert(systemClock.now() - start >= 19);
});

test("systemClock: an aborted sleep ends at once with the signal's reason", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const slept = assertRejects(() => systemClock.sleep(3_600_000, controller.signal));
  controller.abort(reason);
  assertEquals(await slept, reason);
});

test("systemClock: with a signal that has aborted it does not sleep at all", async () => {
  const reason = new Error("enough");
  const sleep = () => systemClock.sleep(3_600_000, AbortSignal.abort(reason));
  assertEquals(await assertRejects(sleep), reason);
});

test("systemClock: leaves no listener on the signal", async () => {
  const signal = new CountedSignal();
  await systemClock.sleep(1, signal);
  assertEquals([signal.added, signal.removed], [1, 1]);
});

test("systemClock: chance is between 0 and 1, and varies", () => {
  const chances = Array.from({ length: 100 }, () => systemClock.random());
  assert(chances.every((chance) => chance >= 0 && chance < 1));
  assert(new Set(chances).size > 1);
});

/** A signal that knows who listens, and never aborts. */
class CountedSignal extends EventTarget implements AbortSignal {
  added = 0;
  removed = 0;
  readonly aborted = false;
  readonly reason = undefined;
  readonly onabort = null;

  throwIfAborted(): void {}

  override addEventListener(...args: Parameters<EventTarget["addEventListener"]>): void {
    this.added++;
    super.addEventListener(...args);
  }

  override removeEventListener(...args: Parameters<EventTarget["removeEventListener"]>): void {
    this.removed++;
    super.removeEventListener(...args);
  }
}
