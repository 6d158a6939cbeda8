import { assert, assertEquals, assertRejects } from "@std/assert";
import { Field, Int64, Schema } from "apache-arrow";
import type { TransmissionResult } from "../../src/core/result.ts";
import type { BatchWriterOptions } from "../../src/wrapper_options.ts";
import { FakeClock, settle } from "../ingest/fake_clock.ts";
import { test } from "../harness/mod.ts";
import { MemoryService, range, refusal, until, wrapperOn, type WrapperSetting } from "./stage.ts";

interface Row {
  readonly n: bigint | string;
}

const schema = new Schema([new Field("n", new Int64(), true)]);
const rowsOf = (numbers: readonly number[]): Row[] => numbers.map((n) => ({ n: BigInt(n) }));

/** A writer in front of a service in memory, and a clock that stands still. */
function stage(options: BatchWriterOptions<Row> = {}, setting: WrapperSetting = {}) {
  const service = new MemoryService();
  const clock = new FakeClock();
  const wrapper = wrapperOn(service, { clock, ...setting });
  const writer = wrapper.batchWriter<Row>({ schema, ...options });
  return { service, clock, wrapper, writer };
}

/** Requests that have arrived, of one connection. */
const arrived = ({ requests: [requests = []] }: MemoryService) => requests;

test("rows linger, and then go together", async () => {
  const { service, clock, wrapper, writer } = stage({ lingerMs: 50 });
  const written = rowsOf([1, 2]).map((row) => writer.write(row));
  await clock.advance(30);
  written.push(...rowsOf([3]).map((row) => writer.write(row)));
  assertEquals([writer.pending, arrived(service)], [3, []]);
  assertEquals(clock.timers, 1);
  // The first row's time counts.
  await clock.advance(19);
  assertEquals(arrived(service), []);
  await clock.advance(1);
  await Promise.all(written);
  assertEquals([writer.pending, arrived(service)], [0, [[1, 2, 3]]]);
  await writer.close();
  await wrapper.shutdown();
  assertEquals(clock.timers, 0);
});

test("a full batch does not linger, by rows or by size", async () => {
  for (const bound of [{ maxRows: 3 }, { maxBytes: 30 }]) {
    const { service, wrapper, writer } = stage({ lingerMs: 100_000, ...bound });
    const written = rowsOf(range(0, 7)).map((row) => writer.write(row));
    await until(() => service.durable.length >= 6);
    assert(arrived(service).every((request) => request.length <= 3));
    await writer.flush();
    await Promise.all(written);
    assertEquals(service.durable, range(0, 7));
    await wrapper.shutdown();
  }
});

test("a row that fails is told so, and the others arrive", async () => {
  const { service, wrapper, writer } = stage({ maxRows: 6 });
  service.poison.add(4);
  const rows: Row[] = rowsOf(range(0, 6));
  rows[2] = { n: "two" };
  const outcomes = await Promise.allSettled(rows.map((row) => writer.write(row)));
  assertEquals(
    outcomes.map((outcome) => outcome.status === "fulfilled" ? "" : outcome.reason.code),
    ["", "", "conversion", "", "transmission", ""],
  );
  assertEquals(service.durable, [0, 1, 3, 5]);
  const error = await assertRejects(() => writer.close(), Error, "2 rows did not arrive: row 2");
  assertEquals((error as { code?: string }).code, "conversion");
  // It has been said.
  await writer[Symbol.asyncDispose]();
  await wrapper.shutdown();
});

test("a listener takes over what becomes of batches", async () => {
  const told: [TransmissionResult, readonly Row[]][] = [];
  const { wrapper, writer } = stage({
    maxRows: 2,
    onResult: (result, rows) => {
      told.push([result, rows]);
      throw new Error("a listener's own trouble");
    },
  });
  const rows: Row[] = [...rowsOf([1]), { n: "x" }, ...rowsOf([2])];
  for (const row of rows) writer.write(row);
  await writer.flush();
  await writer.close();
  assertEquals(told.map(([{ totalRows }]) => totalRows), [2, 1]);
  const failed = told.flatMap(([result, rows]) => result.failedRowIndices().map((at) => rows[at]));
  assertEquals(failed, [rows[1]]);
  await wrapper.shutdown();
});

test("readiness is back-pressure: rows wait while the window is full", async () => {
  const stream = { maxInflightRequests: 1 };
  const { service, wrapper, writer } = stage({ maxRows: 2 }, { stream });
  service.habit = "never";
  const written: Promise<void>[] = [];
  const writeTwo = (from: number) =>
    written.push(...rowsOf(range(from, 2)).map((row) => writer.write(row)));
  writeTwo(0); // in the window
  await until(() => arrived(service).length === 1);
  writeTwo(2); // waits for the window
  writeTwo(4); // waits for the batch before
  let isReady = false;
  const ready = writer.ready.then(() => isReady = true);
  for (let turn = 0; turn < 10; turn++) await settle();
  assertEquals([isReady, arrived(service).length, writer.pending], [false, 1, 6]);
  service.habit = "promptly";
  service.transport.connections.at(-1)!.acknowledgeAll();
  await ready;
  await writer.flush();
  await Promise.all(written);
  assertEquals(writer.pending, 0);
  assertEquals(arrived(service), [[0, 1], [2, 3], [4, 5]]);
  await wrapper.shutdown();
});

test("an abort fails what has not been sent, and follows what has", async () => {
  const controller = new AbortController();
  const { service, clock, wrapper, writer } = stage({ maxRows: 2, signal: controller.signal });
  service.habit = "never";
  const sent = rowsOf([1, 2]).map((row) => writer.write(row));
  await until(() => arrived(service).length === 1);
  const waiting = writer.write({ n: 3n });
  const reason = new Error("no more");
  controller.abort(reason);
  await assertRejects(() => waiting, Error, "no more");
  await assertRejects(() => writer.write({ n: 4n }), Error, "no more");
  assertEquals(writer.pending, 2);
  service.transport.connections.at(-1)!.acknowledgeAll();
  await Promise.all(sent);
  await assertRejects(() => writer.flush(), Error, "no more");
  await writer[Symbol.asyncDispose]();
  await writer.ready;
  await wrapper.shutdown();
  assertEquals(clock.timers, 0);
});

test("nothing is unhandled when nobody looks at a row's promise", async () => {
  const unhandled: unknown[] = [];
  const listener = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  globalThis.addEventListener?.("unhandledrejection", listener);
  const { service, wrapper, writer } = stage({ maxRows: 2 });
  service.error = refusal();
  for (const n of [1, 2, 3]) service.poison.add(n);
  for (const row of rowsOf([1, 2, 3])) writer.write(row);
  await assertRejects(() => writer.close(), Error, "3 rows did not arrive");
  writer.write({ n: 4n });
  for (let turn = 0; turn < 5; turn++) await settle();
  globalThis.removeEventListener?.("unhandledrejection", listener);
  assertEquals(unhandled, []);
  await wrapper.shutdown();
});

test("a wrapper's flush and shutdown include what writers have collected", async () => {
  const { service, wrapper, writer } = stage({ lingerMs: 100_000 });
  const first = writer.write({ n: 1n });
  await wrapper.flush();
  await first;
  const second = writer.write({ n: 2n });
  await wrapper.shutdown();
  await second;
  assertEquals(service.durable, [1, 2]);
});

test("a shutdown that takes too long fails what writers have collected", async () => {
  const stream = { maxInflightRequests: 1, flushTimeoutMs: 1_000 };
  const { service, clock, wrapper, writer } = stage({ maxRows: 1 }, { stream });
  service.habit = "never";
  const outcomes = Promise.allSettled(rowsOf([1, 2, 3]).map((row) => writer.write(row)));
  await until(() => arrived(service).length === 1);
  const closed = assertRejects(() => wrapper.shutdown(), Error, "flushTimeoutMs");
  await clock.advance(1_000);
  await closed;
  for (const { status } of await outcomes) assertEquals(status, "rejected");
  assertEquals(writer.pending, 0);
});
