import { assertEquals, assertRejects } from "@std/assert";
import { deferred } from "../../src/core/async.ts";
import { ConnectionError, ZerobusError } from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";
import { settle } from "./fake_clock.ts";
import { payload, stage, strike, unacknowledged, unavailable } from "./stage.ts";

test("abort stops at once, and everything not durable fails with the reason", async () => {
  const set = stage({ limits: { maxInflightRequests: 2 } });
  await set.ingest(0, 1);
  set.transport.latest.acknowledge(0);
  await set.ingest(2);
  const waiting = [
    set.stream.waitForOffset(1n),
    set.stream.flush(),
    set.stream.ingest(payload(3)),
  ];
  const reason = new ConnectionError("the cable is gone", { retryable: false });
  set.stream.abort(reason);
  assertEquals(set.transport.latest.dropped, true);
  for (const outcome of await Promise.allSettled(waiting)) {
    assertEquals(outcome, { status: "rejected", reason });
  }
  await set.stream.waitForOffset(0n);
  assertEquals([set.stream.failure, unacknowledged(set.stream)], [reason, [1, 2]]);
  set.stream.abort(new Error("again"));
  assertEquals(set.stream.failure, reason);
  await strike(set);
});

test("abort ends a close that is waiting", async () => {
  const set = stage();
  await set.ingest(0);
  const closing = set.stream.close();
  set.stream.abort();
  const error = await assertRejects(() => closing, ZerobusError, "aborted");
  assertEquals([error.code, set.stream.state], ["closed", "closed"]);
  await strike(set);
});

const MOMENTS: { name: string; prepare: (set: ReturnType<typeof stage>) => Promise<void> }[] = [
  {
    name: "while the provider is asked",
    prepare: (set) => set.ingest(0),
  },
  {
    name: "while connecting",
    prepare: async (set) => {
      set.transport.answers.push("hang");
      await set.ingest(0);
    },
  },
  {
    name: "while waiting",
    prepare: async (set) => {
      set.transport.answers.push(unavailable());
      await set.ingest(0);
    },
  },
  {
    name: "while paused",
    prepare: async (set) => {
      await set.ingest(0);
      set.transport.latest.announceEnd(1000);
      await settle();
    },
  },
];
for (const { name, prepare } of MOMENTS) {
  test(`abort ${name} leaves nothing running`, async () => {
    const hangs = name.includes("provider");
    const set = stage(hangs ? { headersProvider: () => new Promise(() => {}) } : {});
    await prepare(set);
    await strike(set);
    const attempts = set.transport.opened.length;
    await set.clock.advance(1_000_000);
    assertEquals(set.transport.opened.length, attempts);
    assertEquals(unacknowledged(set.stream), [0]);
  });
}

test("abort at any moment of a connection's arrival drops it", async () => {
  for (let hops = 0; hops < 20; hops++) {
    const set = stage();
    const arrival = deferred();
    set.transport.answers.push(arrival);
    await set.ingest(0);
    arrival.resolve();
    for (let hop = 0; hop < hops; hop++) await Promise.resolve();
    await strike(set);
    assertEquals(set.transport.connections.length, 1);
  }
});
