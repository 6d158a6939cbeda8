import { assertEquals, assertRejects } from "@std/assert";
import { TransmissionError, ZerobusError } from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";
import { settle } from "./fake_clock.ts";
import {
  assertPending,
  held,
  invalid,
  outcomeOf,
  payload,
  received,
  stage,
  strike,
  unacknowledged,
} from "./stage.ts";

test("nothing connects before the first request", async () => {
  const set = stage();
  await set.clock.advance(1_000_000);
  assertEquals([set.transport.opened.length, set.asked.length, set.stream.attempts], [0, 0, 0]);
  assertEquals(set.stream.state, "idle");
  await strike(set);
});

test("the first request opens a stream with table, format and the provider's headers", async () => {
  const set = stage();
  await set.ingest(7);
  const [opened] = set.transport.opened;
  assertEquals(opened?.tableName, "main.iot.readings");
  assertEquals(opened?.format, { kind: "protobuf", descriptor: Uint8Array.of(1, 2, 3) });
  assertEquals(opened?.headers.get("authorization"), "token-1");
  assertEquals(set.asked[0]?.tableName, "main.iot.readings");
  assertEquals(received(set.transport.latest), [7]);
  assertEquals([set.stream.state, set.stream.attempts], ["open", 1]);
  await strike(set);
});

test("offsets count from 0n in the order of calls, before any acknowledgement", async () => {
  const set = stage();
  const offsets = await Promise.all([0, 1, 2, 3].map((id) => set.stream.ingest(payload(id))));
  await settle();
  assertEquals(offsets, [0n, 1n, 2n, 3n]);
  assertEquals(set.transport.latest.requests.map(({ offset }) => offset), [0, 1, 2, 3]);
  assertEquals(received(set.transport.latest), [0, 1, 2, 3]);
  await strike(set);
});

test("ten senders of a hundred requests share one gapless sequence", async () => {
  const set = stage({ limits: { maxInflightRequests: 16 } });
  set.transport.onConnection = (server) => server.onRequest = () => server.acknowledgeAll();
  const offsets: bigint[] = [];
  const send = async () => {
    for (let n = 0; n < 100; n++) offsets.push(await set.stream.ingest(payload(n)));
  };
  await Promise.all(Array.from({ length: 10 }, send));
  const sorted = offsets.toSorted((a, b) => Number(a - b));
  assertEquals(sorted, Array.from({ length: 1000 }, (_, n) => BigInt(n)));
  await strike(set);
});

test("the same bytes go to the wire, not a copy", async () => {
  const set = stage();
  const records = payload(1);
  await set.stream.ingest(records);
  await settle();
  assertEquals(set.transport.latest.requests[0]?.records === records.bytes, true);
  await strike(set);
});

const CAPACITIES = [
  { name: "requests", limits: { maxInflightRequests: 3 }, size: 4 },
  { name: "bytes", limits: { maxInflightBytes: 12 }, size: 4 },
];
for (const { name, limits, size } of CAPACITIES) {
  test(`a window full of ${name} admits in order, and only on acknowledgement`, async () => {
    const set = stage({ limits });
    const ingested = [0, 1, 2, 3, 4].map((id) => set.stream.ingest(payload(id, size)));
    await settle();
    assertEquals(received(set.transport.latest), [0, 1, 2], "sending frees no room");
    await assertPending(ingested[3]!, ingested[4]!);
    assertEquals(set.stream.inflightRequests, 3);
    assertEquals(set.stream.inflightBytes, 3 * size);
    set.transport.latest.acknowledge(0);
    assertEquals(await ingested[3], 3n);
    await assertPending(ingested[4]!);
    set.transport.latest.acknowledge(1);
    assertEquals(await ingested[4], 4n);
    await strike(set);
  });
}

test("a request larger than the window travels alone", async () => {
  const set = stage({ limits: { maxInflightBytes: 10 } });
  await set.ingest(0);
  const large = set.stream.ingest(payload(1, 50));
  const small = set.stream.ingest(payload(2));
  await assertPending(large, small);
  set.transport.latest.acknowledge(0);
  assertEquals(await large, 1n);
  assertEquals(set.stream.inflightBytes, 50);
  await assertPending(small);
  set.transport.latest.acknowledge(1);
  assertEquals(await small, 2n);
  await strike(set);
});

test("nobody overtakes a large request that waits for room", async () => {
  const set = stage({ limits: { maxInflightBytes: 10 } });
  await set.ingest(0);
  const large = set.stream.ingest(payload(1, 8));
  const small = set.stream.ingest(payload(2, 5));
  await assertPending(large, small);
  assertEquals(unacknowledged(set.stream), [0]);
  await strike(set);
  assertEquals((await outcomeOf(large)).status, "rejected");
  assertEquals((await outcomeOf(small)).status, "rejected");
});

test("a request that is withdrawn while it waits leaves no gap and lets others pass", async () => {
  const set = stage({ limits: { maxInflightBytes: 10 } });
  await set.ingest(0);
  const withdrawal = new AbortController();
  const large = set.stream.ingest(payload(1, 8), { signal: withdrawal.signal });
  const small = set.stream.ingest(payload(2, 5));
  await assertPending(large, small);
  withdrawal.abort(new Error("changed my mind"));
  await assertRejects(() => large, Error, "changed my mind");
  assertEquals(await small, 1n);
  await settle();
  assertEquals(received(set.transport.latest), [0, 2]);
  await strike(set);
});

test("a signal that aborts after admission changes nothing", async () => {
  const set = stage();
  const late = new AbortController();
  assertEquals(await set.stream.ingest(payload(0), { signal: late.signal }), 0n);
  late.abort();
  await settle();
  assertEquals(unacknowledged(set.stream), [0]);
  await strike(set);
});

test("a signal that has aborted before keeps the request out", async () => {
  const set = stage();
  const signal = AbortSignal.abort(new Error("too late"));
  await assertRejects(() => set.stream.ingest(payload(0), { signal }), Error, "too late");
  await set.ingest(1);
  assertEquals(received(set.transport.latest), [1]);
  await strike(set);
});

test("a request above maxRequestBytes is refused with the limit, and costs no offset", async () => {
  const set = stage({ limits: { maxRequestBytes: 8 } });
  const error = await assertRejects(
    () => set.stream.ingest(payload(0, 9)),
    TransmissionError,
    "maxRequestBytes",
  );
  assertEquals([error.details.limit, error.details.actual, error.retryable], [8, 9, false]);
  assertEquals(set.transport.opened.length, 0);
  assertEquals(await set.stream.ingest(payload(1, 8)), 0n);
  await strike(set);
});

const NOT_REQUESTS: [name: string, records: unknown][] = [
  ["no bytes", { bytes: new Uint8Array(), rowCount: 0 }],
  ["no rows", { bytes: Uint8Array.of(1), rowCount: 0 }],
  ["not a number of rows", { bytes: Uint8Array.of(1), rowCount: "1x" }],
  ["not bytes", { bytes: [1, 2], rowCount: 1 }],
];
for (const [name, records] of NOT_REQUESTS) {
  test(`a request with ${name} is a TypeError`, async () => {
    const set = stage();
    await assertRejects(
      () => set.stream.ingest(records as never),
      TypeError,
      "at least one record",
    );
    assertEquals(set.transport.opened.length, 0);
    await strike(set);
  });
}

test("back-pressure of the wire holds requests back, not the callers", async () => {
  const set = stage();
  set.transport.onConnection = (server) => server.stall();
  await set.ingest(0, 1, 2);
  assertEquals(received(set.transport.latest), [0]);
  assertEquals(set.stream.inflightRequests, 3);
  set.transport.latest.resume();
  await settle();
  assertEquals(received(set.transport.latest), [0, 1, 2]);
  await strike(set);
});

test("the stream's signal aborts everything", async () => {
  const owner = new AbortController();
  const set = stage({ signal: owner.signal, limits: { maxInflightRequests: 1 } });
  await set.ingest(0);
  const waiting = set.stream.ingest(payload(1));
  const flushing = set.stream.flush();
  owner.abort(new Error("shutting down"));
  for (const promise of [waiting, flushing, set.stream.ingest(payload(2))]) {
    const error = await assertRejects(() => promise, ZerobusError, "aborted");
    assertEquals([error.code, (error.cause as Error).message], ["closed", "shutting down"]);
  }
  assertEquals([set.stream.state, unacknowledged(set.stream)], ["failed", [0]]);
  assertEquals(set.transport.latest.dropped, true);
  await strike(set);
});

test("a stream whose signal has aborted never connects", async () => {
  const set = stage({ signal: AbortSignal.abort() });
  await assertRejects(() => set.stream.ingest(payload(0)), ZerobusError, "aborted");
  assertEquals(set.transport.opened.length, 0);
  await strike(set);
});

/** Counts the listeners on a signal. */
function listenersOf(signal: AbortSignal): () => number {
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    count++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    count--;
    removeEventListener.apply(signal, args);
  };
  return () => count;
}

test("calls and streams that end leave no listener on their signals", async () => {
  const { signal } = new AbortController();
  const listeners = listenersOf(signal);
  const set = stage({ signal, limits: { maxInflightRequests: 1 } });
  await set.stream.ingest(payload(0), { signal });
  assertEquals(listeners(), 1, "the stream's own");
  const inLine = [1, 2, 3].map((id) => set.stream.ingest(payload(id), { signal }));
  const waits = [
    set.stream.waitForOffset(0n, { signal }),
    set.stream.flush({ signal }),
    held(set.stream.flush({ signal, timeoutMs: 10 })),
  ];
  assertEquals(listeners(), 1, "one for all");
  await set.clock.advance(10);
  assertEquals(listeners(), 1);
  set.transport.latest.acknowledge(0);
  await Promise.all([inLine[0], waits[0]]);
  assertEquals(listeners(), 1);
  set.transport.latest.fail(invalid());
  await Promise.allSettled([...inLine, ...waits]);
  assertEquals(listeners(), 0);
  await strike(set);
});
