import { assertEquals, assertLess } from "@std/assert";
import { test } from "../harness/mod.ts";
import { settle } from "./fake_clock.ts";
import {
  held,
  invalid,
  payload,
  received,
  type Stage,
  stage,
  type StageOptions,
  strike,
  unacknowledged,
  unavailable,
} from "./stage.ts";

/** The server announces the end of the latest connection, and the client has read it. */
async function announceEnd({ transport }: Stage, durationMs: number): Promise<void> {
  transport.latest.announceEnd(durationMs);
  await settle();
}

const PAUSES = [
  { name: "the server's without one of the client's", server: 3000, client: undefined, ms: 3000 },
  { name: "the client's if it is shorter", server: 3000, client: 1000, ms: 1000 },
  { name: "the server's if it is shorter", server: 1000, client: 3000, ms: 1000 },
];
for (const { name, server, client, ms } of PAUSES) {
  test(`a pause lasts as long as ${name}`, async () => {
    const set = stage({ limits: { pauseMaxMs: client }, retry: { maxAttempts: 1 } });
    await set.ingest(0, 1);
    await announceEnd(set, server);
    await set.ingest(2);
    assertEquals(set.events.at(-1), ["paused", { pauseMs: ms }]);
    await set.clock.advance(ms - 1);
    assertEquals([set.stream.state, set.transport.connections.length], ["paused", 1]);
    assertEquals(received(set.transport.latest), [0, 1]);
    await set.clock.advance(1);
    assertEquals([set.stream.state, set.transport.connections.length], ["open", 2]);
    assertEquals(set.transport.connections[0]!.dropped, true);
    assertEquals(received(set.transport.latest), [0, 1, 2]);
    await strike(set);
  });
}

for (
  const { name, server, client } of [
    { name: "a duration of 0", server: 0, client: undefined },
    { name: "a maximum of 0", server: 60_000, client: 0 },
    { name: "a negative duration", server: -5, client: undefined },
  ]
) {
  test(`${name} half-closes and reconnects at once`, async () => {
    const set = stage({ limits: { pauseMaxMs: client }, retry: { maxAttempts: 1 } });
    await set.ingest(0);
    await announceEnd(set, server);
    assertEquals([set.stream.state, set.stream.attempts], ["open", 2]);
    assertEquals(set.transport.connections[0]!.halfClosed, true);
    assertEquals(received(set.transport.latest), [0]);
    await strike(set);
  });
}

/** A stream whose first connection is over but for acknowledgements; nothing may be lost of it. */
async function drainingStage(options: StageOptions = {}): Promise<Stage> {
  const set = stage({ retry: { maxAttempts: 1 }, ...options });
  await set.ingest(0, 1);
  set.transport.latest.endsOnHalfClose = false;
  await announceEnd(set, 0);
  await set.ingest(2);
  assertEquals([set.stream.state, set.transport.latest.halfClosed], ["paused", true]);
  return set;
}

test("acknowledgements count after the half-close, and the last one ends it", async () => {
  const set = await drainingStage();
  await set.clock.advance(499);
  set.transport.latest.acknowledge(0);
  await settle();
  assertEquals([set.stream.attempts, unacknowledged(set.stream)], [1, [1, 2]]);
  set.transport.latest.acknowledge(1);
  await settle();
  assertEquals([set.stream.attempts, received(set.transport.latest)], [2, [2]]);
  await strike(set);
});

test("after the half-close the stream waits no longer than drainTimeoutMs", async () => {
  const set = await drainingStage();
  await set.clock.advance(500);
  assertEquals(received(set.transport.latest), [0, 1, 2]);
  assertEquals(set.transport.connections[0]!.dropped, true);
  await strike(set);
});

test("acknowledgements count after the time of the pause, too", async () => {
  const set = stage({ retry: { maxAttempts: 1 } });
  await set.ingest(0);
  const [old] = set.transport.connections;
  old!.endsOnHalfClose = false;
  await announceEnd(set, 1000);
  await set.clock.advance(999);
  assertEquals(old!.halfClosed, false);
  await set.clock.advance(100);
  assertEquals(old!.halfClosed, true);
  old!.acknowledge(0);
  await settle();
  assertEquals([set.stream.state, set.stream.attempts], ["idle", 1]);
  await strike(set);
});

test("whatever passing error ends the connection when its time is over, it was announced", async () => {
  const set = await drainingStage();
  set.transport.latest.fail(unavailable());
  await settle();
  assertEquals([set.stream.state, received(set.transport.latest)], ["open", [0, 1, 2]]);
  await strike(set);
});

test("a final error after the half-close is final", async () => {
  const set = await drainingStage();
  set.transport.latest.fail(invalid());
  await settle();
  assertEquals([set.stream.state, unacknowledged(set.stream)], ["failed", [0, 1, 2]]);
  await strike(set);
});

test("a wire that takes nothing does not keep the stream from moving on", async () => {
  const set = stage();
  set.transport.onConnection = (server) => server.stall();
  await set.ingest(0, 1);
  await announceEnd(set, 0);
  assertEquals(set.transport.latest.halfClosed, false);
  set.transport.onConnection = () => {};
  await set.clock.advance(500);
  assertEquals(received(set.transport.latest), [0, 1]);
  await strike(set);
});

test("close and abort end what is left of an announced end", async () => {
  const set = await drainingStage();
  const closing = held(set.stream.close({ timeoutMs: 100 }));
  await set.clock.advance(100);
  set.transport.latest.acknowledge(1);
  await settle();
  await closing.catch(() => {});
  assertEquals(unacknowledged(set.stream), [2]);
  await strike(set);
  await strike(await drainingStage());
});

test("while paused requests are accepted and kept, up to the window's capacity", async () => {
  const set = stage({ limits: { maxInflightRequests: 3 } });
  await set.ingest(0);
  await announceEnd(set, 1000);
  await set.ingest(1, 2);
  const waiting = set.stream.ingest(payload(3));
  await settle();
  assertEquals([set.stream.state, set.stream.inflightRequests], ["paused", 3]);
  assertEquals(received(set.transport.latest), [0]);
  await set.clock.advance(1000);
  assertEquals(received(set.transport.latest), [0, 1, 2]);
  set.transport.latest.acknowledge(0);
  assertEquals(await waiting, 3n);
  await strike(set);
});

test("the request that waits in the sender when the signal comes stays there", async () => {
  const set = stage();
  set.transport.onConnection = (server) => server.stall();
  await set.ingest(0, 1);
  const [old] = set.transport.connections;
  old!.announceEnd(1000);
  await settle();
  old!.resume();
  await set.clock.advance(999);
  assertEquals([received(old!), set.stream.state], [[0], "paused"]);
  await strike(set);
});

test("acknowledgements count while paused, and the last one ends the pause", async () => {
  const set = stage({ retry: { maxAttempts: 1 } });
  await set.ingest(0, 1);
  await announceEnd(set, 60_000);
  await set.ingest(2);
  set.transport.latest.acknowledge(0);
  await settle();
  assertEquals([unacknowledged(set.stream), set.stream.state], [[1, 2], "paused"]);
  set.transport.latest.acknowledge(1);
  await settle();
  assertEquals([set.stream.state, set.stream.attempts], ["open", 2]);
  assertEquals(received(set.transport.latest), [2]);
  await strike(set);
});

test("with nothing in flight the signal moves on at once, with nothing queued to idle", async () => {
  const set = stage();
  await set.ingest(0);
  set.transport.latest.acknowledge(0);
  await settle();
  await announceEnd(set, 60_000);
  assertEquals([set.stream.state, set.clock.timers, set.stream.attempts], ["idle", 0, 1]);
  await set.ingest(1);
  assertEquals([received(set.transport.latest), set.stream.attempts], [[1], 2]);
  await strike(set);
});

test("the acknowledgement time-out rests while paused", async () => {
  const set = stage({ limits: { ackTimeoutMs: 1000 } });
  await set.ingest(0);
  await announceEnd(set, 60_000);
  await set.clock.advance(59_999);
  assertEquals([set.stream.state, set.stream.attempts], ["paused", 1]);
  set.transport.latest.acknowledge(0);
  await settle();
  assertEquals([set.stream.state, unacknowledged(set.stream)], ["idle", []]);
  await strike(set);
});

test("an end that was announced costs nothing when it comes early", async () => {
  const set = stage({ retry: { maxAttempts: 1 } });
  await set.ingest(0);
  await announceEnd(set, 60_000);
  set.transport.latest.end();
  await settle();
  assertEquals([set.stream.state, received(set.transport.latest)], ["open", [0]]);
  await strike(set);
});

test("a failure during the pause is recovered from as ever", async () => {
  const set = stage();
  await set.ingest(0);
  await announceEnd(set, 60_000);
  await set.ingest(1);
  set.transport.latest.fail(unavailable());
  await settle();
  assertEquals(set.stream.state, "waiting");
  await set.clock.advance(50);
  assertEquals(received(set.transport.latest), [0, 1]);
  await strike(set);
});

test("a final failure during the pause is final", async () => {
  const set = stage();
  await set.ingest(0);
  await announceEnd(set, 60_000);
  await set.ingest(1);
  set.transport.latest.fail(invalid());
  await settle();
  assertEquals([set.stream.state, unacknowledged(set.stream)], ["failed", [0, 1]]);
  await strike(set);
});

test("the second signal of a connection changes nothing", async () => {
  const set = stage();
  await set.ingest(0);
  await announceEnd(set, 1000);
  await announceEnd(set, 5000);
  await set.clock.advance(1000);
  assertEquals(set.transport.connections.length, 2);
  assertEquals(set.events.filter(([hook]) => hook === "paused").length, 1);
  await strike(set);
});

test("a server that only ever announces the end is not hammered, and costs no retry", async () => {
  const set = stage({ retry: { maxAttempts: 1, maxDelayMs: 1000 } });
  set.transport.onConnection = (server) => server.onRequest = () => server.announceEnd(0);
  await set.ingest(0);
  await set.clock.advance(60_000);
  assertEquals(set.stream.failure, undefined);
  assertLess(set.stream.attempts, 140);
  set.transport.onConnection = (server) => server.onRequest = () => server.acknowledgeAll();
  await set.clock.advance(1000);
  assertEquals(unacknowledged(set.stream), []);
  await strike(set);
});

test("announced ends with progress in between take no time", async () => {
  const set = stage({ retry: { maxAttempts: 1 } });
  set.transport.onConnection = (server) => {
    server.onRequest = ({ offset }) => {
      if (offset === 0) server.acknowledge(0);
      else server.announceEnd(0);
    };
  };
  await set.ingest(...Array.from({ length: 20 }, (_, id) => id));
  assertEquals([unacknowledged(set.stream), set.stream.attempts], [[], 20]);
  await strike(set);
});

test("without recovery the signal is ignored", async () => {
  const set = stage({ recovery: false });
  await set.ingest(0);
  await announceEnd(set, 0);
  await set.ingest(1);
  assertEquals([set.stream.attempts, received(set.transport.latest)], [1, [0, 1]]);
  set.transport.latest.acknowledge(1);
  await set.stream.flush();
  await strike(set);
});

test("close during a pause delivers what is left first", async () => {
  const set = stage();
  await set.ingest(0);
  await announceEnd(set, 1000);
  await set.ingest(1);
  const closing = set.stream.close();
  await set.clock.advance(1000);
  assertEquals(received(set.transport.latest), [0, 1]);
  set.transport.latest.acknowledge(1);
  await closing;
  assertEquals(set.transport.latest.halfClosed, true);
  await strike(set);
});
