import { assertEquals, assertRejects } from "@std/assert";
import { ConnectionError, TransmissionError, ZerobusError } from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";
import { settle } from "./fake_clock.ts";
import {
  assertPending,
  held,
  invalid,
  payload,
  received,
  stage,
  strike,
  unacknowledged,
  unavailable,
} from "./stage.ts";

test("closing a stream that was never used connects nothing", async () => {
  const set = stage();
  await set.stream.close();
  assertEquals([set.stream.state, set.transport.opened.length], ["closed", 0]);
  await assertRejects(() => set.stream.ingest(payload(0)), ZerobusError, "closed");
  await strike(set);
});

test("close waits for acknowledgements, half-closes and waits for the server's end", async () => {
  const set = stage();
  await set.ingest(0, 1);
  const server = set.transport.latest;
  server.endsOnHalfClose = false;
  const closing = set.stream.close();
  assertEquals(set.stream.state, "closing");
  await settle();
  assertEquals(server.halfClosed, false, "not before everything is durable");
  server.acknowledge(1);
  await assertPending(closing);
  assertEquals([server.halfClosed, server.dropped], [true, false]);
  server.end();
  await closing;
  assertEquals([set.stream.state, set.stream.failure], ["closed", undefined]);
  await strike(set);
});

test("a server that does not end the stream is dropped after drainTimeoutMs", async () => {
  const set = stage({ limits: { drainTimeoutMs: 500 } });
  await set.ingest(0);
  set.transport.latest.endsOnHalfClose = false;
  set.transport.latest.acknowledge(0);
  const closing = set.stream.close();
  await set.clock.advance(499);
  await assertPending(closing);
  await set.clock.advance(1);
  await closing;
  assertEquals(set.transport.latest.dropped, true);
  await strike(set);
});

test("close is idempotent, concurrently and later", async () => {
  const set = stage();
  await set.ingest(0);
  const closings = [set.stream.close(), set.stream.close(), set.stream.close()];
  set.transport.latest.acknowledge(0);
  await Promise.all(closings);
  await set.stream.close();
  await set.stream[Symbol.asyncDispose]();
  assertEquals(set.stream.state, "closed");
  await strike(set);
});

test("a closing stream takes no new requests but delivers those in line", async () => {
  const set = stage({ limits: { maxInflightRequests: 1 } });
  set.transport.onConnection = (server) => server.onRequest = () => server.acknowledgeAll();
  const ingested = [0, 1, 2].map((id) => set.stream.ingest(payload(id)));
  const closing = set.stream.close();
  const refused = await assertRejects(() => set.stream.ingest(payload(3)), ZerobusError);
  assertEquals(refused.code, "closed");
  await closing;
  assertEquals(await Promise.all(ingested), [0n, 1n, 2n]);
  assertEquals(received(set.transport.latest), [0, 1, 2]);
  await strike(set);
});

test("a flush that takes too long fails close, which closes nevertheless", async () => {
  const set = stage({ limits: { maxInflightRequests: 2 } });
  await set.ingest(0, 1);
  set.transport.latest.endsOnHalfClose = false;
  const inLine = held(set.stream.ingest(payload(2)));
  const waiting = held(set.stream.waitForOffset(1n, { timeoutMs: Infinity }));
  const closing = held(set.stream.close({ timeoutMs: 100 }));
  await set.clock.advance(100);
  await assertPending(closing);
  await assertRejects(() => inLine, ZerobusError, "closed");
  assertEquals([set.transport.latest.halfClosed, set.stream.state], [true, "closing"]);
  set.transport.latest.acknowledge(0); // late, and it counts
  await set.clock.advance(500);
  const error = await assertRejects(() => closing, ConnectionError, "within 100 ms");
  assertEquals(error.details.status, "DEADLINE_EXCEEDED");
  assertEquals([set.stream.state, unacknowledged(set.stream)], ["closed", [1]]);
  await assertRejects(() => waiting, ZerobusError, "closed");
  await assertRejects(() => set.stream.waitForOffset(1n), ZerobusError, "closed");
  assertEquals(received(set.transport.latest), [0, 1], "room freed by then admits nobody");
  await strike(set);
});

test("a late acknowledgement of everything does not undo the time-out", async () => {
  const set = stage();
  await set.ingest(0);
  set.transport.latest.endsOnHalfClose = false;
  const closing = held(set.stream.close({ timeoutMs: 100 }));
  await set.clock.advance(100);
  set.transport.latest.acknowledge(0);
  set.transport.latest.end();
  await assertRejects(() => closing, ConnectionError);
  assertEquals(unacknowledged(set.stream), []);
  await set.stream.waitForOffset(0n);
  await strike(set);
});

test("an error of the final flush is returned, and the stream is closed", async () => {
  const set = stage();
  await set.ingest(0);
  const closing = set.stream.close();
  const error = invalid();
  set.transport.latest.fail(error);
  assertEquals(await assertRejects(() => closing, TransmissionError), error);
  assertEquals([set.stream.state, set.stream.failure], ["closed", error]);
  assertEquals(unacknowledged(set.stream), [0]);
  await strike(set);
});

test("close recovers a connection that fails during the final flush", async () => {
  const set = stage();
  await set.ingest(0, 1);
  const closing = set.stream.close();
  set.transport.latest.fail(unavailable());
  await set.clock.advance(100);
  assertEquals([set.transport.connections.length, set.stream.state], [2, "closing"]);
  set.transport.latest.acknowledge(1);
  await closing;
  await strike(set);
});

test("close gives up during back-off when its flush is over", async () => {
  const set = stage({ retry: { baseDelayMs: 10_000 } });
  await set.ingest(0);
  set.transport.latest.fail(unavailable());
  await set.clock.advance(10);
  assertEquals(set.stream.state, "waiting");
  const closing = held(set.stream.close({ timeoutMs: 100 }));
  await set.clock.advance(100);
  await assertRejects(() => closing, ConnectionError);
  await set.clock.advance(1_000_000);
  assertEquals(set.transport.opened.length, 1, "nothing reconnects after close");
  assertEquals(set.stream.failure, undefined);
  await strike(set);
});

test("the end of a stream that was given up is no failure", async () => {
  const set = stage();
  await set.ingest(0);
  const closing = held(set.stream.close({ timeoutMs: 100 }));
  await set.clock.advance(100);
  await assertRejects(() => closing, ConnectionError, "within 100 ms");
  assertEquals([set.stream.failure, unacknowledged(set.stream)], [undefined, [0]]);
  assertEquals(set.events.map(([hook]) => hook), ["connecting", "connected"]);
  await strike(set);
});

test("close gives up an attempt to connect when its flush is over", async () => {
  const set = stage();
  set.transport.answers.push("hang");
  await set.ingest(0);
  const closing = held(set.stream.close({ timeoutMs: 100 }));
  await set.clock.advance(100);
  await assertRejects(() => closing, ConnectionError);
  assertEquals(set.transport.opened[0]?.signal.aborted, true);
  await strike(set);
});

test("nothing is sent after the half-close, not even what waits for the wire", async () => {
  const set = stage();
  set.transport.onConnection = (server) => {
    server.stall();
    server.endsOnHalfClose = false;
  };
  await set.ingest(0, 1);
  const closing = held(set.stream.close({ timeoutMs: 100 }));
  await set.clock.advance(100);
  assertEquals(set.transport.latest.halfClosed, false, "a request is still on its way out");
  set.transport.latest.resume();
  await settle();
  assertEquals([set.transport.latest.halfClosed, received(set.transport.latest)], [true, [0]]);
  await set.clock.advance(500);
  await assertRejects(() => closing, ConnectionError);
  await strike(set);
});

test("close's signal cuts flush and drain short", async () => {
  const set = stage();
  await set.ingest(0);
  set.transport.latest.endsOnHalfClose = false;
  const impatience = new AbortController();
  const closing = set.stream.close({ signal: impatience.signal });
  await assertPending(closing);
  impatience.abort(new Error("now"));
  await assertRejects(() => closing, Error, "now");
  assertEquals([set.stream.state, set.transport.latest.dropped], ["closed", true]);
  await strike(set);
});

test("close's signal cuts a drain short that has begun", async () => {
  const set = stage();
  await set.ingest(0);
  set.transport.latest.endsOnHalfClose = false;
  set.transport.latest.acknowledge(0);
  const impatience = new AbortController();
  const closing = set.stream.close({ signal: impatience.signal });
  await assertPending(closing);
  impatience.abort();
  await closing; // everything is durable: nothing to complain about
  assertEquals(set.transport.latest.dropped, true);
  await strike(set);
});

test("close after a failure reports it if something was lost by it", async () => {
  const lost = stage();
  await lost.ingest(0);
  const error = invalid();
  lost.transport.latest.fail(error);
  await settle();
  assertEquals(await assertRejects(() => lost.stream.close()), error);
  await strike(lost);

  const complete = stage();
  await complete.ingest(0);
  complete.transport.latest.acknowledge(0);
  complete.transport.latest.fail(error);
  await settle();
  assertEquals(complete.stream.failure, error);
  await complete.stream.flush();
  await complete.stream.close();
  await strike(complete);
});

test("await using closes, and does not report twice what close has reported", async () => {
  const set = stage();
  {
    await using stream = set.stream;
    set.transport.onConnection = (server) => server.onRequest = () => server.acknowledgeAll();
    await stream.ingest(payload(0));
  }
  assertEquals([set.stream.state, unacknowledged(set.stream)], ["closed", []]);
  await strike(set);

  const failing = stage();
  await failing.ingest(0);
  const error = invalid();
  failing.transport.latest.fail(error);
  const run = async () => {
    await using stream = failing.stream;
    await stream.close();
  };
  assertEquals(await assertRejects(run), error);
  await strike(failing);
});
