import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import type { ArrowType } from "../../src/core/arrow.ts";
import { takeRows } from "../../src/core/take.ts";
import { test } from "../harness/mod.ts";
import { ARROW_TYPES, type Random, randomBatch } from "./random_arrays.ts";

const LENGTH = 70; // more than one 64-bit word of validity

for (const [i, type] of ARROW_TYPES.entries()) {
  test(`takeRows: ${nameOf(type)}`, () => {
    const random = seeded(1000 + i);
    const whole = randomBatch([type], LENGTH, random);
    for (const batch of [whole, whole.slice(13, 66), whole.slice(3, 60).slice(2, 40)]) {
      for (const rows of selections(batch.numRows, random)) checkTaken(batch, rows);
    }
  });
}

test("takeRows: any columns, any slice, any rows, in any order and more than once", () => {
  const types = fc.shuffledSubarray([...ARROW_TYPES], { minLength: 1, maxLength: 4 });
  const cut = fc.tuple(fc.nat(40), fc.nat(40), fc.nat(5));
  const picks = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));
  fc.assert(
    fc.property(fc.integer(), types, cut, picks, (seed, types, [before, length, after], picks) => {
      const whole = randomBatch(types, before + length + after, seeded(seed));
      const batch = whole.slice(before, before + length);
      const rows = length === 0 ? [] : picks.map((pick) => Math.floor(pick * length));
      checkTaken(batch, rows);
    }),
    { numRuns: 300 },
  );
});

test("takeRows: schema, metadata and class stay", () => {
  const { schema, data } = randomBatch(ARROW_TYPES.slice(0, 3), 5, seeded(1));
  const batch = new arrow.RecordBatch(schema, data, new Map([["batch", "7"]]));
  const taken = takeRows(batch, Uint32Array.of(4, 0));
  assert(taken instanceof arrow.RecordBatch);
  assertEquals(taken.schema.toString(), schema.toString());
  assertEquals([...taken.schema.metadata], [["made by", "chance"]]);
  assertEquals([...taken.metadata], [["batch", "7"]]);
  assertEquals(taken.schema.fields.map((f) => f.nullable), schema.fields.map((f) => f.nullable));
});

test("takeRows: the batch it takes from is left as it is", () => {
  const batch = randomBatch(ARROW_TYPES, 20, seeded(2));
  const before = plainRows(batch);
  takeRows(batch, [19, 0, 7]);
  assertEquals(plainRows(batch), before);
});

test("takeRows: a dictionary is shared, not copied", () => {
  const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8());
  const batch = randomBatch([type], 10, seeded(3));
  const [column] = takeRows(batch, [2, 3]).data.children;
  assertStrictEquals(column!.dictionary, batch.data.children[0]!.dictionary);
});

test("takeRows: NaN payloads and the ends of 64-bit ranges survive", () => {
  const bits = new BigUint64Array([0x7ff0000000000001n, 0xfff8dead0000beefn, 0n, 2n ** 64n - 1n]);
  const batch = new arrow.RecordBatch({
    float: arrow.makeData({ type: new arrow.Float64(), data: new Float64Array(bits.buffer) }),
    int: arrow.makeData({ type: new arrow.Uint64(), data: bits }),
  });
  const [float, int] = takeRows(batch, [3, 1, 0]).data.children;
  const expected = [bits[3], bits[1], bits[0]];
  assertEquals([...new BigUint64Array(float!.values.buffer)], expected);
  assertEquals([...int!.values], expected);
});

test("takeRows: a batch without columns keeps its rows", () => {
  const schema = new arrow.Schema([]);
  const struct = arrow.makeData({ type: new arrow.Struct([]), length: 4, children: [] });
  const batch = new arrow.RecordBatch(schema, struct);
  assertEquals(takeRows(batch, [1, 1, 3]).numRows, 3);
});

test("takeRows: nothing from a stream that has a schema and no batches", () => {
  const { schema } = randomBatch(ARROW_TYPES.slice(0, 3), 1, seeded(4));
  const [batch] = arrow.tableFromIPC(arrow.tableToIPC(new arrow.Table(schema))).batches;
  const taken = takeRows(batch!, []);
  assertEquals(taken.numRows, 0);
  assertEquals(taken.schema.fields.length, 3);
  assertEquals([...taken.metadata], []);
});

test("takeRows: needs the structure of a batch, not apache-arrow's classes", () => {
  const column = new ForeignData({ typeId: arrow.Type.Int }, 4, Int16Array.of(5, 6, 7, 8), [], 1);
  const struct = new ForeignData({ typeId: arrow.Type.Struct }, 4, undefined, [column], 1);
  const batch = new ForeignBatch({ fields: [], metadata: new Map() }, struct);
  const taken = takeRows(batch, [3, 1]);
  assert(taken instanceof ForeignBatch);
  assertEquals([...taken.data.children[0]!.values!], [8, 6]);
});

for (const row of [-1, 3, 1.5, NaN, Infinity, 2 ** 32]) {
  test(`takeRows: row ${row} of three is a RangeError`, () => {
    const batch = randomBatch(ARROW_TYPES.slice(0, 2), 3, seeded(5));
    assertThrows(() => takeRows(batch, [0, row]), RangeError, `got row ${row}`);
  });
}

test("takeRows: a type of unknown layout is a TypeError", () => {
  const column = new ForeignData({ typeId: 99, toString: () => "Odd" }, 1, undefined, [], 1);
  const struct = new ForeignData({ typeId: arrow.Type.Struct }, 1, undefined, [column], 1);
  const batch = new ForeignBatch({ fields: [], metadata: new Map() }, struct);
  assertThrows(() => takeRows(batch, [0]), TypeError, "Odd");
});

function nameOf(type: arrow.DataType): string {
  return arrow.DataType.isUnion(type) ? `${arrow.UnionMode[type.mode]} ${type}` : String(type);
}

/** The taken rows are the picked rows, in plain arrays, and still are after a trip through IPC. */
function checkTaken(batch: arrow.RecordBatch, rows: readonly number[]): void {
  const taken = takeRows(batch, rows);
  assertEquals(taken.numRows, rows.length);
  const original = plainRows(batch);
  const expected = rows.map((row) => original[row]!);
  assertEquals(plainRows(taken), expected);
  if (batch.numRows > 0) taken.data.children.forEach(assertPlain);
  const read = arrow.tableFromIPC(arrow.tableToIPC(new arrow.Table([taken])));
  assertEquals(read.batches.flatMap(plainRows), expected);
}

/** No offset, no unused elements, nulls counted right; all the way down. */
function assertPlain(data: arrow.Data): void {
  const { typeId, length, offset, valueOffsets, values, children, type, nullCount } = data;
  assertEquals(offset, 0);
  if (typeId === arrow.Type.Union) {
    assertEquals(data.typeIds.length, length);
    const sizes = children.map((child) => child.length).reduce((a, b) => a + b, 0);
    if (arrow.DataType.isDenseUnion(type)) assertEquals(sizes, length);
  } else {
    const nulls = Array.from({ length }, (_, i) => data.getValid(i)).filter((valid) => !valid);
    assertEquals(nullCount, typeId === arrow.Type.Null ? length : nulls.length);
    if (valueOffsets) {
      assertEquals(Number(valueOffsets[0]), 0);
      assertEquals(valueOffsets.length, length + 1);
      assertEquals((children[0] ?? values).length, Number(valueOffsets[length]));
      for (let i = 0; i < length; i++) {
        assert(
          data.getValid(i) || valueOffsets[i] === valueOffsets[i + 1],
          `null ${i} has no value`,
        );
      }
    } else if (typeId === arrow.Type.Struct) {
      children.forEach((child) => assertEquals(child.length, length));
    } else if (typeId === arrow.Type.FixedSizeList) {
      assertEquals(children[0]!.length, length * data.stride);
    } else if (typeId !== arrow.Type.Null && typeId !== arrow.Type.Bool) {
      assertEquals(values.length, length * data.stride);
    }
  }
  children.forEach(assertPlain);
}

function selections(numRows: number, random: Random): readonly number[][] {
  const all = Array.from({ length: numRows }, (_, row) => row);
  return [
    [],
    all,
    all.toReversed(),
    all.slice(4, 9),
    all.filter((row) => row % 7 !== 0),
    all.map(() => Math.floor(random() * numRows)),
    [numRows - 1, 0, 0],
  ];
}

/** Every value of every row, as apache-arrow reads it. */
function plainRows(batch: arrow.RecordBatch): unknown[][] {
  const columns = batch.schema.fields.map((_, i) => batch.getChildAt(i)!);
  return Array.from(
    { length: batch.numRows },
    (_, row) => columns.map((column) => plain(column.get(row))),
  );
}

function plain(value: unknown): unknown {
  if (value instanceof arrow.MapRow) {
    return [...value].map(([key, item]) => [plain(key), plain(item)]);
  }
  if (value instanceof arrow.StructRow) {
    return [...value].map(([name, item]) => [name, plain(item)]);
  }
  if (value instanceof arrow.Vector) {
    return Array.from({ length: value.length }, (_, i) => plain(value.get(i)));
  }
  return ArrayBuffer.isView(value) ? Array.from(value as Uint8Array) : value;
}

/** The mulberry32 generator. */
function seeded(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What another Arrow library's array could look like. */
class ForeignData {
  readonly type: ArrowType;
  readonly offset = 0;
  readonly nullCount = 0;
  readonly nullBitmap = null;
  readonly valueOffsets = undefined;
  readonly typeIds = undefined;
  readonly length: number;
  readonly values: Int16Array | undefined;
  readonly children: readonly ForeignData[];
  readonly stride: number;
  constructor(
    type: ArrowType,
    length: number,
    values: Int16Array | undefined,
    children: readonly ForeignData[],
    stride: number,
  ) {
    this.type = type;
    this.length = length;
    this.values = values;
    this.children = children;
    this.stride = stride;
  }

  clone(
    type: ArrowType,
    _offset: number,
    length: number,
    _nullCount: number,
    buffers: readonly (Int16Array | undefined)[],
    children: readonly ForeignData[],
  ): ForeignData {
    return new ForeignData(type, length, buffers[1], children, this.stride);
  }
}

/** What another Arrow library's record batch could look like. */
class ForeignBatch {
  readonly schema: { readonly fields: readonly []; readonly metadata: ReadonlyMap<string, string> };
  readonly data: ForeignData;
  constructor(schema: ForeignBatch["schema"], data: ForeignData) {
    this.schema = schema;
    this.data = data;
  }

  get numRows(): number {
    return this.data.length;
  }
}
