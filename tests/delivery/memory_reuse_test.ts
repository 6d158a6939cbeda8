/**
 * The memory of a request is used again once its rows are durable, and never while a connection, or
 * anybody else, may still read it.
 */
import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import type { TransmissionResult } from "../../src/core/result.ts";
import { ConnectionError } from "../../src/core/errors.ts";
import type { OutgoingRequest } from "../../src/core/transport.ts";
import { Hold } from "../../src/delivery/hold.ts";
import { test } from "../harness/mod.ts";
import { MemoryTransport } from "../ingest/memory_transport.ts";
import {
  batchOf,
  numbersIn,
  range,
  refusal,
  until,
  wrapperOn,
  type WrapperSetting,
} from "./stage.ts";

const ROWS = 500;

/** A request as it was when it arrived, for as long as somebody has it. */
interface Arrived {
  readonly request: OutgoingRequest;
  readonly copy: Uint8Array;
}

/** A wrapper, and all the requests that it has ever sent. */
function stage(setting: WrapperSetting = {}) {
  const transport = new MemoryTransport();
  const arrived: Arrived[] = [];
  transport.onConnection = (connection) => {
    connection.onRequest = (request) => arrived.push({ request, copy: request.records.slice() });
  };
  const wrapper = wrapperOn({ transport }, setting);
  return {
    transport,
    arrived,
    wrapper,
    /** Sends the batch of this number; no two have a number in common. */
    send: (batch: number, signal?: AbortSignal): Promise<TransmissionResult> =>
      wrapper.sendBatch(batchOf(range(batch * ROWS, ROWS)), { signal }),
    /** Waits for so many requests, of all connections. */
    until: (count: number) => until(() => arrived.length >= count),
    /** The buffer that a request, in order of arrival, is in. */
    bufferOf: (index: number) => arrived[index]!.request.records.buffer,
    /** Whatever has been sent is still what it was. */
    assertUntouched(indices: Iterable<number>): void {
      for (const index of indices) {
        const { request, copy } = arrived[index]!;
        assertEquals(request.records, copy, `request ${index} was overwritten`);
      }
    },
  };
}

test("memory is used again once its rows are durable", async () => {
  const { transport, send, until, bufferOf, wrapper } = stage();
  const first = send(0);
  await until(1);
  transport.latest.acknowledgeAll();
  assertEquals((await first).successfulCount, ROWS);
  const second = send(1);
  await until(2);
  assertStrictEquals(bufferOf(1), bufferOf(0));
  transport.latest.acknowledgeAll();
  await second;
  await wrapper.shutdown();
});

test("memory in flight is not used for another request", async () => {
  const { transport, send, until, bufferOf, assertUntouched, wrapper } = stage();
  const sending = range(0, 5).map((batch) => send(batch));
  await until(5);
  assertEquals(new Set(range(0, 5).map(bufferOf)).size, 5);
  assertUntouched(range(0, 5));
  transport.latest.acknowledge(1); // the first two
  await sending[0];
  await sending[1];
  const later = [send(5), send(6), send(7)];
  await until(8);
  assertUntouched(range(2, 6));
  assertEquals(new Set(range(2, 6).map(bufferOf)).size, 6);
  transport.latest.acknowledgeAll();
  await Promise.all([...sending, ...later]);
  await wrapper.shutdown();
});

test("memory that a broken connection has had is not used again, though its rows are durable", async () => {
  const { transport, arrived, send, until, bufferOf, assertUntouched, wrapper } = stage();
  const first = send(0);
  await until(1);
  // The connection is given up, with the request perhaps still in its hands.
  transport.latest.fail(new ConnectionError("reset", { details: { status: "UNAVAILABLE" } }));
  await until(2);
  assertStrictEquals(bufferOf(1), bufferOf(0)); // sent again without a copy
  transport.latest.acknowledgeAll();
  assertEquals((await first).successfulCount, ROWS);
  for (const batch of range(1, 4)) {
    const next = send(batch);
    await until(batch + 2);
    assertNotStrictEquals(bufferOf(batch + 1), bufferOf(0));
    transport.latest.acknowledgeAll();
    await next;
  }
  assertUntouched([0, 1]);
  assertEquals(numbersIn(arrived[0]!.request.records), range(0, ROWS));
  await wrapper.shutdown();
});

test("memory of rows that were refused and taken apart is not used again", async () => {
  const { transport, arrived, send, until, assertUntouched, wrapper } = stage();
  const poison = 7;
  transport.onConnection = (connection) => {
    connection.onRequest = (request) => {
      arrived.push({ request, copy: request.records.slice() });
      if (numbersIn(request.records).includes(poison)) connection.fail(refusal());
      else connection.acknowledgeAll();
    };
  };
  const result = await send(0);
  assertEquals(result.failedRowIndices(), [poison]);
  const sent = arrived.length;
  for (const batch of range(1, 4)) await send(batch);
  await until(sent + 4);
  assertUntouched(range(0, sent));
  await wrapper.shutdown();
});

test("memory of a batch that was withdrawn is not used again", async () => {
  const { transport, send, until, assertUntouched, wrapper } = stage();
  const leaving = new AbortController();
  const first = send(0, leaving.signal).catch((reason) => reason);
  await until(1);
  leaving.abort(new Error("enough"));
  assertEquals((await first).message, "enough");
  for (const batch of range(1, 4)) {
    const next = send(batch);
    await until(batch + 1);
    assertUntouched([0]);
    transport.latest.acknowledgeAll();
    await next;
  }
  await wrapper.shutdown();
});

test("memory of rows that were lost with their stream is not used again", async () => {
  const { transport, send, until, bufferOf, assertUntouched, wrapper } = stage({
    isolateRejectedRows: false,
    backoff: { failureRate: false },
  });
  const first = send(0);
  await until(1);
  transport.latest.fail(refusal());
  assertEquals((await first).failedCount, ROWS);
  for (const batch of range(1, 3)) {
    const next = send(batch);
    await until(batch + 1);
    assertNotStrictEquals(bufferOf(batch), bufferOf(0));
    transport.latest.acknowledgeAll();
    await next;
  }
  assertUntouched([0]);
  await wrapper.shutdown().catch(() => {});
});

test("a reader that leaves twice does not leave for another", () => {
  let releases = 0;
  const hold = new Hold(() => releases++);
  const [one, other] = [hold.take(), hold.take()];
  one();
  one();
  assertEquals(releases, 0);
  other();
  other();
  assertEquals(releases, 1);
});
