import { assertEquals } from "@std/assert";
import {
  Binary,
  Bool,
  type Data,
  type DataType,
  DateMillisecond,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  LargeList,
  List,
  Map_,
  type RecordBatch,
  Struct,
  Uint32,
  Utf8,
} from "apache-arrow";
import { bindBatch } from "../../src/encode/bind_column.ts";
import { Block } from "../../src/encode/block.ts";
import { encodeBatch } from "../../src/encode/encode_batch.ts";
import { planFor, type PlanOptions } from "../../src/schema/plan.ts";
import { test } from "./both_loops.ts";
import {
  arrayOf,
  batchOf,
  bits,
  descriptorOf,
  fieldOf,
  FieldType,
  Label,
  rawArray,
} from "./build.ts";
import { assertSame } from "./row_by_row.ts";

/** Elements of each list; the last ones are longer than one byte, or two, can say. */
const LENGTHS = [0, 1, 2, 0, 0, 5, 3, 1, 127, 128, 0, 130, 2, 3_000, 1, 0, 1];
const COUNT = LENGTHS.reduce((sum, length) => sum + length, 0);
/** Lists that are null although they have elements: every fifth. */
const VALIDITY = bits(...LENGTHS.map((_, row) => (row % 5 === 2 ? 0 : 1) as 0 | 1));

const { DOUBLE, FLOAT, INT32, INT64, UINT32, SINT32, SINT64, FIXED32, SFIXED64, BOOL } = FieldType;

interface Case {
  /** What the elements are. */
  readonly title: string;
  /** So many of them. */
  readonly make: (count: number) => Data;
  /** What they may be packed as. */
  readonly packed?: readonly FieldType[];
}

const WORDS = ["", "a", "seven b", "thirteen, now", "é".repeat(20), "x".repeat(130)];

/** A number of every size, of both signs. */
function numberAt(index: number, bitCount: number): bigint {
  const value = 0x5a5a_5a5a_5a5a_5a5an >> BigInt(63 - index * 7 % bitCount);
  return BigInt.asIntN(bitCount, index % 3 === 0 ? -value : value);
}

const CASES: readonly Case[] = [
  {
    title: "int16",
    make: (count) => filled(new Int16(), count, (at) => Number(numberAt(at, 16))),
    packed: [INT32, SINT32],
  },
  {
    title: "int32",
    make: (count) => filled(new Int32(), count, (at) => Number(numberAt(at, 32))),
    packed: [INT32, INT64, SINT32],
  },
  {
    title: "uint32",
    make: (count) => filled(new Uint32(), count, (at) => Number(numberAt(at, 32))),
    packed: [UINT32, INT64, FIXED32],
  },
  {
    title: "int64",
    make: (count) => filled(new Int64(), count, (at) => numberAt(at, 64)),
    packed: [INT64, SINT64, SFIXED64],
  },
  {
    title: "date64",
    make: (count) => filled(new DateMillisecond(), count, (at) => numberAt(at, 54)),
    packed: [INT32],
  },
  {
    title: "float32",
    make: (count) => filled(new Float32(), count, (at) => at / 3),
    packed: [FLOAT, DOUBLE],
  },
  {
    title: "float64",
    make: (count) => filled(new Float64(), count, (at) => at / 3),
    packed: [DOUBLE],
  },
  {
    title: "bool",
    make: (count) =>
      rawArray(new Bool(), {
        data: Uint8Array.from({ length: (count + 7) >> 3 }, (_, at) => at * 37),
        length: count,
      }),
    packed: [BOOL],
  },
  { title: "utf8", make: texts },
  {
    title: "binary",
    make: (count) => {
      const { valueOffsets, values } = texts(count);
      return rawArray(new Binary(), { valueOffsets, data: values, length: count });
    },
  },
  { title: "dictionary of utf8", make: dictionary },
  {
    title: "struct",
    make: (count) =>
      structOf({
        n: filled(new Int64(), count, (at) => numberAt(at, 64)),
        inner: structOf({ text: texts(count), f: filled(new Float32(), count, (at) => at) }),
      }),
  },
  {
    title: "struct of lists",
    make: (count) => {
      const valueOffsets = Int32Array.from({ length: count + 1 }, (_, at) => at * 2);
      const child = filled(new Int32(), 2 * count, (at) => at);
      const type = new List(new Field("item", child.type, false));
      return structOf({ list: rawArray(type, { child, valueOffsets, length: count }) });
    },
  },
];

for (const { title, make, packed = [] } of CASES) {
  test(`lists of ${title} are the same in blocks and row by row`, () => {
    for (const lists of layouts(make)) {
      // Where these are longer the lists are padded with nulls that have no offsets.
      assertFast(batchOf({ before: column("x"), lists, after: column("y") }));
      for (const type of packed) {
        const field = fieldOf("v", 7, type, { label: Label.REPEATED, options: { packed: true } });
        assertFast(batchOf({ v: lists }), { descriptor: descriptorOf([field]) });
      }
    }
  });

  test(`maps to ${title} are the same in blocks and row by row`, () => {
    for (const keys of [texts, longs, ints]) {
      const maps = mapOf(keys(COUNT), make(COUNT));
      assertFast(batchOf({ before: column("x"), maps, after: column("y") }));
      assertFast(batchOf({ maps }).slice(3, 12));
    }
  });
}

test("elements that are null are no one's unless their list is there", () => {
  const child = arrayOf(new Int64(), [1n, null, 3n, 4n, null, 6n]);
  const type = new List(new Field("item", child.type, true));
  const valueOffsets = Int32Array.of(0, 1, 2, 4, 4, 5, 6);
  const lists = (nullBitmap: Uint8Array) =>
    batchOf({ v: rawArray(type, { child, valueOffsets, nullBitmap, length: 6 }) });
  assertFast(lists(bits(1, 0, 1, 1, 0, 1)));
  assertSame(lists(bits(1, 1, 1, 1, 0, 1)));
  assertEquals(encodeBatch(lists(bits(1, 1, 1, 1, 0, 1))).failedRows.map(({ row }) => row), [1]);
});

test("a list that does not fit on the heap is written all the same, and those around it", () => {
  for (const child of [ints(500_000), longs(300_000), texts(100_000)]) {
    const { length } = child;
    const type = new List(new Field("item", child.type, false));
    const ends = [2, 5, length - 20, length - 18, length - 17, length - 3, length - 2, length];
    const valueOffsets = Int32Array.of(0, ...ends);
    const lists = rawArray(type, { child, valueOffsets, length: ends.length });
    assertSame(batchOf({ v: lists }));
  }
});

test("structs in structs, null at every depth, keep what stands beside them", () => {
  const rows = 40;
  const valid = (every: number) =>
    bits(...Array.from({ length: rows }, (_, row) => (row % every ? 1 : 0) as 0 | 1));
  const leaf = structOf({ n: ints(rows), t: texts(rows) }, valid(3));
  const empty = structOf({ only: filled(new Int32(), rows, () => 1) }, new Uint8Array(5));
  const deep = structOf({ empty, leaf, after: longs(rows) }, valid(4));
  assertFast(batchOf({ a: ints(rows), deep: structOf({ deep, leaf }, valid(7)), z: texts(rows) }));
});

/** Asserts that blocks alone make the bytes that the general writer makes. */
function assertFast(batch: RecordBatch, options: PlanOptions = {}): void {
  assertSame(batch, options);
  const block = new Block(bindBatch(planFor(batch.schema, options), batch), 16, Infinity);
  for (let row = 0; row < batch.numRows;) {
    const ready = block.prepare(row, batch.numRows);
    // The last three of a batch are never a block.
    if (ready === 0 && row + 4 <= batch.numRows) throw new Error(`row ${row} is in no block`);
    row += Math.max(ready, 1);
  }
}

/** Lists of {@linkcode LENGTHS}, whole and from the middle, and lists of three. */
function layouts(make: (count: number) => Data): Data[] {
  const child = make(COUNT + 2);
  const item = new Field("item", child.type, false);
  // The first element is no list's.
  const offsets = [1];
  for (const length of LENGTHS) offsets.push(offsets.at(-1)! + length);
  const props = { child, length: LENGTHS.length };
  const list = { ...props, valueOffsets: Int32Array.from(offsets) };
  const large = { ...props, valueOffsets: BigInt64Array.from(offsets, BigInt) };
  const lists = [
    rawArray(new List(item), list),
    rawArray(new List(item), { ...list, nullBitmap: VALIDITY }),
    rawArray(new LargeList(item), large),
    rawArray(new LargeList(item), { ...large, nullBitmap: VALIDITY }),
    rawArray(new FixedSizeList(3, item), { ...props, nullBitmap: VALIDITY }),
    rawArray(new FixedSizeList(150, item), props),
  ];
  return [...lists, ...lists.map((one) => one.slice(3, 12))];
}

function mapOf(key: Data, value: Data): Data {
  const entries = structOf({ key, value });
  const offsets = [0];
  for (const length of LENGTHS) offsets.push(offsets.at(-1)! + length);
  return rawArray(new Map_(new Field("entries", entries.type, false) as never), {
    child: entries,
    valueOffsets: Int32Array.from(offsets),
    nullBitmap: VALIDITY,
    length: LENGTHS.length,
  });
}

function structOf(members: Readonly<Record<string, Data>>, nullBitmap?: Uint8Array): Data {
  const fields = Object.entries(members).map(([name, { type }]) => new Field(name, type, true));
  const children = Object.values(members);
  return rawArray(new Struct(fields), { children, nullBitmap, length: children[0]!.length });
}

function filled(type: DataType, count: number, value: (at: number) => unknown): Data {
  const data = new type.ArrayType(count);
  for (let at = 0; at < count; at++) data[at] = value(at);
  return rawArray(type, { data });
}

function ints(count: number): Data {
  return filled(new Int32(), count, (at) => Number(numberAt(at, 32)));
}

function longs(count: number): Data {
  return filled(new Int64(), count, (at) => numberAt(at, 64));
}

/** {@linkcode WORDS} over and over. */
function texts(count: number): Data {
  const encoder = new TextEncoder();
  const words = WORDS.map((word) => encoder.encode(word));
  const valueOffsets = new Int32Array(count + 1);
  for (let at = 0; at < count; at++) {
    valueOffsets[at + 1] = valueOffsets[at]! + words[at % words.length]!.length;
  }
  const data = new Uint8Array(valueOffsets[count]!);
  for (let at = 0; at < count; at++) data.set(words[at % words.length]!, valueOffsets[at]);
  return rawArray(new Utf8(), { data, valueOffsets, length: count });
}

function dictionary(count: number): Data {
  const { dictionary } = arrayOf(new Dictionary(new Utf8(), new Int32()), WORDS);
  const data = Int32Array.from({ length: count }, (_, at) => at * 5 % WORDS.length);
  return rawArray(new Dictionary(new Utf8(), new Int32()), { data, dictionary });
}

/** Text of another length in each row. */
function column(char: string): Data {
  return arrayOf(new Utf8(), LENGTHS.map((_, row) => char.repeat(row)));
}

test("offsets that lead nowhere are the general writer's to report", () => {
  const child = ints(10);
  const type = new List(new Field("item", child.type, false));
  const low = -(2 ** 31);
  // Each step rises as far as 32 bits can tell.
  const damaged = [[0, 1, low, -1, 5, 6], [1, 3, 2, 4, 5, 6], [-1, 0, 1, 2, 3, 4], [
    0,
    1,
    2,
    3,
    4,
    11,
  ]];
  for (const offsets of damaged) {
    const valueOffsets = Int32Array.from(offsets);
    assertSame(batchOf({ v: rawArray(type, { child, valueOffsets, length: 5 }) }));
    const data = new Uint8Array(10).fill(0x61);
    assertSame(batchOf({ v: rawArray(new Utf8(), { data, valueOffsets, length: 5 }) }));
  }
});
