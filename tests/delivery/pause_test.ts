/**
 * A long request lets other work go on while it is encoded.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Clock, systemClock } from "../../src/core/clock.ts";
import { test } from "../harness/mod.ts";
import { batchOf, MemoryService, range, wrapperOn } from "./stage.ts";

/** Records of 14 bytes: more than a megabyte in one request. */
const BATCH = batchOf(range(2 ** 50, 90_000));

/** On this machine everything takes long. */
function slowClock(): Clock {
  let time = 0;
  return { ...systemClock, now: () => time += 10 };
}

test("timers run while a long request is encoded", async () => {
  const service = new MemoryService();
  const order: string[] = [];
  service.onRequest = (numbers) => order.push(`request of ${numbers.length}`);
  await using wrapper = wrapperOn(service, { clock: slowClock() });
  setTimeout(() => order.push("timer"), 0);
  const result = await wrapper.sendBatch(BATCH);
  assertEquals(result.failedCount, 0);
  assertEquals(order, ["timer", "request of 90000"]);
});

test("a batch can be withdrawn in the middle of a request", async () => {
  const service = new MemoryService();
  await using wrapper = wrapperOn(service, { clock: slowClock() });
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("changed my mind")), 0);
  await assertRejects(
    () => wrapper.sendBatch(BATCH, { signal: stop.signal }),
    Error,
    "changed my mind",
  );
  assertEquals(service.durable.length, 0);
  // Its turn was passed on.
  const { failedCount } = await wrapper.sendBatch(BATCH.slice(0, 10));
  assertEquals(failedCount, 0);
  assert(service.durable.length === 10);
});
