import { assert, assertEquals, assertLess, assertStringIncludes, assertThrows } from "@std/assert";
import {
  Binary,
  Field,
  Int32,
  Int64,
  List,
  type RecordBatch,
  Struct,
  Uint64,
  Utf8,
} from "apache-arrow";
import { ConfigurationError, ConversionError } from "../../src/core/errors.ts";
import { encodeBatch } from "../../src/encode/encode_batch.ts";
import { encodeRequests } from "../../src/encode/encode_requests.ts";
import type { EncodedRows } from "../../src/encode/encoded_rows.ts";
import { DEFAULT_LIMITS, type EncodeLimits } from "../../src/encode/limits.ts";
import { planFor } from "../../src/schema/plan.ts";
import { test } from "./both_loops.ts";
import { arrayOf, batchOf, bits, decodeAll, rawArray } from "./build.ts";

function requests(
  batch: RecordBatch,
  limits: Partial<EncodeLimits> = {},
  fromRow?: number,
): EncodedRows[] {
  return [
    ...encodeRequests(planFor(batch.schema), batch, { ...DEFAULT_LIMITS, ...limits }, fromRow),
  ];
}

/** [first, end) · records · failed rows. */
function ranges(all: readonly EncodedRows[]): [number, number, number, number[]][] {
  return all.map(({ firstRow, endRow, rowCount, failedRows }) => [
    firstRow,
    endRow,
    rowCount,
    failedRows.map(({ row }) => row),
  ]);
}

const texts = (...values: string[]): RecordBatch => batchOf({ t: arrayOf(new Utf8(), values) });
const numbered = (count: number): RecordBatch =>
  batchOf({ n: rawArray(new Int32(), { data: Int32Array.from({ length: count }, (_, n) => n) }) });
/** Rows that work (small numbers) and rows that do not (-1, which is too large when unsigned). */
const mixed = (...values: bigint[]): RecordBatch =>
  batchOf({ n: rawArray(new Uint64(), { data: BigUint64Array.from(values) }) });
const BAD = 2n ** 63n;

test("the output is the body of a ProtoEncodedRecordBatch", () => {
  const rows = encodeBatch(texts("a", "", "x".repeat(200)));
  const long = new TextEncoder().encode("x".repeat(200));
  assertEquals(
    rows.bytes,
    Uint8Array.of(0x0a, 3, 0x0a, 1, 0x61, 0x0a, 2, 0x0a, 0, 0x0a, 203, 1, 0x0a, 200, 1, ...long),
  );
  assertEquals([rows.rowCount, rows.firstRow, rows.endRow, rows.failedRows], [3, 0, 3, []]);
  assertEquals(rows.row(1), Uint8Array.of(0x0a, 0));
  for (const index of [-1, 3, 0.5, NaN]) {
    assertThrows(() => rows.row(index), RangeError, "there are 3");
    assertThrows(() => rows.sourceRow(index), RangeError, "there are 3");
  }
});

test("no rows, no requests", () => {
  const batch = numbered(3);
  assertEquals(requests(batch.slice(1, 1)), []);
  assertEquals(requests(batch, {}, 3), []);
  const rows = encodeBatch(batch.slice(1, 1));
  assertEquals([rows.bytes.length, rows.rowCount, rows.endRow], [0, 0, 0]);
});

test("a request has at most maxRecords records", () => {
  assertEquals(ranges(requests(numbered(7), { maxRecords: 3 })), [
    [0, 3, 3, []],
    [3, 6, 3, []],
    [6, 7, 1, []],
  ]);
  assertEquals(ranges(requests(numbered(6), { maxRecords: 3 })), [[0, 3, 3, []], [3, 6, 3, []]]);
  assertEquals(ranges(requests(numbered(2), { maxRecords: 1 })), [[0, 1, 1, []], [1, 2, 1, []]]);
});

test("a request has at most maxRequestBytes bytes, and not less than it could", () => {
  // Each record takes 4 bytes of overhead and its text.
  const batch = texts("aaaaaa", "bbbbbb", "c", "dddddddddddddddd", "e");
  assertEquals(ranges(requests(batch, { maxRequestBytes: 20 })), [
    [0, 2, 2, []],
    [2, 3, 1, []],
    [3, 4, 1, []],
    [4, 5, 1, []],
  ]);
  assertEquals(ranges(requests(batch, { maxRequestBytes: 25 })), [
    [0, 3, 3, []],
    [3, 5, 2, []],
  ]);
  for (let maxRequestBytes = 20; maxRequestBytes < 60; maxRequestBytes++) {
    const all = requests(batch, { maxRequestBytes });
    for (const { bytes } of all) assert(bytes.length <= maxRequestBytes);
    assertEquals(all.flatMap((rows) => decodeAll(planFor(batch.schema).descriptor, rows)), [
      { t: "aaaaaa" },
      { t: "bbbbbb" },
      { t: "c" },
      { t: "dddddddddddddddd" },
      { t: "e" },
    ]);
  }
});

test("encoding may begin at any row", () => {
  assertEquals(ranges(requests(numbered(7), { maxRecords: 3 }, 2)), [[2, 5, 3, []], [5, 7, 2, []]]);
  const [rows] = requests(numbered(7), {}, 5);
  assertEquals([rows?.sourceRow(0), rows?.sourceRow(1)], [5, 6]);
});

test("failed rows travel with the request in whose range they lie", () => {
  const batch = mixed(BAD, 1n, BAD, 2n, 3n, BAD, BAD, 4n, BAD);
  const whole = encodeBatch(batch);
  assertEquals(ranges([whole]), [[0, 9, 4, [0, 2, 5, 6, 8]]]);
  assertEquals([0, 1, 2, 3].map((index) => whole.sourceRow(index)), [1, 3, 4, 7]);
  assertEquals(ranges(requests(batch, { maxRecords: 2 })), [
    [0, 4, 2, [0, 2]],
    [4, 9, 2, [5, 6, 8]],
  ]);
  // No request is left without a record because all rows after a cut fail.
  assertEquals(ranges(requests(mixed(1n, BAD, BAD), { maxRecords: 1 })), [[0, 3, 1, [1, 2]]]);
  assertEquals(ranges(requests(mixed(1n, BAD, 2n, BAD, 3n), { maxRecords: 1 })), [
    [0, 2, 1, [1]],
    [2, 4, 1, [3]],
    [4, 5, 1, []],
  ]);
});

test("if every row fails there is one request, and it has the failures", () => {
  const all = requests(mixed(BAD, BAD, BAD), { maxRecords: 1 });
  assertEquals(ranges(all), [[0, 3, 0, [0, 1, 2]]]);
  assertEquals(all[0]?.bytes.length, 0);
  const { error } = all[0]!.failedRows[1]!;
  assertEquals(error instanceof ConversionError, true);
  assertEquals(error.details, { row: 1, column: "n" });
});

test("a row that fails halfway leaves nothing behind", () => {
  const batch = batchOf({
    a: arrayOf(new Utf8(), ["x".repeat(300), "y", "z"]),
    b: rawArray(new Uint64(), { data: BigUint64Array.of(BAD, 1n, BAD) }),
  });
  const rows = encodeBatch(batch);
  assertEquals(decodeAll(planFor(batch.schema).descriptor, rows), [{ a: "y", b: 1n }]);
  assertEquals(rows.bytes.length, 2 + 5);
});

test("a record longer than maxRecordBytes fails its row, one as long does not", () => {
  const record = (length: number) => texts("short", "x".repeat(length), "short");
  // Tag and a length of two bytes come before the text.
  assertEquals(encodeBatch(record(4_997), { maxRecordBytes: 5_000 }).failedRows, []);
  const rows = encodeBatch(record(4_998), { maxRecordBytes: 5_000 });
  assertEquals([rows.rowCount, rows.sourceRow(1)], [2, 2]);
  const [failure] = rows.failedRows;
  assertEquals(failure?.error.details, { row: 1, limit: 5_000, actual: 5_001 });
  assertStringIncludes(failure!.error.message, "row 1 takes 5001 bytes");
  assertStringIncludes(failure!.error.message, "maxRecordBytes is 5000");
});

test("a record that no request can hold fails its row, one that just fits does not", () => {
  const limits = { maxRequestBytes: 1_000 };
  // Two tags and two lengths of two bytes each.
  assertEquals(ranges(requests(texts("a", "x".repeat(994), "b"), limits)), [
    [0, 1, 1, []],
    [1, 2, 1, []],
    [2, 3, 1, []],
  ]);
  for (const length of [995, 1_100, 5_000]) {
    const all = requests(texts("a", "x".repeat(length), "b"), limits);
    const failures = all.flatMap((rows) => rows.failedRows);
    assertEquals(failures.map(({ row }) => row), [1], `${length}`);
    const { message, details } = failures[0]!.error;
    assertStringIncludes(message, "maxRequestBytes is 1000");
    assertLess(1_000, details.actual!);
    assertEquals(details.actual! <= length + 6, true, message);
  }
});

test("records near the limit fit whatever their shape, however full the request", () => {
  const deep = (length: number): RecordBatch => {
    const text = arrayOf(new Binary(), [new Uint8Array(length), new Uint8Array(length)]);
    let data = text;
    for (let depth = 0; depth < 10; depth++) {
      data = rawArray(new Struct([new Field("s", data.type, true)]), {
        children: [data],
        length: 2,
      });
    }
    return batchOf({ s: data });
  };
  for (const length of [10, 100, 120, 127, 128, 16_000, 16_380]) {
    const size = encodeBatch(deep(length)).bytes.length / 2;
    const exact = requests(deep(length), { maxRequestBytes: size });
    assertEquals(ranges(exact), [[0, 1, 1, []], [1, 2, 1, []]], `${length}`);
    const both = requests(deep(length), { maxRequestBytes: 2 * size });
    assertEquals(ranges(both), [[0, 2, 2, []]], `${length}`);
    const tight = requests(deep(length), { maxRequestBytes: size - 1 });
    assertEquals(ranges(tight), [[0, 2, 0, [0, 1]]], `${length}`);
  }
});

test("each request has its own memory, bounded by the limit", () => {
  const all = requests(texts(...Array.from({ length: 100 }, () => "x".repeat(500))), {
    maxRequestBytes: 4_096,
  });
  const buffers = new Set(all.map(({ bytes }) => bytes.buffer));
  assertEquals(buffers.size, all.length);
  for (const buffer of buffers) assertLess(buffer.byteLength, 4_096 + 256);
});

test("requests are made one by one, as they are asked for", () => {
  const batch = numbered(10);
  const made = encodeRequests(planFor(batch.schema), batch, { ...DEFAULT_LIMITS, maxRecords: 4 });
  const other = encodeRequests(planFor(batch.schema), batch, { ...DEFAULT_LIMITS, maxRecords: 5 });
  assertEquals([made.next().value?.endRow, other.next().value?.endRow], [4, 5]);
  assertEquals([made.next().value?.endRow, other.next().value?.endRow], [8, 10]);
  assertEquals([made.next().value?.endRow, other.next().done], [10, true]);
});

test("a plan is for its schema only", () => {
  const batch = numbered(3);
  assertThrows(
    () => [...encodeRequests(planFor(texts("a").schema), batch, DEFAULT_LIMITS)],
    TypeError,
    "the batch's schema",
  );
});

test("encodeBatch checks what it is given", () => {
  assertThrows(() => encodeBatch({} as RecordBatch), TypeError, "RecordBatch");
  for (const maxRecordBytes of [0, -1, 1.5, NaN]) {
    const error = assertThrows(
      () => encodeBatch(numbered(1), { maxRecordBytes }),
      ConfigurationError,
    );
    assertEquals(error.details.field, "maxRecordBytes");
  }
});

test("damaged buffers are found, not read beyond", () => {
  const short = rawArray(new Int64(), { data: BigInt64Array.of(1n, 2n), length: 3, nullCount: 0 });
  assertThrows(() => encodeBatch(batchOf({ v: short })), ConversionError, "holds 2 of 3");
  // The same with nulls where values are lacking is how apache-arrow pads a short column.
  const padded = rawArray(new Int64(), {
    data: BigInt64Array.of(1n, 2n),
    nullBitmap: bits(1, 1, 0),
    length: 3,
  });
  assertEquals(encodeBatch(batchOf({ v: padded })).failedRows, []);
  const bitmap = rawArray(new Int32(), {
    data: new Int32Array(20),
    nullBitmap: Uint8Array.of(255),
    nullCount: 2,
    length: 20,
  });
  assertThrows(() => encodeBatch(batchOf({ v: bitmap })), ConversionError, "holds 8 of 20");
});

test("offsets that lead nowhere fail their rows", () => {
  const data = new TextEncoder().encode("abcdef");
  const valueOffsets = Int32Array.of(0, 2, 9, 3, 6);
  const text = rawArray(new Utf8(), { data, valueOffsets, length: 4, nullCount: 0 });
  const item = new Field("item", new Int32(), true);
  const child = rawArray(new Int32(), { data: Int32Array.of(1, 2, 3) });
  const lists = rawArray(new List(item), {
    child,
    valueOffsets: Int32Array.of(0, 1, 4, 2, 3),
    length: 4,
  });
  for (const column of [text, lists]) {
    const rows = encodeBatch(batchOf({ v: column }));
    assertEquals(rows.failedRows.map(({ row }) => row), [1, 2]);
    assertStringIncludes(rows.failedRows[0]!.error.message, "damaged");
  }
});
