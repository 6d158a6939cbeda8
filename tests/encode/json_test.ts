import { assert, assertEquals, assertThrows } from "@std/assert";
import * as arrow from "apache-arrow";
import type { ArrowBatch } from "../../src/core/arrow.ts";
import type { EncodedRows } from "../../src/encode/encoded_rows.ts";
import { encodeJsonRequests } from "../../src/encode/json/encode_json_requests.ts";
import { DEFAULT_LIMITS, type EncodeLimits } from "../../src/encode/limits.ts";
import { planFor } from "../../src/schema/plan.ts";
import { test } from "../harness/mod.ts";

type Columns = Record<string, readonly [arrow.DataType, readonly unknown[]]>;

function batchOf(columns: Columns): ArrowBatch {
  const vectors = Object.entries(columns).map(([name, [type, values]]) =>
    [name, arrow.vectorFromArray(values as unknown[], type)] as const
  );
  return new arrow.Table(Object.fromEntries(vectors)).batches[0]! as unknown as ArrowBatch;
}

function encode(batch: ArrowBatch, limits: Partial<EncodeLimits> = {}): EncodedRows[] {
  return [...encodeJsonRequests(planFor(batch.schema), batch, { ...DEFAULT_LIMITS, ...limits })];
}

function texts(requests: readonly EncodedRows[]): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return requests.flatMap((rows) =>
    Array.from({ length: rows.rowCount }, (_, index) => decoder.decode(rows.row(index)))
  );
}

const TABLE: readonly (readonly [string, arrow.DataType, unknown, string])[] = [
  ["int32", new arrow.Int32(), -7, "-7"],
  ["the largest exact int64", new arrow.Int64(), 2n ** 53n - 1n, "9007199254740991"],
  ["an int64 beyond doubles", new arrow.Int64(), 2n ** 53n + 1n, '"9007199254740993"'],
  ["the least int64", new arrow.Int64(), -(2n ** 63n), '"-9223372036854775808"'],
  ["uint32", new arrow.Uint32(), 4_294_967_295, "4294967295"],
  ["float64", new arrow.Float64(), 0.1, "0.1"],
  ["negative zero", new arrow.Float64(), -0, "-0.0"],
  ["float32", new arrow.Float32(), 1.5, "1.5"],
  ["bool", new arrow.Bool(), true, "true"],
  ["text", new arrow.Utf8(), 'ä"\\\n\u0001€😀', '"ä\\"\\\\\\n\\u0001€😀"'],
  ["empty text", new arrow.Utf8(), "", '""'],
  ["bytes", new arrow.Binary(), new Uint8Array([255, 0, 62, 63]), '"/wA+Pw=="'],
  ["date", new arrow.DateDay(), new Date(86_400_000), "1"],
  ["timestamp in ms", new arrow.TimestampMillisecond(), 1_500, "1500000"],
  ["timestamp in s", new arrow.TimestampSecond(), 2_000, "2000000"],
];

for (const [name, type, value, expected] of TABLE) {
  test(`JSON of ${name}`, () => {
    assertEquals(texts(encode(batchOf({ x: [type, [value]] }))), [`{"x":${expected}}`]);
  });
}

test("JSON leaves nulls out and nests lists, structs and dictionaries", () => {
  const point = new arrow.Struct([
    new arrow.Field("x", new arrow.Int32(), true),
    new arrow.Field("y", new arrow.Utf8(), true),
  ]);
  const batch = batchOf({
    a: [new arrow.Int32(), [null, 2]],
    tags: [new arrow.List(new arrow.Field("item", new arrow.Utf8(), true)), [["p", "q"], []]],
    at: [point, [{ x: 1, y: null }, null]],
    kind: [new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()), ["k", null]],
  });
  assertEquals(texts(encode(batch)), [
    '{"tags":["p","q"],"at":{"x":1},"kind":"k"}',
    '{"a":2,"tags":[]}',
  ]);
});

test("JSON has whole microseconds, rounded down", () => {
  const type = new arrow.TimestampNanosecond();
  const data = arrow.makeData({ type, length: 2, data: BigInt64Array.of(-1n, 1_999n) });
  const batch = new arrow.Table({ at: arrow.makeVector(data) }).batches[0]!;
  assertEquals(texts(encode(batch as unknown as ArrowBatch)), ['{"at":-1}', '{"at":1}']);
});

test("JSON writes decimals as plain text", () => {
  const words = Uint32Array.of(1999, 0, 0, 0, 0xffff_fffb, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff);
  const type = new arrow.Decimal(2, 10, 128);
  const data = arrow.makeData({ type, length: 2, data: words });
  const batch = new arrow.Table({ price: arrow.makeVector(data) }).batches[0]!;
  assertEquals(texts(encode(batch as unknown as ArrowBatch)), [
    '{"price":"19.99"}',
    '{"price":"-0.05"}',
  ]);
});

test("JSON fails the rows whose numbers it cannot say, and no others", () => {
  const [rows] = encode(batchOf({ x: [new arrow.Float64(), [NaN, 1, Infinity, 2]] }));
  assertEquals(rows!.failedRows.map(({ row }) => row), [0, 2]);
  assertEquals(rows!.failedRows[0]!.error.details, { row: 0, column: "x" });
  assertEquals([0, 1].map((index) => rows!.sourceRow(index)), [1, 3]);
});

test("JSON fails a row of text that is not UTF-8", () => {
  const data = arrow.makeData({
    type: new arrow.Utf8(),
    length: 2,
    valueOffsets: Int32Array.of(0, 1, 2),
    data: Uint8Array.of(0x61, 0xff),
  });
  const batch = new arrow.Table({ x: arrow.makeVector(data) }).batches[0]!;
  const [rows] = encode(batch as unknown as ArrowBatch);
  assertEquals(rows!.failedRows.map(({ row }) => row), [1]);
  assertEquals(texts([rows!]), ['{"x":"a"}']);
});

test("JSON requests keep to their bounds, and a row too large fails alone", () => {
  const values = ["a".repeat(10), '"'.repeat(40), "b".repeat(200), "c", "d"];
  const requests = encode(batchOf({ x: [new arrow.Utf8(), values] }), {
    maxRecordBytes: 100,
    maxRequestBytes: 110,
    maxRecords: 2,
  });
  assert(requests.every(({ bytes, rowCount }) => bytes.length <= 110 && rowCount <= 2));
  const failed = requests.flatMap(({ failedRows }) => failedRows.map(({ row }) => row));
  assertEquals(failed, [2]);
  const written = texts(requests).map((text) => JSON.parse(text).x);
  assertEquals(written, values.filter((_, row) => row !== 2));
});

test("JSON of another schema's plan is refused", () => {
  const batch = batchOf({ x: [new arrow.Int32(), [1]] });
  const other = batchOf({ y: [new arrow.Int32(), [1]] });
  const requests = encodeJsonRequests(planFor(other.schema), batch, DEFAULT_LIMITS);
  assertThrows(() => requests.next(), TypeError);
});
