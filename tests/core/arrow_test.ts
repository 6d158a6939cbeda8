import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import * as arrow from "apache-arrow";
import { byteLengthOf, isRecordBatch, isTable, recordBatchesOf } from "../../src/core/arrow.ts";
import { kindOf } from "../../src/core/kind.ts";
import { test } from "../harness/mod.ts";

const numbers = arrow.vectorFromArray([1, 2, 3], new arrow.Int32());
const table = new arrow.Table({ x: numbers }).concat(new arrow.Table({ x: numbers }));
const [batch] = table.batches as [arrow.RecordBatch];

test("recordBatchesOf: a batch, a table, and the bytes of both IPC formats", () => {
  assertEquals(recordBatchesOf(batch), [batch]);
  assertStrictEquals(recordBatchesOf(table), table.batches);
  for (const format of ["stream", "file"] as const) {
    const batches = recordBatchesOf(arrow.tableToIPC(table, format));
    assertEquals(batches.map(({ numRows }) => numRows), [3, 3]);
  }
});

test("recordBatchesOf: bytes may begin anywhere in their buffer", () => {
  for (const format of ["stream", "file"] as const) {
    const bytes = arrow.tableToIPC(table, format);
    for (const offset of [1, 4, 8]) {
      const moved = new Uint8Array(bytes.length + offset + 3).subarray(
        offset,
        offset + bytes.length,
      );
      moved.set(bytes);
      assertEquals(recordBatchesOf(moved).length, 2);
    }
  }
});

test("recordBatchesOf: a table without rows has no rows", () => {
  const empty = new arrow.Table(table.schema);
  const rows = (input: unknown) => recordBatchesOf(input).reduce((sum, b) => sum + b.numRows, 0);
  assertEquals(rows(empty), 0);
  assertEquals(rows(arrow.tableToIPC(empty)), 0);
});

test("recordBatchesOf: needs the structure, not apache-arrow's classes", () => {
  const schema = { fields: [], metadata: new Map() };
  const foreign = { schema, data: { children: [] }, numRows: 0 };
  assertStrictEquals(recordBatchesOf(foreign)[0] as unknown, foreign);
  const batches = [foreign];
  assertStrictEquals(recordBatchesOf({ schema, batches, numRows: 0 }) as unknown, batches);
});

const ipc = arrow.tableToIPC(table);
const wrong: [string, unknown, string][] = [
  ["nothing", undefined, "got undefined"],
  ["null", null, "got null"],
  ["rows", [{ x: 1 }], "got an array"],
  ["an object", { x: 1 }, "got an object"],
  ["text", "ARROW1", "got string"],
  ["a vector", numbers, "got a Vector"],
  ["an ArrayBuffer", ipc.slice().buffer, "ArrayBuffer"],
  ["a schema", table.schema, "got a Schema"],
  ["a batch's data", batch.data, "got a Data"],
  ["a table of something else", { ...table, batches: [1], numRows: 1 }, "got an object"],
  ["no bytes", new Uint8Array(), "an empty array"],
  ["zeros", new Uint8Array(64), "Arrow IPC bytes"],
  ["text as bytes", new TextEncoder().encode("x,y\n1,2\n".repeat(9)), "Arrow IPC bytes"],
  ["a Parquet file", new TextEncoder().encode("PAR1".padEnd(99, "\u0000") + "PAR1"), "IPC bytes"],
  ["a stream cut off in its schema", ipc.subarray(0, 40), "Arrow IPC bytes"],
  ["a file cut off behind its schema", arrow.tableToIPC(table, "file").subarray(0, 82), "cut off"],
  ["a file cut off before its end", arrow.tableToIPC(table, "file").subarray(0, -4), "cut off"],
  ["a stream cut off in a batch", ipc.subarray(0, ipc.length - 30), "Arrow IPC bytes"],
];
for (const [name, input, message] of wrong) {
  test(`recordBatchesOf: ${name} is a TypeError that says so`, () => {
    assertThrows(() => recordBatchesOf(input), TypeError, message);
  });
}

test("isTable and isRecordBatch tell tables and batches apart", () => {
  assertEquals([isTable(table), isRecordBatch(table)], [true, false]);
  assertEquals([isTable(batch), isRecordBatch(batch)], [false, true]);
});

for (const numRows of [NaN, -5, 1.5, Infinity, 2 ** 53, "3", 3n, undefined]) {
  test(`${String(numRows)} (${typeof numRows}) is no number of rows`, () => {
    const schema = { fields: [], metadata: new Map() };
    assertEquals(isRecordBatch({ schema, data: { children: [] }, numRows }), false);
    assertEquals(isTable({ schema, batches: [], numRows }), false);
  });
}

test("byteLengthOf: all buffers, children and dictionaries", () => {
  const ints = arrow.makeData({ type: new arrow.Int32(), data: Int32Array.of(1, 2) });
  assertEquals(byteLengthOf(ints), 8);
  const list = arrow.makeData({
    type: new arrow.List(new arrow.Field("item", new arrow.Int32())),
    valueOffsets: Int32Array.of(0, 2),
    nullBitmap: Uint8Array.of(1),
    child: ints,
  });
  assertEquals(byteLengthOf(list), 8 + 1 + 8);
  const views = arrow.makeData({
    type: new arrow.Utf8View(),
    views: new Uint8Array(16),
    variadicBuffers: [new Uint8Array(100), new Uint8Array(20)],
  });
  assertEquals(byteLengthOf(views), 16 + 120);
  const words = arrow.makeData({
    type: new arrow.Dictionary(new arrow.FixedSizeBinary(5), new arrow.Int8()),
    data: Int8Array.of(0, 1, 0),
    dictionary: new arrow.Vector([
      arrow.makeData({ type: new arrow.FixedSizeBinary(5), length: 2, data: new Uint8Array(10) }),
    ]),
  });
  assertEquals(byteLengthOf(words), 3 + 10);
});

const kinds: [unknown, string][] = [
  [null, "null"],
  [undefined, "undefined"],
  ["secret", "string"],
  [7, "number"],
  [7n, "bigint"],
  [() => {}, "function"],
  [["secret"], "an array"],
  [{ key: "secret" }, "an object"],
  [Object.create(null), "an object"],
  [new Map([["key", "secret"]]), "a Map"],
];
for (const [value, kind] of kinds) {
  test(`kindOf: ${kind}`, () => assertEquals(kindOf(value), kind));
}
