import { assert, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import { Table } from "apache-arrow";
import { systemClock } from "../../src/core/clock.ts";
import { ConnectionError } from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";
import { settle } from "../ingest/fake_clock.ts";
import { batchOf, handedBack, MemoryService, range, until, wrapperOn } from "./stage.ts";

const ONE_EACH = { maxRequestRecords: 1, streams: 3 };

const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);

test("one batch's requests go round the streams, in order on each, with one result", async () => {
  const service = new MemoryService();
  service.habit = "never";
  await using wrapper = wrapperOn(service, { stream: ONE_EACH });
  const sent = wrapper.sendBatch(batchOf(range(0, 30)));
  await until(() => service.requests.flat().length === 30);
  const received = service.requests.map((requests) => requests.flat());
  assertEquals(received.map(({ length }) => length), [10, 10, 10]);
  for (const numbers of received) assertEquals(numbers, sorted(numbers));
  assertEquals(sorted(received.flat()), range(0, 30));
  for (const connection of service.transport.connections) connection.acknowledgeAll();
  const result = await sent;
  assertEquals([result.successfulCount, result.attempts], [30, 1]);
});

test("a stream that is slow gets less", async () => {
  const service = new MemoryService();
  let slow: unknown;
  service.onRequest = (_, connection) => {
    slow ??= connection;
    service.habit = connection === slow ? "never" : "promptly";
  };
  // Time stands still, so that no sender pauses for the sake of others and shifts the balance.
  const clock = { ...systemClock, now: () => 0 };
  await using wrapper = wrapperOn(service, { stream: ONE_EACH, clock });
  const sent = [];
  for (const sender of range(0, 20)) {
    sent.push(wrapper.sendBatch(batchOf(range(sender * 10, 10))));
    await until(() => service.requests.flat().length === 10 * (sender + 1));
    await settle(); // what was acknowledged is off the queues
  }
  const [first, ...others] = service.requests;
  assertLessOrEqual(first!.length, 20);
  assertGreater(others.flat().length, 150);
  service.onRequest = () => {};
  service.habit = "promptly";
  service.transport.connections[0]!.acknowledgeAll();
  assert((await Promise.all(sent)).every(({ successfulCount }) => successfulCount === 10));
});

test("a refused row holds up its own stream only", async () => {
  const service = new MemoryService();
  range(0, 60).filter((n) => n % 7 === 0).forEach((number) => service.poison.add(number));
  await using wrapper = wrapperOn(service, { stream: { maxRequestRecords: 3, streams: 3 } });
  const result = await wrapper.sendBatch(batchOf(range(0, 60)));
  assertEquals(result.failedRowIndices(), [...service.poison]);
  assertEquals(sorted(service.durable), range(0, 60).filter((number) => number % 7 !== 0));
});

test("streams that fail one by one lose nothing: what they had is handed back in order", async () => {
  const service = new MemoryService();
  service.habit = "never";
  await using wrapper = wrapperOn(service, { stream: { ...ONE_EACH, recovery: false } });
  const sent = range(0, 4).map((sender) => wrapper.sendBatch(batchOf(range(sender * 3, 3))));
  await until(() => service.requests.flat().length === 12);
  for (const connection of service.transport.connections) {
    connection.fail(new ConnectionError(`stream ${connection.client.streamId} is over`));
    await settle();
  }
  const results = await Promise.all(sent);
  assertEquals(results.map(({ failedCount }) => failedCount), [3, 3, 3, 3]);
  assertEquals(handedBack(wrapper), range(0, 12));
});

test("a batch that loses one stream stops, and what the others carried is reported durable", async () => {
  const service = new MemoryService();
  service.habit = "never";
  await using wrapper = wrapperOn(service, {
    stream: { ...ONE_EACH, maxInflightRequests: 2, recovery: false },
  });
  const sent = wrapper.sendBatch(batchOf(range(0, 30)));
  await until(() => service.requests.flat().length === 6);
  const [lost, ...others] = service.transport.connections;
  const failure = new ConnectionError("over");
  lost!.fail(failure);
  await settle();
  for (const connection of others) connection.acknowledgeAll();
  const result = await sent;
  assertEquals(result.error, failure);
  const carried = others.flatMap(({ requests }) => requests).length;
  assertGreater(carried, 3);
  assertEquals(result.successfulCount, carried);
  assertEquals(handedBack(wrapper), result.failedRowIndices());
});

test("streams of schemas that are not used any more are closed", async () => {
  const service = new MemoryService();
  await using wrapper = wrapperOn(service);
  for (let schema = 0; schema < 40; schema++) {
    const column = batchOf([schema]).getChildAt(0)!;
    const result = await wrapper.sendBatch(new Table({ [`n${schema}`]: column }));
    assertEquals(result.successfulCount, 1);
  }
  await until(() => service.transport.connections.filter(({ isOpen }) => isOpen).length <= 16);
  assert(service.transport.latest.isOpen);
});
