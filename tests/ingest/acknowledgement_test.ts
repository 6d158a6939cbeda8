import { assertEquals, assertRejects } from "@std/assert";
import { TransmissionError } from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";
import { settle } from "./fake_clock.ts";
import {
  assertPending,
  invalid,
  payload,
  stage,
  strike,
  unacknowledged,
  unavailable,
} from "./stage.ts";

test("an acknowledgement covers everything before it", async () => {
  const set = stage();
  const offsets = await Promise.all(
    Array.from({ length: 100 }, (_, id) => set.stream.ingest(payload(id))),
  );
  const waits = offsets.map((offset) => set.stream.waitForOffset(offset));
  await assertPending(waits[0]!);
  set.transport.latest.acknowledge(99);
  await Promise.all(waits);
  assertEquals([set.stream.inflightRequests, set.stream.inflightBytes], [0, 0]);
  await strike(set);
});

test("an acknowledgement covers nothing after it", async () => {
  const set = stage();
  await set.ingest(0, 1, 2, 3);
  const waits = [0n, 1n, 2n, 3n].map((offset) => set.stream.waitForOffset(offset));
  set.transport.latest.acknowledge(1);
  await Promise.all(waits.slice(0, 2));
  await assertPending(...waits.slice(2));
  assertEquals(unacknowledged(set.stream), [2, 3]);
  await strike(set);
  await Promise.allSettled(waits);
});

test("the observer hears of every acknowledgement once, with what it released", async () => {
  const set = stage();
  await set.ingest(0, 1, 2);
  set.transport.latest.acknowledge(1);
  set.transport.latest.acknowledge(1);
  set.transport.latest.acknowledge(2);
  await settle();
  assertEquals(set.events.filter(([hook]) => hook === "acknowledged"), [
    ["acknowledged", { upTo: 1n, requests: 2, rows: 2, bytes: 8 }],
    ["acknowledged", { upTo: 2n, requests: 1, rows: 1, bytes: 4 }],
  ]);
  await strike(set);
});

test("a repeated acknowledgement changes nothing", async () => {
  const set = stage();
  await set.ingest(0, 1, 2);
  for (let n = 0; n < 3; n++) set.transport.latest.acknowledge(1);
  await settle();
  assertEquals([unacknowledged(set.stream), set.stream.state], [[2], "open"]);
  await strike(set);
});

const ILLEGAL: { name: string; acknowledged: number[]; left: number[] }[] = [
  { name: "of the request after the last one sent", acknowledged: [3], left: [0, 1, 2] },
  { name: "far beyond what was sent", acknowledged: [1, 1e15], left: [2] },
  { name: "that goes backwards", acknowledged: [2, 1], left: [] },
  { name: "that goes backwards to the beginning", acknowledged: [1, 0], left: [2] },
  { name: "of a negative offset", acknowledged: [-1], left: [0, 1, 2] },
  { name: "of a negative offset after a legal one", acknowledged: [0, -1], left: [1, 2] },
  { name: "of half a request", acknowledged: [0.5], left: [0, 1, 2] },
  { name: "of no number", acknowledged: [NaN], left: [0, 1, 2] },
];
for (const { name, acknowledged, left } of ILLEGAL) {
  test(`an acknowledgement ${name} is fatal and releases nothing`, async () => {
    const set = stage();
    await set.ingest(0, 1, 2);
    for (const upTo of acknowledged) set.transport.latest.acknowledge(upTo);
    await settle();
    const { failure } = set.stream;
    assertEquals([failure?.name, failure?.retryable], ["TransmissionError", false]);
    assertEquals([set.stream.state, unacknowledged(set.stream)], ["failed", left]);
    assertEquals(set.transport.connections.length, 1);
    await strike(set);
  });
}

test("an acknowledgement is measured against its own connection", async () => {
  const set = stage();
  set.clock.chances = [0];
  await set.ingest(0, 1, 2);
  set.transport.latest.acknowledge(1);
  set.transport.latest.fail(unavailable());
  await settle();
  // The new connection has seen one request, so 1 is beyond what was sent on it.
  set.transport.latest.acknowledge(1);
  await settle();
  assertEquals(set.stream.failure instanceof TransmissionError, true);
  assertEquals(unacknowledged(set.stream), [2]);
  await strike(set);
});

test("what an old connection still says does not touch the new one", async () => {
  const set = stage({ limits: { pauseMaxMs: 10 } });
  await set.ingest(0, 1);
  const old = set.transport.latest;
  old.endsOnAbort = false;
  old.endsOnHalfClose = false;
  old.announceEnd(1000);
  await set.clock.advance(510);
  assertEquals(set.transport.connections.length, 2);
  assertEquals(old.dropped, true);
  old.acknowledge(1);
  old.announceEnd(0);
  old.fail(invalid());
  await settle();
  assertEquals([unacknowledged(set.stream), set.stream.state], [[0, 1], "open"]);
  set.transport.latest.acknowledge(0);
  await settle();
  assertEquals(unacknowledged(set.stream), [1]);
  await strike(set);
});

test("an acknowledgement just before the end of the stream counts", async () => {
  const set = stage();
  await set.ingest(0);
  const wait = set.stream.waitForOffset(0n);
  set.transport.latest.acknowledge(0);
  set.transport.latest.fail(invalid());
  await wait;
  await settle();
  assertEquals(unacknowledged(set.stream), []);
  await strike(set);
});

test("a failure reaches everyone who waits, at once and the same", async () => {
  const set = stage({ limits: { maxInflightRequests: 2 } });
  await set.ingest(0, 1);
  const waiting: Promise<unknown>[] = [
    set.stream.waitForOffset(0n),
    set.stream.waitForOffset(1n),
    set.stream.flush(),
    set.stream.ingest(payload(2)),
    set.stream.flush(),
    set.stream.close(),
  ];
  await assertPending(...waiting);
  const error = invalid();
  set.transport.latest.fail(error);
  for (const outcome of await Promise.allSettled(waiting)) {
    assertEquals(outcome, { status: "rejected", reason: error });
  }
  assertEquals(set.clock.timers, 0);
  assertEquals(unacknowledged(set.stream), [0, 1]);
  await strike(set);
});

test("after a failure calls reject with it, and what was left can be read", async () => {
  const set = stage();
  await set.ingest(0, 1, 2);
  set.transport.latest.acknowledge(0);
  const error = invalid();
  set.transport.latest.fail(error);
  await settle();
  assertEquals([set.stream.state, set.stream.failure], ["failed", error]);
  assertEquals(set.events.at(-1), ["failed", { error }]);
  for (const call of [() => set.stream.ingest(payload(9)), () => set.stream.flush()]) {
    assertEquals(await assertRejects(call), error);
  }
  assertEquals(
    set.stream.unacknowledged().map(({ offset, records }) => [offset, records]),
    [[1n, payload(1)], [2n, payload(2)]],
  );
  await strike(set);
});

test("what is not acknowledged can be read at any time, unsent requests too", async () => {
  const set = stage();
  set.transport.onConnection = (server) => server.stall();
  assertEquals(set.stream.unacknowledged(), []);
  await set.ingest(0, 1, 2);
  assertEquals(unacknowledged(set.stream), [0, 1, 2]);
  set.transport.latest.acknowledge(0);
  await settle();
  assertEquals(unacknowledged(set.stream), [1, 2]);
  await strike(set);
});
