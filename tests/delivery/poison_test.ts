import { assertEquals, assertLessOrEqual, assertRejects, assertStringIncludes } from "@std/assert";
import { Table } from "apache-arrow";
import { deferred } from "../../src/core/async.ts";
import { AuthenticationError, ConnectionError, ZerobusError } from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";
import { settle } from "../ingest/fake_clock.ts";
import {
  assertAddsUp,
  batchOf,
  type Habit,
  handedBack,
  MemoryService,
  range,
  refusal,
  unsignedBatchOf,
  wrapperOn,
  type WrapperSetting,
} from "./stage.ts";

/** Requests of ten rows: each record takes 4 bytes while its number is below 128. */
const TENS: WrapperSetting = { stream: { maxRequestRecords: 10 } };

const POISON: [what: string, rows: number, poison: number[]][] = [
  ["the only row", 1, [0]],
  ["the first of a request", 30, [10]],
  ["the last of a request", 30, [19]],
  ["the last of all", 30, [29]],
  ["one in each request", 30, [3, 15, 28]],
  ["two next to each other", 30, [14, 15]],
  ["two at the border of requests", 30, [9, 10]],
  ["a whole request", 30, range(10, 10)],
  ["every row", 10, range(0, 10)],
];
for (const habit of ["promptly", "lazily"] satisfies Habit[]) {
  for (const [what, rows, poison] of POISON) {
    test(`acknowledging ${habit}: ${what} is refused, the others arrive`, async () => {
      const service = new MemoryService();
      service.habit = habit;
      poison.forEach((number) => service.poison.add(number));
      await using wrapper = wrapperOn(service, TENS);
      const result = await wrapper.sendBatch(batchOf(range(0, rows)));
      assertAddsUp(result, range(0, rows), service.durable);
      assertEquals(result.failedRowIndices(), poison);
      assertEquals(result.error, undefined);
      for (const { row, error } of result.failedRows) {
        assertEquals([error.name, error.retryable], ["TransmissionError", false]);
        assertEquals([error.details.row, error.details.status], [row, "INVALID_ARGUMENT"]);
        assertEquals(error.cause, service.error);
        assertStringIncludes(error.message, `row ${row}: the service refused`);
      }
      assertEquals(handedBack(wrapper), []);
      // In order, but for what was sent again because its acknowledgement was lost.
      assertEquals(
        [...new Set(service.durable)],
        range(0, rows).filter((n) => !poison.includes(n)),
      );
      if (habit === "promptly") {
        assertEquals(service.durable.length, new Set(service.durable).size, "nothing sent twice");
      }
    });
  }
}

test("no row is blamed for another that was refused while its acknowledgement was on its way", async () => {
  const service = new MemoryService();
  service.habit = "lazily";
  [2, 9, 10, 15].forEach((number) => service.poison.add(number));
  await using wrapper = wrapperOn(service, { stream: { maxRequestRecords: 1 } });
  const result = await wrapper.sendBatch(batchOf(range(0, 20)));
  assertEquals(result.failedRowIndices(), [2, 9, 10, 15]);
  assertAddsUp(result, range(0, 20), service.durable);
});

test("senders that share a stream with a refused row notice nothing", async () => {
  const service = new MemoryService();
  service.habit = "lazily";
  [7, 25, 26, 88].forEach((number) => service.poison.add(number));
  await using wrapper = wrapperOn(service, { stream: { maxRequestRecords: 4 } });
  const results = await Promise.all(
    range(0, 10).map((sender) => wrapper.sendBatch(batchOf(range(10 * sender, 10)))),
  );
  for (const [sender, result] of results.entries()) {
    assertAddsUp(result, range(10 * sender, 10), service.durable);
    assertEquals(result.error, undefined);
  }
  const refused = results.flatMap((result, sender) =>
    result.failedRowIndices().map((row) => 10 * sender + row)
  );
  assertEquals(refused, [7, 25, 26, 88]);
});

test("rows are counted over the whole input, those that cannot be converted included", async () => {
  const service = new MemoryService();
  service.poison.add(12);
  await using wrapper = wrapperOn(service, TENS);
  const bad = new Set([0, 3, 11, 13, 19]);
  const table = new Table([unsignedBatchOf(range(0, 5), bad), unsignedBatchOf(range(5, 15), bad)]);
  const result = await wrapper.sendBatch(table);
  assertEquals(result.failedRowIndices(), [0, 3, 11, 12, 13, 19]);
  assertEquals(result.failedRowIndicesByErrorType("TransmissionError"), [12]);
  assertEquals(result.extractFailedBatch(table)?.numRows, 6);
  assertEquals(service.durable, range(0, 20).filter((row) => !bad.has(row) && row !== 12));
});

test("at the cap, the smallest group that is left fails together and is handed back", async () => {
  const service = new MemoryService();
  service.poison.add(5);
  await using wrapper = wrapperOn(service, { isolateRejectedRows: { maxExtraRequests: 2 } });
  const result = await wrapper.sendBatch(batchOf(range(0, 8)));
  assertEquals(result.failedRowIndices(), [4, 5, 6, 7]);
  assertEquals(result.error?.name, "TransmissionError");
  assertEquals(result.error?.details.row, undefined);
  assertStringIncludes(result.error?.message ?? "", "rows 4 to 7");
  assertStringIncludes(result.error?.message ?? "", "isolateRejectedRows.maxExtraRequests");
  assertEquals(handedBack(wrapper), [4, 5, 6, 7]);
  assertEquals(service.durable, [0, 1, 2, 3]);
  assertEquals((await wrapper.sendBatch(batchOf([9]))).successfulCount, 1);
});

test("a batch never takes more than its cap, and what follows a failed group arrives", async () => {
  const service = new MemoryService();
  range(0, 50).forEach((number) => service.poison.add(number));
  await using wrapper = wrapperOn(service, { ...TENS, isolateRejectedRows: true });
  const result = await wrapper.sendBatch(batchOf(range(0, 100)));
  assertAddsUp(result, range(0, 100), service.durable);
  assertEquals(service.durable, range(50, 50));
  const requests = service.requests.flat();
  const pieces = requests.filter(({ length }) => length < 10);
  assertLessOrEqual(pieces.length, 64);
});

const TERMINAL: [what: string, setting: WrapperSetting, error: Error][] = [
  ["isolation is off", { isolateRejectedRows: false }, refusal()],
  ["nothing may be sent again", { stream: { recovery: false } }, refusal()],
  ["it is about offsets", {}, refusal({ serviceCode: 4002 })],
  ["it is not about records", {}, refusal({ status: "UNIMPLEMENTED" })],
];
for (const [what, setting, error] of TERMINAL) {
  test(`a refusal is final when ${what}`, async () => {
    const service = new MemoryService();
    service.poison.add(3);
    service.error = error;
    await using wrapper = wrapperOn(service, {
      ...setting,
      stream: { maxRequestRecords: 2, maxInflightRequests: 1, ...setting.stream },
    });
    const result = await wrapper.sendBatch(batchOf(range(0, 6)));
    assertEquals([result.error, result.failedRowIndices()], [error, [2, 3, 4, 5]]);
    assertEquals(handedBack(wrapper), [2, 3, 4, 5]);
    assertEquals(service.transport.connections.length, 1);
  });
}

test("a failure while refused rows are looked for ends in the results", async () => {
  const service = new MemoryService();
  service.poison.add(5);
  const refused = new AuthenticationError("grants were revoked");
  service.onRequest = () => {
    // The stream for the second half cannot be opened.
    if (service.transport.connections.length === 2) {
      service.transport.answers.push(refused, refused);
    }
  };
  await using wrapper = wrapperOn(service);
  const sent = [batchOf(range(0, 8)), batchOf(range(8, 2))].map((batch) =>
    wrapper.sendBatch(batch)
  );
  const [first, second] = await Promise.all(sent);
  assertAddsUp(first!, range(0, 8), service.durable);
  assertAddsUp(second!, range(8, 2), service.durable);
  assertEquals([first!.error, second!.error], [refused, refused]);
  const lost = [...first!.failedRowIndices(), ...second!.failedRowIndices().map((row) => row + 8)];
  assertEquals(handedBack(wrapper), lost);
});

test("what was acknowledged before a failure in the search is successful", async () => {
  const service = new MemoryService();
  service.habit = "never";
  service.poison.add(7);
  const over = new ConnectionError("over", { retryable: false });
  service.onRequest = ([number], connection) => {
    if (service.transport.connections.length === 1) return;
    service.habit = "promptly";
    // The second of two that are offered together.
    if (number === 2) connection.fail(over);
  };
  await using wrapper = wrapperOn(service, { stream: { maxRequestRecords: 1 } });
  const result = await wrapper.sendBatch(batchOf(range(0, 10)));
  assertEquals([result.error, [...result.successfulRows]], [over, [0, 1]]);
  assertEquals(handedBack(wrapper), range(2, 8));
});

test("aborting the wrapper ends the search", async () => {
  const service = new MemoryService();
  service.poison.add(5);
  const stop = new AbortController();
  const searching = deferred();
  service.onRequest = (numbers) => {
    if (numbers.length === 8) return;
    service.habit = "never";
    searching.resolve();
  };
  await using wrapper = wrapperOn(service, { signal: stop.signal });
  const sent = wrapper.sendBatch(batchOf(range(0, 8)));
  await searching.promise;
  stop.abort();
  const result = await sent;
  assertEquals([result.failedCount, result.error?.code], [8, "closed"]);
});

test("a sender that gives up during the search does not stop it, and others go on", async () => {
  const service = new MemoryService();
  service.poison.add(5);
  const searching = deferred();
  service.onRequest = (numbers, connection) => {
    if (numbers.length === 8) return;
    service.habit = "never";
    searching.resolve();
    settle().then(() => {
      service.habit = "promptly";
      connection.acknowledgeAll();
    });
  };
  await using wrapper = wrapperOn(service);
  const first = wrapper.sendBatch(batchOf(range(0, 8)));
  await searching.promise;
  const impatient = new AbortController();
  const given = assertRejects(
    () => wrapper.sendBatch(batchOf([20]), { signal: impatient.signal }),
    Error,
    "enough",
  );
  const patient = wrapper.sendBatch(batchOf([30]));
  impatient.abort(new Error("enough"));
  await given;
  service.onRequest = () => {};
  assertEquals((await first).failedRowIndices(), [5]);
  assertEquals((await patient).successfulCount, 1);
  assertEquals(service.durable, [0, 1, 2, 3, 4, 6, 7, 30]);
});

test("an aborted send leaves the stream usable, wherever it was", async () => {
  const service = new MemoryService();
  service.habit = "never";
  const stream = { maxInflightRequests: 1 };
  await using wrapper = wrapperOn(service, { stream });
  const reason = new Error("enough");
  const senders = range(0, 3).map(() => new AbortController());
  const aborted = senders.map(({ signal }, sender) =>
    assertRejects(() => wrapper.sendBatch(batchOf([sender]), { signal }), Error, "enough")
  );
  await settle();
  // One waits for its acknowledgement, one for room in the window, one for its turn.
  for (const sender of senders) sender.abort(reason);
  await Promise.all(aborted);
  const last = wrapper.sendBatch(batchOf([9]));
  await settle();
  service.habit = "promptly";
  service.transport.latest.acknowledgeAll();
  assertEquals((await last).successfulCount, 1);
  assertEquals(service.requests, [[[0], [9]]]);
});

test("a stream that is refused while nothing is on it is replaced", async () => {
  const service = new MemoryService();
  await using wrapper = wrapperOn(service);
  await wrapper.sendBatch(batchOf([1]));
  service.transport.latest.fail(refusal());
  await settle();
  assertEquals((await wrapper.sendBatch(batchOf([2]))).successfulCount, 1);
  assertEquals(service.requests, [[[1]], [[2]]]);
});

test("a stream that is refused between two steps of the search costs no row", async () => {
  for (let microtasks = 0; microtasks < 40; microtasks++) {
    const service = new MemoryService();
    service.poison.add(5);
    let dismissed = false;
    service.onRequest = ([first], connection) => {
      if (first !== 0 || service.transport.connections.length === 1 || dismissed) return;
      dismissed = true;
      // The first half is acknowledged; then the service refuses the stream as such.
      let due = Promise.resolve();
      for (let turn = 0; turn < microtasks; turn++) due = due.then(() => {});
      due.then(() => connection.fail(refusal()));
    };
    await using wrapper = wrapperOn(service, { stream: { maxRequestRecords: 8 } });
    const result = await wrapper.sendBatch(batchOf(range(0, 24)));
    assertEquals(result.failedRowIndices(), [5], `after ${microtasks} microtasks`);
    assertAddsUp(result, range(0, 24), service.durable);
  }
});

test("errors of the connection do not count as refusals", async () => {
  const service = new MemoryService();
  service.onRequest = (_, connection) => {
    const details = { status: "INVALID_ARGUMENT" } as const;
    connection.fail(new ConnectionError("no", { retryable: false, details }));
  };
  await using wrapper = wrapperOn(service);
  const { error } = await wrapper.sendBatch(batchOf([1]));
  assertEquals([error instanceof ZerobusError, error?.name], [true, "ConnectionError"]);
});
