import { assert, assertEquals, assertGreater } from "@std/assert";
import {
  Field,
  Int32,
  makeData,
  makeVector,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromArrays,
  tableToIPC,
  Utf8,
} from "apache-arrow";
import type { LocalHandle, TestEnvironment } from "../harness/environment.ts";
import { test } from "../harness/mod.ts";
import { textVector } from "../harness/vectors.ts";
import { configurationFor, roadPerFormat, TABLE } from "./stage.ts";

const FIELDS = [new Field("n", new Int32(), false), new Field("label", new Utf8(), true)];

/** Rows numbered from `from`, with a text that depends on the number. */
function numbered(from: number, count: number): RecordBatch {
  const numbers = range(from, from + count);
  const children = [
    makeVector(Int32Array.from(numbers)).data[0]!,
    textVector(numbers.map((number) => `row ${number}`)).data[0]!,
  ];
  const struct = makeData({ type: new Struct(FIELDS), length: count, children, nullCount: 0 });
  return new RecordBatch(new Schema(FIELDS), struct);
}

async function landedNumbers(local: LocalHandle, table = TABLE): Promise<number[]> {
  const { rows } = await local.table(table);
  return rows.map((row) => (row as { n: number }).n);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** Batches arrive whole, in order and once, whatever their form and whoever sends them. */
export function deliverySuite(env: TestEnvironment): void {
  const { createWrapper } = env.library;

  for (const { name, configuration: road } of env.roads) {
    test(`${name}: a batch arrives and every row is reported durable`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const result = await wrapper.sendBatch(numbered(0, 1_000));
      assertEquals(
        [result.success, result.totalRows, result.successfulCount, result.failedCount],
        [true, 1_000, 1_000, 0],
      );
      assertEquals([result.attempts, result.error], [1, undefined]);
      assertGreater(result.latencyMs, 0);
      assertGreater(result.batchSizeBytes, 4_000);
      assertGreater(result.encodedBytes, 4_000);
      const { rowCount, rows } = await local.table(TABLE);
      assertEquals(rowCount, 1_000);
      assertEquals(rows[7], { n: 7, label: "row 7" });
      assertEquals(await landedNumbers(local), range(0, 1_000));
    });

    test(`${name}: a batch larger than a request is cut at rows and keeps its order`, async () => {
      await using local = await env.startLocal();
      const stream = { maxRequestBytes: 2_000, maxInflightBytes: 8_000, maxInflightRequests: 3 };
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road, stream });
      const result = await wrapper.sendBatch(numbered(0, 5_000));
      assertEquals(result.successfulCount, 5_000);
      assertEquals(await landedNumbers(local), range(0, 5_000));
      const { requests } = await local.stats();
      assertGreater(requests, result.encodedBytes / 2_000);
    });

    test(`${name}: senders at the same time share a stream and lose nothing`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const results = await Promise.all(
        range(0, 50).map((sender) => wrapper.sendBatch(numbered(sender * 100, 100))),
      );
      assert(results.every((result) => result.successfulCount === 100));
      assertEquals((await landedNumbers(local)).sort((a, b) => a - b), range(0, 5_000));
      // REST has no streams.
      assertEquals((await local.stats()).streams, road.protocol === "rest" ? 0 : 1);
    });

    test(`${name}: batches piped into writable() are durable when the pipe is done`, async () => {
      await using local = await env.startLocal();
      const stream = { maxInflightBytes: 10_000 };
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road, stream });
      let next = 0;
      const source = new ReadableStream<RecordBatch>({
        pull(controller) {
          if (next === 100) return controller.close();
          controller.enqueue(numbered(next++ * 100, 100));
        },
      });
      await source.pipeTo(wrapper.writable());
      assertEquals(await landedNumbers(local), range(0, 10_000));
      assertEquals(wrapper.unacknowledged(), []);
    });
  }

  for (const { recordFormat: name, configuration: road } of roadPerFormat(env.roads)) {
    test(`${name}: a table's batches arrive in order, and so do Arrow IPC bytes`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const table = new Table([numbered(0, 10), numbered(10, 0), numbered(10, 5)]);
      assertEquals((await wrapper.sendBatch(table)).successfulCount, 15);
      const more = new Table([numbered(15, 5), numbered(20, 5)]);
      assertEquals((await wrapper.sendBatch(tableToIPC(more, "stream"))).successfulCount, 10);
      assertEquals((await wrapper.sendBatch(tableToIPC(numberedTable(25), "file"))).totalRows, 5);
      assertEquals(await landedNumbers(local), range(0, 30));
    });

    test(`${name}: slices of a batch arrive without their neighbours`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const batch = numbered(0, 100);
      await wrapper.sendBatch(batch.slice(10, 20));
      await wrapper.sendBatch(batch.slice(93, 100));
      assertEquals(await landedNumbers(local), [...range(10, 20), ...range(93, 100)]);
    });

    test(`${name}: batches with different schemas travel on as many streams as it takes`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      for (let round = 0; round < 3; round++) {
        const n = Int32Array.of(round);
        assertEquals((await wrapper.sendBatch(tableFromArrays({ n }))).successfulCount, 1);
        const x = Float64Array.of(round / 2);
        assertEquals((await wrapper.sendBatch(tableFromArrays({ x }))).successfulCount, 1);
      }
      const { rows } = await local.table(TABLE);
      assertEquals(rows, [{ n: 0 }, { x: 0 }, { n: 1 }, { x: 0.5 }, { n: 2 }, { x: 1 }]);
      // Only JSON records say themselves what they are made of.
      assertEquals((await local.stats()).streams, name === "json" ? 1 : 2);
    });

    test(`${name}: parallel streams share the work`, async () => {
      await using local = await env.startLocal();
      const stream = { streams: 4 };
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road, stream });
      await Promise.all(range(0, 40).map((sender) => wrapper.sendBatch(numbered(sender * 10, 10))));
      assertEquals((await landedNumbers(local)).sort((a, b) => a - b), range(0, 400));
      assertEquals((await local.stats()).streams, 4);
    });

    test(`${name}: an empty batch succeeds without a connection`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      for (const empty of [numbered(0, 0), new Table([numbered(0, 0)]), new Table()]) {
        const result = await wrapper.sendBatch(empty);
        assertEquals(
          [result.success, result.totalRows, result.failedRows, result.isPartialSuccess()],
          [true, 0, [], false],
        );
      }
      assertEquals((await local.stats()).streams, 0);
      assertEquals((await local.stats()).tokensIssued, 0);
    });

    test(`${name}: a disabled writer converts and reports but opens no connection`, async () => {
      await using wrapper = await createWrapper({
        ...road,
        endpoint: "http://127.0.0.1:1",
        tableName: "readings",
        writerDisabled: true,
      });
      const result = await wrapper.sendBatch(numbered(0, 100));
      assertEquals([result.successfulCount, result.attempts], [100, 1]);
      assertGreater(result.encodedBytes, 100);
    });

    test(`${name}: one token serves many streams, and flush waits for what was sent`, async () => {
      await using local = await env.startLocal();
      const stream = { streams: 2 };
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road, stream });
      const sent = [wrapper.sendBatch(numbered(0, 10)), wrapper.sendBatch(numbered(10, 10))];
      await wrapper.flush();
      assertEquals((await local.table(TABLE)).rowCount, 20);
      await Promise.all(sent);
      assertEquals((await local.stats()).tokensIssued, 1);
    });

    test(`${name}: a provider of headers is asked, and awaited, for every connection`, async () => {
      await using local = await env.startLocal({ auth: { required: false } });
      const asked: string[] = [];
      const { url: endpoint } = local;
      await using wrapper = await createWrapper({
        ...road,
        endpoint,
        tableName: TABLE,
        headersProvider: async ({ tableName }) => {
          await Promise.resolve();
          asked.push(tableName);
          return { "x-of-mine": "1" };
        },
        stream: { streams: 2 },
      });
      await Promise.all([wrapper.sendBatch(numbered(0, 1)), wrapper.sendBatch(numbered(1, 1))]);
      assertEquals(asked, [TABLE, TABLE]);
    });
  }
}

function numberedTable(from: number): Table {
  return new Table([numbered(from, 5)]);
}
