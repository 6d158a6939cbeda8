/**
 * The queue between writers and the wire, and between the wire and readers.
 *
 * @module
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { Channel } from "../../src/transport/channel.ts";
import { test } from "../harness/mod.ts";

/** Lets everything happen that can happen without outside help. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** Whether a promise has settled, and how. */
function watch(promise: Promise<unknown>): { state: string; reason?: unknown } {
  const watched: { state: string; reason?: unknown } = { state: "pending" };
  promise.then(
    () => watched.state = "resolved",
    (reason) => Object.assign(watched, { state: "rejected", reason }),
  );
  return watched;
}

test("without capacity, put waits until the consumer asks for more", async () => {
  const channel = new Channel<number>(0);
  const first = channel.next();
  const put = watch(channel.put(1, 2));
  assertEquals(await first, { done: false, value: 1 });
  assertEquals(await channel.next(), { done: false, value: 2 });
  await settle();
  assertEquals(put.state, "pending");
  const third = channel.next();
  await settle();
  assertEquals(put.state, "resolved");
  channel.end();
  assertEquals(await third, { done: true, value: undefined });
});

test("with capacity, put waits only for what is beyond it", async () => {
  const channel = new Channel<number>(2);
  const puts = [1, 2, 3].map((item) => watch(channel.put(item)));
  await settle();
  assertEquals(puts.map(({ state }) => state), ["resolved", "pending", "pending"]);
  await channel.next();
  await settle();
  assertEquals(puts.map(({ state }) => state), ["resolved", "resolved", "pending"]);
});

test("the end and a failure come after what was put before", async () => {
  const reason = new Error("broken");
  for (const fails of [true, false]) {
    const channel = new Channel<number>(10);
    channel.put(1, 2);
    if (fails) channel.fail(reason);
    else channel.end();
    channel.fail(new Error("too late"));
    assertEquals((await channel.next()).value, 1);
    assertEquals((await channel.next()).value, 2);
    for (let again = 0; again < 2; again++) {
      const [outcome] = await Promise.allSettled([channel.next()]);
      if (fails) assertStrictEquals(outcome.status === "rejected" && outcome.reason, reason);
      else assertEquals(outcome.status === "fulfilled" && outcome.value.done, true);
    }
  }
});

test("discard rejects every producer and leaves the consumer the end", async () => {
  const reason = new Error("dropped");
  const channel = new Channel<number>(0);
  const puts = [channel.put(1), channel.put(2)].map(watch);
  channel.discard(reason);
  puts.push(watch(channel.put(3)));
  await settle();
  for (const { state, reason: why } of puts) {
    assertEquals(state, "rejected");
    assertStrictEquals(why, reason);
  }
  assertEquals((await channel.next()).done, true);
});

test("discard ends a consumer that waits", async () => {
  const channel = new Channel<number>(0);
  const next = channel.next();
  channel.discard(new Error("dropped"));
  assertEquals((await next).done, true);
});

test("a consumer that gives up is noticed, unless it has seen the end", async () => {
  let abandoned = 0;
  const channel = new Channel<number>(0, () => abandoned++);
  await channel.return();
  await channel.throw();
  assertEquals(abandoned, 2);
  const finished = new Channel<number>(0, () => abandoned++);
  finished.end();
  await finished.next();
  await finished.return();
  assertEquals(abandoned, 2);
});

test("everything that is put arrives once and in order", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.array(fc.integer(), { minLength: 1, maxLength: 4 }), { maxLength: 30 }),
    fc.nat(5),
    async (groups, capacity) => {
      const channel = new Channel<number>(capacity);
      const produced = (async () => {
        for (const group of groups) await channel.put(...group);
        channel.end();
      })();
      const consumed: number[] = [];
      for await (const item of channel) consumed.push(item);
      await produced;
      assertEquals(consumed, groups.flat());
    },
  ));
});
