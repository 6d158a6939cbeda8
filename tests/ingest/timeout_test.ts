import { assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { deferred } from "../../src/core/async.ts";
import { ConnectionError, type ZerobusError } from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";
import { settle } from "./fake_clock.ts";
import { received, stage, strike } from "./stage.ts";

test("the acknowledgement time-out is the oldest request's, extended by progress only", async () => {
  const set = stage({ limits: { ackTimeoutMs: 1000 } });
  await set.ingest(0);
  await set.clock.advance(900);
  await set.ingest(1, 2); // sending more is no progress
  await set.clock.advance(50);
  set.transport.latest.acknowledge(0); // this is: until 1950
  await set.clock.advance(940); // 1890
  set.transport.latest.acknowledge(0); // a repetition is not
  await set.ingest(3);
  await set.clock.advance(59); // 1949
  assertEquals(set.stream.state, "open");
  await set.clock.advance(1);
  assertEquals([set.stream.state, set.transport.latest.dropped], ["waiting", true]);
  const [, { error }] = set.events.find(([hook]) => hook === "retrying") as [
    string,
    { error: ZerobusError },
  ];
  assertInstanceOf(error, ConnectionError);
  assertEquals([error.retryable, error.details.status], [true, "DEADLINE_EXCEEDED"]);
  await strike(set);
});

test("a flight that begins later gets the whole time", async () => {
  const set = stage({ limits: { ackTimeoutMs: 1000 } });
  await set.ingest(0);
  await set.clock.advance(500);
  set.transport.latest.acknowledge(0);
  await set.clock.advance(400);
  await set.ingest(1); // at 900, while the first timer still runs
  await set.clock.advance(999);
  assertEquals(set.stream.state, "open");
  await set.clock.advance(1);
  assertEquals(set.stream.state, "waiting");
  await strike(set);
});

test("a program that was busy reads what has arrived before it gives up", async () => {
  const set = stage({ limits: { ackTimeoutMs: 1000 } });
  await set.ingest(0);
  set.clock.freeze(5000);
  await set.clock.advance(0);
  assertEquals(set.stream.state, "open");
  set.transport.latest.acknowledge(0);
  await set.clock.advance(100);
  assertEquals([set.stream.state, set.transport.connections.length], ["open", 1]);
  await strike(set);
});

test("a connection with nothing to do is given up, and replaced when it is needed", async () => {
  const set = stage({ limits: { ackTimeoutMs: 1000, idleTimeoutMs: 300 } });
  await set.ingest(0);
  await set.clock.advance(900); // something is in flight
  set.transport.latest.acknowledge(0);
  await set.clock.advance(299);
  await set.ingest(1); // not idle any more, and this one gets its whole time
  await set.clock.advance(999);
  assertEquals(set.stream.state, "open");
  set.transport.latest.acknowledge(1);
  await set.clock.advance(300);
  assertEquals([set.stream.state, set.clock.timers, set.stream.failure], ["idle", 0, undefined]);
  await set.ingest(2);
  assertEquals([set.stream.state, received(set.transport.latest)], ["open", [2]]);
  await strike(set);
});

test("a request that the wire does not take counts as in flight", async () => {
  const set = stage({ limits: { ackTimeoutMs: 1000 } });
  set.transport.onConnection = (server) => server.stall();
  await set.ingest(0, 1);
  await set.clock.advance(1000);
  assertEquals([set.stream.state, set.transport.latest.dropped], ["waiting", true]);
  await strike(set);
});

const HANGING = [
  { name: "a headers provider", providerHangs: true, message: "provider did not answer" },
  { name: "a service", providerHangs: false, message: "did not accept the stream" },
];
for (const { name, providerHangs, message } of HANGING) {
  test(`${name} that does not answer has connectTimeoutMs, and counts as retryable`, async () => {
    let signal: AbortSignal | undefined;
    const set = stage({
      limits: { connectTimeoutMs: 1000 },
      headersProvider: (request) => {
        const isFirst = signal === undefined;
        signal ??= request.signal;
        return isFirst && providerHangs ? new Promise(() => {}) : {};
      },
    });
    if (!providerHangs) set.transport.answers.push("hang");
    await set.ingest(0);
    await set.clock.advance(999);
    assertEquals(set.stream.state, "connecting");
    await set.clock.advance(1);
    assertEquals([set.stream.state, signal?.aborted], ["waiting", true]);
    const [, { error }] = set.events.find(([hook]) => hook === "retrying") as [
      string,
      { error: ZerobusError },
    ];
    assertEquals([error.code, error.details.status], ["connection", "DEADLINE_EXCEEDED"]);
    assertStringIncludes(error.message, message);
    await set.clock.advance(50);
    assertEquals([set.stream.state, received(set.transport.latest)], ["open", [0]]);
    await strike(set);
  });
}

test("headers that come too late are not used", async () => {
  const late = deferred();
  let asked = 0;
  const set = stage({
    limits: { connectTimeoutMs: 1000 },
    headersProvider: async () => {
      const attempt = ++asked;
      if (attempt === 1) await late.promise;
      return { authorization: `token-${attempt}` };
    },
  });
  await set.ingest(0);
  await set.clock.advance(1050);
  late.resolve();
  await settle();
  assertEquals(set.transport.opened.map(({ headers }) => headers.get("authorization")), [
    "token-2",
  ]);
  await strike(set);
});

test("headers and connection share one time-out", async () => {
  const set = stage({
    limits: { connectTimeoutMs: 1000 },
    headersProvider: async () => {
      await set.clock.sleep(600);
      return {};
    },
  });
  set.transport.answers.push("hang");
  await set.ingest(0);
  await set.clock.advance(999);
  assertEquals(set.stream.state, "connecting");
  await set.clock.advance(1);
  assertEquals(set.stream.state, "waiting");
  await strike(set);
});

test("a connection that comes too late is dropped and not used", async () => {
  const set = stage({ limits: { connectTimeoutMs: 1000 } });
  const late = deferred();
  set.transport.answers.push(late);
  await set.ingest(0);
  await set.clock.advance(1050);
  assertEquals([set.stream.state, set.transport.connections.length], ["open", 1]);
  late.resolve();
  await settle();
  const [used, unused] = set.transport.connections;
  assertEquals([unused!.dropped, received(unused!), received(used!)], [true, [], [0]]);
  await strike(set);
});
