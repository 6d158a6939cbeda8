import { assert, assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import {
  Dictionary,
  Field,
  Int32,
  Int64,
  makeData,
  makeVector,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromArrays,
  tableToIPC,
  Uint64,
  Utf8,
} from "apache-arrow";
import fc from "fast-check";
import type { Fault } from "@zerobus/wrapper/testing";
import type { TestEnvironment } from "../harness/environment.ts";
import { test } from "../harness/mod.ts";
import { textVector } from "../harness/vectors.ts";
import { configurationFor, TABLE } from "./stage.ts";

const numbers = (...values: number[]): Table => tableFromArrays({ n: Int32Array.from(values) });
const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** A part of a request is acknowledged, perhaps after whole ones, and then the stream ends. */
const interruption: fc.Arbitrary<Fault[]> = fc.record({
  requests: fc.nat(2),
  records: fc.integer({ min: 1, max: 20 }),
  end: fc.constantFrom<Fault>(
    { kind: "end", at: { requests: 0 } },
    { kind: "error", status: "UNAVAILABLE", at: { requests: 0 } },
    { kind: "error", status: "INTERNAL", at: { requests: 0 } },
  ),
}).map(({ requests, records, end }) => [
  { kind: "partial_acknowledgement", records, at: { requests } },
  end,
]);

/** What only records in Arrow have: parts of requests that are durable, schemas that are refused. */
export function arrowSuite(env: TestEnvironment): void {
  const { createWrapper } = env.library;
  const roads = env.roads.filter(({ recordFormat }) => recordFormat === "arrow");

  for (const { name, configuration: road } of roads) {
    test(`${name}: of 15 rows of which 12 are acknowledged, the last 3 are sent again`, async () => {
      await using local = await env.startLocal({
        faults: [
          { kind: "partial_acknowledgement", records: 12 },
          { kind: "error", status: "UNAVAILABLE" },
        ],
      });
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const result = await wrapper.sendBatch(numbers(...range(15)));
      assertEquals([result.error, result.successfulCount], [undefined, 15]);
      const landed = (await local.requests(TABLE)).map(({ rows }) => rows.map(({ n }) => n));
      assertEquals(landed, [range(15), [12, 13, 14]]);
    });

    test(`${name}: what is durable of a batch that is lost is not handed back`, async () => {
      await using local = await env.startLocal({
        faults: [
          { kind: "partial_acknowledgement", records: 4 },
          { kind: "error", status: "NOT_FOUND" },
        ],
      });
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const batch = numbers(...range(10));
      const result = await wrapper.sendBatch(batch);
      assertEquals([result.successfulCount, result.failedCount], [4, 6]);
      assertEquals(result.failedRowIndices(), [4, 5, 6, 7, 8, 9]);
      const back = wrapper.unacknowledged().flatMap((part) => [...part.getChild("n")!]);
      assertEquals(back, [4, 5, 6, 7, 8, 9]);
      assertEquals(result.extractFailedBatch(batch)?.numRows, 6);
    });

    test(`${name}: a schema that the table does not take is an error with the causes`, async () => {
      const columns = [{ name: "id", nullable: false }, { name: "n" }];
      await using local = await env.startLocal({ tables: [{ name: TABLE, columns }] });
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const wrong = tableFromArrays({ n: Int32Array.of(1), more: Int32Array.of(2) });
      const { error, attempts, failedCount } = await wrapper.sendBatch(wrong);
      assertEquals([error?.name, error?.retryable], ["ConfigurationError", false], error?.message);
      assertEquals(error?.details.causes, ["FIELD_NOT_IN_TABLE", "MISSING_REQUIRED_COLUMN"]);
      assertEquals([error?.details.serviceCode, attempts, failedCount], [8001, 1, 1]);
      assertEquals(wrapper.unacknowledged(), []);
      const right = tableFromArrays({ id: Int32Array.of(1), n: Int32Array.of(2) });
      assertEquals((await wrapper.sendBatch(right)).successfulCount, 1);
    });

    test(`${name}: large batches travel in messages of at most 2 MiB`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const n = Float64Array.from({ length: 600_000 }, (_, index) => index);
      const result = await wrapper.sendBatch(tableFromArrays({ n }));
      assertEquals([result.error, result.successfulCount], [undefined, n.length]);
      const { requests } = await local.stats();
      assertLessOrEqual(requests, 7); // not many more than it takes: none has over 100,000 rows
      assertLess(result.encodedBytes / requests, 2 ** 21);
      assertEquals((await local.stats()).records, n.length);
    });
  }

  for (const { name, configuration: road } of roads) {
    test(`${name}: however much of a request is acknowledged before the end, nothing is lost or sent again`, async () => {
      const seed = Math.trunc(Math.random() * 2 ** 31);
      console.log(`${name}: acknowledgements in part, seed ${seed}`);
      const faults = fc.sample(interruption, { seed, numRuns: 40 }).flat();
      await using local = await env.startLocal({ faults });
      const retry = { maxAttempts: 1_000, baseDelayMs: 1, maxDelayMs: 2 };
      const stream = { maxRequestRecords: 20 };
      const configuration = { ...configurationFor(local), ...road, retry, stream };
      await using wrapper = await createWrapper(configuration);
      const batches = range(60).map((batch) => range(30).map((row) => 30 * batch + row));
      const results = await Promise.all(batches.map((rows) => wrapper.sendBatch(numbers(...rows))));
      assertEquals(results.flatMap(({ failedRows }) => failedRows), []);
      const landings = new Map<number, number>();
      for (const { rows, acknowledgedRows } of await local.requests(TABLE)) {
        for (const [at, { n }] of rows.entries()) {
          assertEquals(landings.get(n as number), undefined, `row ${n} came after it was durable`);
          if (at < acknowledgedRows) landings.set(n as number, at);
        }
      }
      assertEquals([...landings.keys()].toSorted((a, b) => a - b), range(1_800));
    });
  }

  const first = roads[0];
  if (first === undefined) return;
  const { name, configuration: road } = first;

  test(`${name}: a single row larger than 2 MiB arrives, one larger than 10 MiB fails`, async () => {
    await using local = await env.startLocal();
    await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
    const text = textVector(["a", "b".repeat(3 << 20), "c", "d".repeat(11 << 20), "e"]);
    const result = await wrapper.sendBatch(new Table({ text }));
    assertEquals(result.failedRowIndices(), [3]);
    assertEquals(result.failedRows[0]?.error.name, "ConversionError");
    const { rows } = await local.table(TABLE);
    assertEquals(rows.map((row) => (row as { text: string }).text.length), [1, 3 << 20, 1, 1]);
  });

  test(`${name}: dictionaries arrive as the values that they mean`, async () => {
    await using local = await env.startLocal();
    await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
    const type = new Dictionary(new Utf8(), new Int32());
    const word = makeData({
      type,
      length: 4,
      nullCount: 1,
      nullBitmap: Uint8Array.of(0b1011),
      data: Int32Array.of(1, 0, 0, 1),
      dictionary: textVector(["yes", "no"]),
    });
    const fields = [new Field("word", type, true)];
    const struct = makeData({
      type: new Struct(fields),
      length: 4,
      nullCount: 0,
      children: [word],
    });
    const batch = new RecordBatch(new Schema(fields), struct);
    assertEquals((await wrapper.sendBatch(batch.slice(1, 4))).successfulCount, 3);
    assertEquals((await local.table(TABLE)).rows, [{ word: "yes" }, { word: null }, {
      word: "no",
    }]);
  });

  test(`${name}: rows that cannot be sent fail by themselves`, async () => {
    await using local = await env.startLocal();
    await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
    const fields = [new Field("n", new Uint64(), false), new Field("m", new Int64(), true)];
    const children = [
      makeVector(BigUint64Array.of(1n, 2n ** 63n, 3n)).data[0]!,
      makeVector(BigInt64Array.of(-1n, -2n, -3n)).data[0]!,
    ];
    const struct = makeData({ type: new Struct(fields), length: 3, nullCount: 0, children });
    const result = await wrapper.sendBatch(new RecordBatch(new Schema(fields), struct));
    assertEquals(result.failedRowIndices(), [1]);
    const { error } = result.failedRows[0]!;
    assertEquals([error.name, error.details.column, error.details.row], [
      "ConversionError",
      "n",
      1,
    ]);
    assertEquals((await local.table(TABLE)).rows, [{ n: 1n, m: -1n }, { n: 3n, m: -3n }]);
  });

  test(`${name}: Arrow IPC bytes arrive, an empty batch touches nothing`, async () => {
    await using local = await env.startLocal();
    await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
    assertEquals((await wrapper.sendBatch(numbers())).success, true);
    assertEquals((await local.stats()).streams, 0);
    const table = new Table([...numbers(1, 2).batches, ...numbers(3).batches]);
    assertEquals((await wrapper.sendBatch(tableToIPC(table, "stream"))).successfulCount, 3);
    assertEquals((await local.table(TABLE)).rows, [{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  test(`${name}: a descriptor is refused, for it would change nothing`, async () => {
    await using local = await env.startLocal();
    await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
    const batch = numbers(1);
    const descriptor = env.library.descriptorFromSchema(batch.schema as never);
    const { error } = await wrapper.sendBatch(batch, { descriptor });
    assertEquals([error?.name, error?.details.field], ["ConfigurationError", "descriptor"]);
  });

  test(`${name}: a refused row is found, and nothing that is durable is sent again`, async () => {
    await using local = await env.startLocal({
      faults: [
        { kind: "partial_acknowledgement", records: 3 },
        { kind: "reject_record", column: "n", equals: 17 },
      ],
    });
    const stream = { maxRequestRecords: 10 };
    await using wrapper = await createWrapper({ ...configurationFor(local), ...road, stream });
    const result = await wrapper.sendBatch(numbers(...range(30)));
    assertEquals(result.failedRowIndices(), [17]);
    assertEquals(result.failedRows[0]?.error.details.status, "INVALID_ARGUMENT");
    const landed = (await local.table(TABLE)).rows.map((row) => (row as { n: number }).n);
    assertEquals([...new Set(landed)].toSorted((a, b) => a - b), range(30).filter((n) => n !== 17));
    for (const n of range(3)) assert(landed.filter((other) => other === n).length === 1);
  });
}
