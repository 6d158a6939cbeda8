import { assertEquals } from "@std/assert";
import {
  type Data,
  Dictionary,
  Field,
  FixedSizeList,
  Int32,
  Int64,
  Int8,
  LargeList,
  List,
  Map_,
  Null,
  Struct,
  Uint64,
  Uint8,
  Utf8,
  Vector,
} from "apache-arrow";
import { test } from "./both_loops.ts";
import type { Decoded } from "../oracle/decode_records.ts";
import { arrayOf, batchOf, bits, columnWritten, rawArray, written } from "./build.ts";

const ints = (...values: (number | null)[]): Data => arrayOf(new Int32(), values);
const texts = (...values: (string | null)[]): Data => arrayOf(new Utf8(), values);

function structOf(
  members: Readonly<Record<string, Data>>,
  props: { nullBitmap?: Uint8Array; required?: readonly string[] } = {},
): Data {
  const fields = Object.entries(members).map(([name, data]) =>
    new Field(name, data.type, !props.required?.includes(name))
  );
  const children = Object.values(members);
  const { nullBitmap } = props;
  return rawArray(new Struct(fields), { children, nullBitmap, length: children[0]?.length ?? 0 });
}

function listOf(child: Data, valueOffsets: number[], nullBitmap?: Uint8Array): Data {
  const type = new List(new Field("item", child.type, true));
  const length = valueOffsets.length - 1;
  return rawArray(type, {
    child,
    valueOffsets: Int32Array.from(valueOffsets),
    nullBitmap,
    length,
  });
}

function mapOf(key: Data, value: Data, valueOffsets: number[], nullBitmap?: Uint8Array): Data {
  const entries = structOf({ key, value }, { required: ["key"] });
  return rawArray(new Map_(new Field("entries", entries.type, false) as never), {
    child: entries,
    valueOffsets: Int32Array.from(valueOffsets),
    nullBitmap,
    length: valueOffsets.length - 1,
  });
}

test("a struct is a message, its nulls left out, an empty one still there", () => {
  const data = structOf({ a: ints(1, null, null), b: texts("x", "y", null) });
  assertEquals(columnWritten(data).values, [{ a: 1, b: "x" }, { b: "y" }, {}]);
});

test("a null struct is absent, with everything that stands under it", () => {
  const bad = rawArray(new Uint64(), { data: BigUint64Array.of(1n, 2n ** 63n, 3n), length: 3 });
  const inner = structOf({ list: listOf(ints(1, 2, 3), [0, 1, 2, 3]), bad });
  const data = structOf({ inner, n: ints(7, 8, 9) }, { nullBitmap: bits(1, 0, 1) });
  assertEquals(columnWritten(data), {
    values: [
      { inner: { list: [1], bad: 1n }, n: 7 },
      undefined,
      { inner: { list: [3], bad: 3n }, n: 9 },
    ],
    failures: [],
  });
});

test("a null where a member must not be null fails the row, unless the struct is null", () => {
  const data = structOf({ a: ints(1, null, null), b: ints(1, 2, 3) }, {
    nullBitmap: bits(1, 1, 0),
    required: ["a"],
  });
  assertEquals(columnWritten(data), {
    values: [{ a: 1, b: 1 }, undefined],
    failures: ['row 1, column "v.a": null, but the column is not nullable'],
  });
});

test("messages longer than the last one get the length they need", () => {
  const long = "x".repeat(200);
  const longer = "y".repeat(20_000);
  const values = ["", long, "", longer, long, "", ""];
  const deep = structOf({ s: structOf({ s: structOf({ t: texts(...values) }) }) });
  assertEquals(columnWritten(deep).values, values.map((t) => ({ s: { s: { t } } })));
});

test("lists of every layout, empty and null alike absent", () => {
  const child = ints(99, 1, 2, 3, 4, 99);
  const item = new Field("item", new Int32(), true);
  const nullBitmap = bits(1, 1, 0, 1);
  const expected = [[1, 2], undefined, undefined, [4]];
  assertEquals(columnWritten(listOf(child, [1, 3, 3, 4, 5], nullBitmap)).values, expected);
  const large = rawArray(new LargeList(item), {
    child,
    valueOffsets: BigInt64Array.of(1n, 3n, 3n, 4n, 5n),
    nullBitmap,
    length: 4,
  });
  assertEquals(columnWritten(large).values, expected);
  assertEquals(columnWritten(large.slice(1, 3)).values, expected.slice(1));
  const fixed = rawArray(new FixedSizeList(2, item), {
    child,
    nullBitmap: bits(1, 0, 1),
    length: 3,
  });
  assertEquals(columnWritten(fixed).values, [[99, 1], undefined, [4, 99]]);
  assertEquals(columnWritten(fixed.slice(2, 1)).values, [[4, 99]]);
  const none = rawArray(new FixedSizeList(0, item), { child: ints(), length: 2 });
  assertEquals(columnWritten(none).values, [undefined, undefined]);
});

test("lists of structs, of text and of dictionaries", () => {
  const structs = structOf({ a: ints(1, null, 3), tags: listOf(texts("p", "q"), [0, 2, 2, 2]) });
  assertEquals(columnWritten(listOf(structs, [0, 2, 3])).values, [
    [{ a: 1, tags: ["p", "q"] }, {}],
    [{ a: 3 }],
  ]);
  assertEquals(columnWritten(listOf(texts("a", "", "c"), [0, 2, 3])).values, [["a", ""], ["c"]]);
  const words = arrayOf(new Dictionary(new Utf8(), new Int8()), ["x", "y", "x"]);
  assertEquals(columnWritten(listOf(words, [0, 1, 3])).values, [["x"], ["y", "x"]]);
});

test("a null element fails its row, unless the list is null", () => {
  const child = ints(1, null, 3, null);
  assertEquals(columnWritten(listOf(child, [0, 1, 3, 4], bits(1, 1, 0))), {
    values: [[1], undefined],
    failures: ['row 1, column "v[]": null element, which a repeated field cannot hold'],
  });
  const structs = structOf({ a: ints(1, 2) }, { nullBitmap: bits(1, 0) });
  assertEquals(columnWritten(listOf(structs, [0, 1, 2])).failures, [
    'row 1, column "v[]": null element, which a repeated field cannot hold',
  ]);
});

test("maps, with values of every kind", () => {
  const keys = texts("a", "b", "c");
  assertEquals(columnWritten(mapOf(keys, ints(1, 2, 3), [0, 2, 2, 3], bits(1, 1, 1))).values, [
    new Map([["a", 1], ["b", 2]]),
    undefined,
    new Map([["c", 3]]),
  ]);
  const structs = structOf({ x: ints(1, null, 3) });
  assertEquals(columnWritten(mapOf(keys, structs, [0, 2, 3])).values, [
    new Map<string, Decoded>([["a", { x: 1 }], ["b", {}]]),
    new Map([["c", { x: 3 }]]),
  ]);
  const longs = arrayOf(new Int64(), [-1n, 0n, 1n]);
  assertEquals(columnWritten(mapOf(longs, keys, [1, 3])).values, [new Map([[0n, "b"], [1n, "c"]])]);
});

test("a null key or value fails its row", () => {
  const keys = texts("a", null, "c");
  assertEquals(columnWritten(mapOf(keys, ints(1, 2, null), [0, 1, 2, 3])).failures, [
    'row 1, column "v.key": null key, which a map field cannot hold',
    'row 2, column "v.value": null value, which a map field cannot hold',
  ]);
});

test("a map in a sliced batch, its entries where they were", () => {
  const data = mapOf(texts("a", "b", "c"), ints(1, 2, 3), [0, 1, 2, 3]);
  assertEquals(written(batchOf({ v: data }).slice(1, 3)).records, [
    { v: new Map([["b", 2]]) },
    { v: new Map([["c", 3]]) },
  ]);
});

test("dictionaries of every index type, in chunks, null on both sides", () => {
  const dictionary = new Vector([texts("a", null), texts("c", "d")]);
  const cases: [ArrayBufferView, unknown][] = [
    [Int8Array.of(3, 2, 1, 0), new Int8()],
    [Uint8Array.of(3, 2, 1, 0), new Uint8()],
    [Int32Array.of(3, 2, 1, 0), new Int32()],
    [BigInt64Array.of(3n, 2n, 1n, 0n), new Int64()],
    [BigUint64Array.of(3n, 2n, 1n, 0n), new Uint64()],
  ];
  for (const [data, indices] of cases) {
    const column = rawArray(new Dictionary(new Utf8(), indices as never), {
      data,
      dictionary,
      nullBitmap: bits(1, 0, 1, 1),
      length: 4,
    });
    assertEquals(columnWritten(column).values, ["d", undefined, undefined, "a"], `${indices}`);
    assertEquals(columnWritten(column.slice(2, 2)).values, [undefined, "a"]);
    assertEquals(columnWritten({ required: column }).failures, [
      'row 1, column "v": null, but the column is not nullable',
      'row 2, column "v": null, but the column is not nullable',
    ]);
    assertEquals(columnWritten(listOf(column, [2, 3, 4])).failures, [
      'row 0, column "v[]": null element, which a repeated field cannot hold',
    ]);
  }
});

test("a dictionary's values may be structs", () => {
  const dictionary = new Vector([structOf({ a: ints(1, 2) })]);
  const type = new Dictionary(dictionary.type, new Int8() as never);
  const data = rawArray(type, { data: Int8Array.of(1, 0, 1), dictionary, length: 3 });
  assertEquals(columnWritten(data).values, [{ a: 2 }, { a: 1 }, { a: 2 }]);
});

test("a column that must not be null fails the rows where it is", () => {
  assertEquals(columnWritten({ required: ints(1, null, 3) }), {
    values: [1, 3],
    failures: ['row 1, column "v": null, but the column is not nullable'],
  });
  const list = listOf(ints(1), [0, 0, 1], bits(0, 1));
  assertEquals(columnWritten({ required: list }).failures, [
    'row 0, column "v": null, but the column is not nullable',
  ]);
});

test("columns of type Null are not there", () => {
  const nothing = rawArray(new Null(), { length: 2 });
  const batch = batchOf({ a: ints(1, 2), nothing, s: structOf({ nothing, b: ints(3, 4) }) });
  assertEquals(written(batch).records, [{ a: 1, s: { b: 3 } }, { a: 2, s: { b: 4 } }]);
});
