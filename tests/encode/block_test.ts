import { assert, assertEquals, assertGreater } from "@std/assert";
import { Field, Float64, Int64, List, type RecordBatch, Uint64, Utf8 } from "apache-arrow";
import fc from "fast-check";
import { bindBatch } from "../../src/encode/bind_column.ts";
import { Block } from "../../src/encode/block.ts";
import { BufferPool } from "../../src/encode/buffer_pool.ts";
import { encodeBatch } from "../../src/encode/encode_batch.ts";
import { encodeRequests } from "../../src/encode/encode_requests.ts";
import { DEFAULT_LIMITS } from "../../src/encode/limits.ts";
import { useNativeTextTests } from "../../src/encode/utf8.ts";
import { planFor } from "../../src/schema/plan.ts";
import { test } from "./both_loops.ts";
import { arbitraryBatch } from "../oracle/arbitrary_batches.ts";
import { arrayOf, batchOf, bits, rawArray } from "./build.ts";
import { assertSame } from "./row_by_row.ts";

/** How many rows of a batch come out of blocks. */
function rowsInBlocks(batch: RecordBatch): number {
  const columns = bindBatch(planFor(batch.schema), batch);
  const block = new Block(columns, 16, Infinity);
  let count = 0;
  for (let row = 0; row < batch.numRows;) {
    const ready = block.prepare(row, batch.numRows);
    count += ready;
    row += Math.max(ready, 1);
  }
  return count;
}

test("rows in blocks are the bytes and the failures of rows one by one", () => {
  const seed = Math.trunc(Math.random() * 2 ** 31);
  console.log(`blocks: seed ${seed}`);
  const batches = arbitraryBatch({ maxRows: 40, maxColumns: 4 });
  fc.assert(fc.property(batches, (batch) => assertSame(batch)), { seed, numRuns: 200 });
});

const INT64_EDGES = [
  ...Array.from({ length: 63 }, (_, bit) => [2n ** BigInt(bit) - 1n, 2n ** BigInt(bit)]).flat(),
  2n ** 63n - 1n,
];

test("varints of every length", () => {
  const values = BigInt64Array.from([...INT64_EDGES, ...INT64_EDGES.map((value) => -value - 1n)]);
  const batch = batchOf({ v: rawArray(new Int64(), { data: values }) });
  assertSame(batch);
  assertEquals(rowsInBlocks(batch), values.length);
});

test("texts, and thereby records, of every length up to where lengths take three bytes", () => {
  const lengths = [...Array(300).keys(), 16_380, 16_383, 16_384, 16_390, 20];
  const text = (char: string) =>
    arrayOf(new Utf8(), lengths.map((length) => char.repeat(length / char.length)));
  assertSame(batchOf({ v: text("x"), w: text("é"), x: text("\u{1d11e}") }));
  assertEquals(rowsInBlocks(batchOf({ v: text("x") })), lengths.length);
});

test("every double keeps its bits, NaNs with a payload included", () => {
  const words = Array.from({ length: 64 }, (_, n) => [n * 0x9e37_79b9 | 0, 0x7ff0_0001 + n]).flat();
  const data = new Float64Array(Int32Array.from(words).buffer);
  assertSame(batchOf({ v: rawArray(new Float64(), { data }) }));
});

test("a column that is odd in one block does not stop the others", () => {
  const rows = 2_000;
  const numbers = new BigUint64Array(rows);
  for (let row = 0; row < rows; row++) numbers[row] = row % 700 === 5 ? 2n ** 63n : BigInt(row);
  const data = new Uint8Array(rows).fill(0x61);
  data[1_000] = 0xff;
  const valueOffsets = Int32Array.from({ length: rows + 1 }, (_, row) => row);
  const batch = batchOf({
    n: rawArray(new Uint64(), { data: numbers }),
    t: rawArray(new Utf8(), { data, valueOffsets, length: rows }),
  });
  assertSame(batch);
  assertEquals(encodeBatch(batch).failedRows.map(({ row }) => row), [5, 705, 1_000, 1_405]);
  assertEquals(rowsInBlocks(batch), rows - 4);
});

test("a character may not be cut in two by the bounds of two texts", () => {
  const data = new TextEncoder().encode("aéb".repeat(8));
  const valueOffsets = Int32Array.from({ length: 17 }, (_, row) => 2 * row);
  const batch = batchOf({ t: rawArray(new Utf8(), { data, valueOffsets, length: 16 }) });
  assertSame(batch);
  assertEquals(encodeBatch(batch).failedRows.length, 16);
});

test("the runtime's own tests of text tell the same texts apart", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const isAscii = (bytes: Uint8Array) => bytes.every((byte) => byte < 0x80);
  const isUtf8 = (bytes: Uint8Array) => {
    try {
      decoder.decode(bytes);
      return true;
    } catch {
      return false;
    }
  };
  const encoder = new TextEncoder();
  const pieces = [...["ab", "é", "a", "\u{1d11e}"].map((text) => encoder.encode(text))];
  const texts = (...bounds: number[]) => {
    const data = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
    const valueOffsets = Int32Array.from(bounds);
    return batchOf({ t: rawArray(new Utf8(), { data, valueOffsets, length: bounds.length - 1 }) });
  };
  const batches = [
    texts(0, 1, 2, 2, 2),
    texts(0, 2, 4, 5, 9),
    texts(0, 3, 4, 5, 9),
    texts(0, 1, 2, 4, 8),
  ];
  const outcomes = () => batches.map((batch) => encodeBatch(batch));
  const expected = outcomes();
  useNativeTextTests({ isAscii, isUtf8 });
  assertEquals(outcomes(), expected);
  assertEquals(expected.map(({ failedRows }) => failedRows.length), [0, 0, 2, 1]);
  for (const batch of batches) assertSame(batch);
});

test("rows too large for blocks are written all the same, and those after them in blocks", () => {
  const values = Array.from({ length: 400 }, (_, row) => "x".repeat(row < 6 ? 300_000 : row));
  const batch = batchOf({ v: arrayOf(new Utf8(), values) });
  assertSame(batch);
  assertGreater(rowsInBlocks(batch), 300);
});

test("lists whose elements would not fit are split into smaller blocks", () => {
  const count = 100_000;
  const child = rawArray(new Int64(), { data: new BigInt64Array(count).fill(-1n) });
  const type = new List(new Field("item", new Int64(), false));
  const valueOffsets = Int32Array.from({ length: 101 }, (_, row) => row * count / 100);
  const nullBitmap = bits(...Array.from({ length: 100 }, (_, row) => (row % 9 ? 1 : 0) as 0 | 1));
  const lists = rawArray(type, { child, valueOffsets, length: 100, nullBitmap });
  assertSame(batchOf({ v: lists }));
});

test("batches that are encoded in turns do not disturb each other", () => {
  const batch = (value: string) =>
    batchOf({ v: arrayOf(new Utf8(), Array.from({ length: 3_000 }, (_, row) => value + row)) });
  const limits = { ...DEFAULT_LIMITS, maxRecords: 700 };
  const [one, two] = [batch("a"), batch("another")];
  const all = (of: RecordBatch) => [...encodeRequests(planFor(of.schema), of, limits)];
  const [first, second] = [one, two].map((of) => encodeRequests(planFor(of.schema), of, limits));
  for (const [index, expected] of all(one).entries()) {
    assertEquals(first!.next().value, expected);
    assertEquals(second!.next().value, all(two)[index]);
  }
});

test("a pool gives a buffer again when it has been handed back, and not before", () => {
  const batch = batchOf({ v: arrayOf(new Utf8(), Array.from({ length: 900 }, () => "x")) });
  const pool = new BufferPool(1024 * 1024);
  const encode = () => {
    const [rows] = encodeRequests(planFor(batch.schema), batch, DEFAULT_LIMITS, 0, pool);
    assert(rows !== undefined);
    return rows;
  };
  const expected = encodeBatch(batch).bytes;
  const first = encode();
  const second = encode();
  assert(first.bytes.buffer !== second.bytes.buffer);
  pool.release(first);
  pool.release(first);
  const third = encode();
  const fourth = encode();
  assert(third.bytes.buffer === first.bytes.buffer);
  assert(fourth.bytes.buffer !== first.bytes.buffer);
  for (const { bytes } of [second, third, fourth]) assertEquals(bytes, expected);
  pool.release(encodeBatch(batch));
  assertEquals(pool.freeBytes, 0);
});

test("a pool keeps no more than it may", () => {
  const pool = new BufferPool(100_000);
  const taken = Array.from({ length: 5 }, () => pool.take(40_000));
  for (const bytes of taken) pool.release({ bytes });
  assertGreater(pool.freeBytes, 0);
  assert(pool.freeBytes <= 100_000);
});
