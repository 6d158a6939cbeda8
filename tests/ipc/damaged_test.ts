/**
 * Arrays that are not as Arrow has them, and arrays that only look so.
 */
import { assertEquals, assertThrows } from "@std/assert";
import {
  type Data,
  type DataType,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Int32,
  List,
  makeData,
  makeVector,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Utf8,
  Vector,
} from "apache-arrow";
import type { ArrowBatch } from "../../src/core/arrow.ts";
import { ConversionError } from "../../src/core/errors.ts";
import { arrowPlanFor } from "../../src/ipc/column_plan.ts";
import { encodeArrow } from "../../src/ipc/encode_arrow.ts";
import { test } from "../harness/mod.ts";
import { textVector } from "../harness/vectors.ts";
import { readArrow } from "../oracle/read_arrow.ts";

const LIMITS = {
  maxRecordBytes: 1e6,
  targetBytes: 1e6,
  maxRequestBytes: 1e6,
  maxRecords: 1e6,
};

function rowsOf(batch: RecordBatch): readonly unknown[] {
  const plan = arrowPlanFor(batch.schema as unknown as ArrowBatch["schema"]);
  const requests = [...encodeArrow(plan, batch as unknown as ArrowBatch, LIMITS)];
  const messages = requests.map(({ bytes: header, body }) => ({ header, body: body! }));
  return readArrow(plan.schema, messages).rows;
}

/** A batch of one column. */
function batchOf(data: Data, rows: number = data.length): RecordBatch {
  const fields = [new Field("c", data.type as DataType, true)];
  const struct = makeData({
    type: new Struct(fields),
    length: rows,
    nullCount: 0,
    children: [data],
  });
  return { schema: new Schema(fields), data: struct, numRows: rows } as unknown as RecordBatch;
}

const numbers = (...values: number[]) =>
  makeData({ type: new Int32(), data: Int32Array.from(values) });
const element = new Field("item", new Int32(), true);

/** The array with other members. */
function changed<T extends Data>(data: T, members: Record<string, unknown>): T {
  const properties = Object.entries(members).map(([name, value]) => [name, { value }] as const);
  return Object.create(data, Object.fromEntries(properties));
}

const lists = makeData({
  type: new List(element),
  length: 2,
  nullCount: 0,
  valueOffsets: Int32Array.of(0, 1, 3),
  child: numbers(1, 2, 3),
});
const words = textVector(["a", "b"]);

const DAMAGED: [what: string, data: Data][] = [
  ["fewer values than rows", changed(numbers(1, 2, 3), { values: Int32Array.of(1, 2) })],
  [
    "a validity that is too short",
    changed(numbers(...Array(20).keys()), {
      nullBitmap: Uint8Array.of(1),
      nullCount: 3,
    }),
  ],
  ["offsets out of order", changed(lists, { valueOffsets: Int32Array.of(0, 3, 1) })],
  ["offsets beyond the elements", changed(lists, { valueOffsets: Int32Array.of(0, 1, 9) })],
  ["offsets before the elements", changed(lists, { valueOffsets: Int32Array.of(-1, 1, 3) })],
  ["offsets that are missing", changed(lists, { valueOffsets: Int32Array.of(0) })],
  ["text beyond its bytes", changed(words.data[0]!, { valueOffsets: Int32Array.of(0, 1, 9) })],
  [
    "indices beyond the dictionary",
    makeData({
      type: new Dictionary(new Utf8(), new Int32()),
      length: 2,
      data: Int32Array.of(0, 2),
      dictionary: words,
    }),
  ],
  ["no child", changed(lists, { children: [] })],
];
for (const [what, data] of DAMAGED) {
  test(`${what}: the batch is damaged`, () => {
    const rows = Math.max(data.length, 2);
    const error = assertThrows(() => rowsOf(batchOf(data, rows)), ConversionError, "damaged");
    assertEquals((error as ConversionError).details.column?.slice(0, 1), "c");
  });
}

test("a record batch whose columns apache-arrow has padded is sent as it is meant", () => {
  const short = makeData({
    type: new Struct([new Field("x", new Int32(), false)]),
    length: 1,
    nullCount: 0,
    children: [numbers(7)],
  });
  const fields = [new Field("n", new Int32(), true), new Field("point", short.type, true)];
  const struct = makeData({
    type: new Struct(fields),
    length: 3,
    nullCount: 0,
    children: [numbers(1, 2, 3), short],
  });
  assertEquals(rowsOf(new RecordBatch(new Schema(fields), struct)), [
    { n: 1, point: { x: 7 } },
    { n: 2, point: null },
    { n: 3, point: null },
  ]);
});

test("columns that apache-arrow has padded with nulls are sent as they are meant", () => {
  const point = makeData({
    type: new Struct([new Field("x", new Int32(), false)]),
    length: 1,
    nullCount: 0,
    children: [numbers(7)],
  });
  const pair = makeData({
    type: new FixedSizeList(2, element),
    length: 1,
    nullCount: 0,
    child: numbers(1, 2),
  });
  const table = new Table({
    n: makeVector(Int32Array.of(1, 2, 3)),
    f: new Vector([makeData({ type: new Float32(), data: Float32Array.of(0.5) })]),
    text: textVector(["a"]),
    point: new Vector([point]),
    pair: new Vector([pair]),
    list: new Vector([lists]),
  });
  const padded = { f: null, text: null, point: null, pair: null };
  assertEquals(table.batches.flatMap(rowsOf), [
    { n: 1, f: 0.5, text: "a", point: { x: 7 }, pair: [1, 2], list: [1] },
    { n: 2, ...padded, list: [2, 3] },
    { n: 3, ...padded, list: null },
  ]);
});
