import { assertEquals, assertInstanceOf } from "@std/assert";
import { RetryExhaustedError } from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";
import { settle } from "./fake_clock.ts";
import {
  held,
  invalid,
  payload,
  received,
  type Stage,
  stage,
  strike,
  unacknowledged,
  unavailable,
} from "./stage.ts";

/** Delays between attempts, as the observer was told. */
function delays({ events }: Stage): number[] {
  return events.flatMap(([hook, event]) =>
    hook === "retrying" ? [(event as { delayMs: number }).delayMs] : []
  );
}

const PASSING: { name: string; end: (set: Stage) => void | Promise<void> }[] = [
  { name: "a retryable failure", end: ({ transport }) => transport.latest.fail(unavailable()) },
  {
    name: "a failure that is no ZerobusError",
    end: ({ transport }) => transport.latest.fail(new Error("socket hang up")),
  },
  { name: "a clean end with requests pending", end: ({ transport }) => transport.latest.end() },
  { name: "a lack of acknowledgement", end: ({ clock }) => clock.advance(60_000) },
  {
    name: "a failure to send",
    end: async ({ clock, transport, stream }) => {
      transport.latest.breakSending(unavailable());
      await stream.ingest(payload(4));
      await clock.advance(500);
    },
  },
];
for (const { name, end } of PASSING) {
  test(`after ${name} what is unacknowledged is sent again, in order, renumbered`, async () => {
    const set = stage();
    await set.ingest(0, 1, 2, 3);
    set.transport.latest.acknowledge(1);
    await settle();
    await end(set);
    await settle();
    assertEquals([set.stream.state, set.transport.latest.dropped], ["waiting", true]);
    assertEquals([received(set.transport.connections[0]!).slice(0, 4)], [[0, 1, 2, 3]]);
    const left = unacknowledged(set.stream);
    await set.ingest(9);
    await set.clock.advance(50);
    const [, second] = set.transport.connections;
    assertEquals(received(second!), [...left, 9]);
    assertEquals(second!.requests.map(({ offset }) => offset), [...left, 9].map((_, n) => n));
    assertEquals(set.transport.opened[1]?.headers.get("authorization"), "token-2");
    second!.acknowledgeAll();
    await set.stream.flush();
    assertEquals(await set.stream.ingest(payload(10)), BigInt(left.length + 3));
    await strike(set);
  });
}

test("delays double up to the maximum, with full jitter", async () => {
  const set = stage({ retry: { maxAttempts: 7, baseDelayMs: 100, maxDelayMs: 1000 } });
  set.clock.chances = [0.5, 0.25, 0, 0.75, 0.999, 0.1];
  set.transport.answers.push(...Array.from({ length: 6 }, () => unavailable()));
  await set.ingest(0);
  await set.clock.advance(10_000);
  assertEquals(delays(set), [50, 50, 0, 600, 999, 100]);
  assertEquals([set.stream.attempts, set.stream.state], [7, "open"]);
  await strike(set);
});

test("a delay is at least what the server asks for", async () => {
  const set = stage();
  set.transport.answers.push(
    unavailable({ retryAfterMs: 7_000 }),
    unavailable({ retryAfterMs: 1 }),
  );
  await set.ingest(0);
  await set.clock.advance(6_999);
  assertEquals(set.transport.opened.length, 1);
  await set.clock.advance(1);
  assertEquals(delays(set), [7_000, 100]);
  await strike(set);
});

test("the last permitted attempt that fails is final", async () => {
  const set = stage({ retry: { maxAttempts: 3 }, limits: { maxInflightRequests: 1 } });
  const errors = [unavailable(), unavailable(), unavailable({ serviceCode: 6002 })];
  set.transport.answers.push(...errors);
  await set.ingest(0);
  const waiting = [
    held(set.stream.waitForOffset(0n)),
    held(set.stream.flush()),
    held(set.stream.ingest(payload(1))),
  ];
  await set.clock.advance(10_000);
  const { failure } = set.stream;
  assertInstanceOf(failure, RetryExhaustedError);
  assertEquals([failure.cause, failure.details.attempts], [errors[2], 3]);
  assertEquals([failure.details.serviceCode, failure.retryable], [6002, false]);
  for (const outcome of await Promise.allSettled(waiting)) {
    assertEquals(outcome, { status: "rejected", reason: failure });
  }
  assertEquals([set.stream.attempts, unacknowledged(set.stream)], [3, [0]]);
  await strike(set);
});

test("one attempt means none is repeated", async () => {
  const set = stage({ retry: { maxAttempts: 1 } });
  set.transport.answers.push(unavailable());
  await set.ingest(0);
  assertInstanceOf(set.stream.failure, RetryExhaustedError);
  await strike(set);
});

test("connecting is no progress: failures on open streams are counted together", async () => {
  const set = stage({ retry: { maxAttempts: 3 } });
  set.transport.onConnection = (server) => server.onRequest = () => server.fail(unavailable());
  await set.ingest(0);
  await set.clock.advance(10_000);
  assertEquals([set.stream.attempts, set.stream.failure?.code], [3, "retry_exhausted"]);
  await strike(set);
});

test("durable progress makes the next failure a first one again", async () => {
  const set = stage({ retry: { maxAttempts: 2 } });
  // Every connection acknowledges one request and fails.
  set.transport.onConnection = (server) => {
    server.onRequest = ({ offset }) => {
      if (offset === 0) server.acknowledge(0);
      else server.fail(unavailable());
    };
  };
  await set.ingest(...Array.from({ length: 20 }, (_, id) => id));
  await set.clock.advance(10_000);
  assertEquals(unacknowledged(set.stream), []);
  assertEquals(set.transport.connections.map(received).length, 20);
  assertEquals(new Set(delays(set)), new Set([50]));
  await strike(set);
});

test("a repeated acknowledgement is no progress", async () => {
  const set = stage({ retry: { maxAttempts: 2 } });
  await set.ingest(0, 1);
  set.transport.latest.acknowledge(0);
  set.transport.latest.fail(unavailable());
  await set.clock.advance(50);
  set.transport.latest.fail(unavailable());
  await settle();
  assertEquals(set.stream.failure?.code, "retry_exhausted");
  await strike(set);
});

test("a clean end with nothing pending costs nothing, and the next request reconnects", async () => {
  const set = stage({ retry: { maxAttempts: 1 } });
  for (let n = 0; n < 5; n++) {
    await set.ingest(n);
    set.transport.latest.acknowledge(0);
    set.transport.latest.end();
    await settle();
    assertEquals([set.stream.state, set.clock.timers], ["idle", 0]);
    await set.clock.advance(1_000_000);
    assertEquals(set.stream.attempts, n + 1, "nothing connects without need");
  }
  assertEquals(delays(set), []);
  assertEquals(set.asked.length, 5);
  await strike(set);
});

test("a connection that breaks while idle costs nothing either", async () => {
  const set = stage({ retry: { maxAttempts: 1 } });
  await set.ingest(0);
  set.transport.latest.acknowledge(0);
  set.transport.latest.fail(unavailable());
  await settle();
  assertEquals([set.stream.state, set.stream.failure], ["idle", undefined]);
  await set.ingest(1);
  assertEquals([set.stream.state, received(set.transport.latest)], ["open", [1]]);
  await strike(set);
});

test("an idle connection stays open and is used again", async () => {
  const set = stage();
  await set.ingest(0);
  set.transport.latest.acknowledge(0);
  await set.clock.advance(10_000_000);
  assertEquals([set.stream.state, set.clock.timers], ["open", 0]);
  await set.ingest(1);
  assertEquals([received(set.transport.latest), set.stream.attempts], [[0, 1], 1]);
  await strike(set);
});

test("a failure to send waits a moment for what the server still has to say", async () => {
  const set = stage({ limits: { drainTimeoutMs: 500 } });
  await set.ingest(0, 1);
  set.transport.latest.breakSending(unavailable());
  await set.ingest(2);
  set.transport.latest.acknowledge(1);
  const reason = invalid();
  set.transport.latest.fail(reason);
  await settle();
  assertEquals([set.stream.failure, unacknowledged(set.stream)], [reason, [2]]);
  await strike(set);
});

test("a server that finds a gap in the offsets would say so, and never does", async () => {
  const set = stage();
  for (let n = 0; n < 20; n++) await set.ingest(n);
  for (let n = 0; n < 20; n++) {
    set.transport.latest.acknowledge(0);
    set.transport.latest.fail(unavailable());
    await set.clock.advance(100);
  }
  assertEquals([set.stream.failure, unacknowledged(set.stream)], [undefined, []]);
  await strike(set);
});

test("a wire that takes nothing more is not kept for later, though all is acknowledged", async () => {
  const set = stage();
  set.transport.onConnection = (server) => server.stall();
  await set.ingest(0);
  const [old] = set.transport.connections;
  old!.breakSending(unavailable());
  await settle();
  old!.acknowledge(0);
  await settle();
  await set.ingest(1);
  await set.clock.advance(500);
  assertEquals(old!.dropped, true);
  await set.clock.advance(100);
  assertEquals(received(set.transport.latest), [1]);
  await strike(set);
});
