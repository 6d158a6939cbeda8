import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { after, deferred, Line, onAbort, within } from "../../src/core/async.ts";
import { systemClock } from "../../src/core/clock.ts";
import { FakeClock, settle } from "../ingest/fake_clock.ts";
import { test } from "../harness/mod.ts";

test("a deferred promise settles once, as told first", async () => {
  const good = deferred<number>();
  good.resolve(1);
  good.reject(new Error("late"));
  good.resolve(2);
  assertEquals(await good.promise, 1);
  const bad = deferred<number>();
  bad.reject(new Error("no"));
  await assertRejects(() => bad.promise, Error, "no");
});

test("after runs when the time has come, and not before", async () => {
  const clock = new FakeClock();
  let runs = 0;
  after(clock, 100, () => runs++);
  await clock.advance(99);
  assertEquals(runs, 0);
  await clock.advance(1);
  await settle();
  assertEquals([runs, clock.timers], [1, 0]);
});

test("after does not run once it is cancelled, not even in the turn it was due", async () => {
  const clock = new FakeClock();
  const cancel = after(clock, 100, () => {
    throw new Error("ran");
  });
  cancel();
  assertEquals(clock.timers, 0);
  cancel();

  // Due and cancelled before the waiting function has had its turn.
  const due = deferred();
  const cancelDue = after({ ...systemClock, sleep: () => due.promise }, 1, () => {
    throw new Error("ran");
  });
  due.resolve();
  cancelDue();
  await settle();
});

test("a time beyond what timers can be set to never comes, and sets none", () => {
  const clock = new FakeClock();
  for (const ms of [Infinity, 2 ** 31]) after(clock, ms, () => {})();
  assertEquals(clock.slept, []);
});

test("onAbort calls once, and not after it was told to stop", () => {
  const controller = new AbortController();
  let calls = 0;
  onAbort(controller.signal, () => calls++);
  onAbort(controller.signal, () => calls++)();
  onAbort(undefined, () => calls++)();
  controller.abort();
  controller.abort();
  assertEquals(calls, 1);
});

const timeout = () => new Error("too slow");

test("within passes the outcome on and clears its timer", async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  for (const bound of [{ clock, ms: 100, timeout }, { clock, ms: Infinity, timeout, signal }]) {
    assertEquals(await within(Promise.resolve(7), bound), 7);
    await assertRejects(() => within(Promise.reject(new Error("own")), bound), Error, "own");
  }
  assertEquals(clock.timers, 0);
});

test("within gives up when the time is over", async () => {
  const clock = new FakeClock();
  const late = deferred<number>();
  const waiting = within(late.promise, { clock, ms: 100, timeout });
  waiting.catch(() => {});
  await clock.advance(100);
  await assertRejects(() => waiting, Error, "too slow");
  late.reject(new Error("nobody listens, nobody is alarmed"));
  await settle();
});

test("within gives up when the signal aborts, also if it did before", async () => {
  const clock = new FakeClock();
  const never = deferred().promise;
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = within(never, { clock, ms: 100, timeout, signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
  await assertRejects(() => within(never, { clock, ms: 100, timeout, signal }), Error, "enough");
  assertEquals(clock.timers, 0);
});

test("within works with the real time", async () => {
  const never = deferred().promise;
  await assertRejects(() => within(never, { clock: systemClock, ms: 1, timeout }), Error, "slow");
  assertEquals(await within(Promise.resolve(1), { clock: systemClock, ms: 60_000, timeout }), 1);
});

test("a line serves in order and lets anybody leave: the same as an array", () => {
  const action = fc.oneof(
    fc.record({ kind: fc.constant("join" as const) }),
    fc.record({ kind: fc.constant("shift" as const) }),
    fc.record({ kind: fc.constant("leave" as const), who: fc.nat({ max: 30 }) }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 100 }), (actions) => {
      const line = new Line<number>();
      const model: number[] = [];
      const leaves: (() => void)[] = [];
      for (const act of actions) {
        if (act.kind === "join") {
          model.push(leaves.length);
          leaves.push(line.join(leaves.length));
        } else if (act.kind === "shift") {
          assertEquals(line.shift(), model.shift());
        } else {
          leaves[act.who]?.();
          const at = model.indexOf(act.who);
          if (at >= 0) model.splice(at, 1);
        }
        assertEquals(line.first, model[0]);
      }
      for (const expected of [...model, undefined]) assertEquals(line.shift(), expected);
    }),
  );
});
