import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  DateMillisecond,
  Dictionary,
  Field,
  Float32,
  Float64,
  Int32,
  Int8,
  List,
  TimestampSecond,
  Uint64,
  Utf8,
  Vector,
} from "apache-arrow";
import { buildArray } from "../../src/core/build_array.ts";
import { encodeJsonRequests } from "../../src/encode/json/encode_json_requests.ts";
import { DEFAULT_LIMITS } from "../../src/encode/limits.ts";
import { planFor } from "../../src/schema/plan.ts";
import { test } from "../harness/mod.ts";
import { batchOf, type ColumnSource, failuresOf, rawArray } from "./build.ts";
import { encode, longs, mapType, numbers, texts, utf8 } from "./json_texts.ts";

const ITEM = new Field("item", new Int32(), true);
const MAX_64 = 2n ** 63n - 1n;
const ELEMENTS = numbers(new Int32(), Int32Array.of(1, 2, 3, 4));

/** A column with one value that has no JSON, and why. */
const REFUSED: readonly (readonly [string, ColumnSource, string])[] = [
  ["NaN", numbers(new Float64(), Float64Array.of(NaN)), '"x": NaN or infinity'],
  ["infinite float32", numbers(new Float32(), Float32Array.of(-Infinity)), '"x": NaN or infinity'],
  ["uint64", numbers(new Uint64(), BigUint64Array.of(2n ** 63n)), '"x": number beyond 2^63'],
  ["timestamp", numbers(new TimestampSecond(), longs(2n ** 62n)), '"x": time that is no 64-bit'],
  ["date", numbers(new DateMillisecond(), longs(MAX_64)), '"x": date that is no 32-bit'],
  ["null", { required: utf8(null) }, '"x": null, but the column is not nullable'],
  [
    "null element",
    buildArray(new List(ITEM), [[1, null]]),
    '"x[]": null element, which a list in a JSON record may not have',
  ],
  [
    "null element by way of a dictionary",
    rawArray(new List(new Field("item", new Dictionary(new Utf8(), new Int8()), true)), {
      length: 1,
      valueOffsets: Int32Array.of(0, 1),
      child: rawArray(new Dictionary(new Utf8(), new Int8()), {
        length: 1,
        data: Int8Array.of(0),
        dictionary: new Vector([utf8(null)]),
      }),
    }),
    '"x[]": null element, which a list in a JSON record may not have',
  ],
  [
    "null value",
    buildArray(mapType(new Utf8(), new Int32()), [new Map([["k", null]])]),
    '"x.value": null value, which a map in a JSON record may not have',
  ],
];

for (const [name, column, message] of REFUSED) {
  test(`JSON refuses a row with ${name}, and says why in terms of JSON`, () => {
    const [rows] = encode(batchOf({ x: column }));
    const [failure] = failuresOf(rows!);
    assert(failure?.startsWith(`row 0, column ${message}`), failure);
    assert(!/protobuf|repeated|fixed64/i.test(failure!), failure);
    assertEquals(rows!.rowCount, 0);
  });
}

test("JSON fails the rows whose numbers it cannot say, and no others", () => {
  const [rows] = encode(
    batchOf({ x: numbers(new Float64(), Float64Array.of(NaN, 1, Infinity, 2)) }),
  );
  assertEquals(rows!.failedRows.map(({ row }) => row), [0, 2]);
  assertEquals(rows!.failedRows[0]!.error.details, { row: 0, column: "x" });
  assertEquals([0, 1].map((index) => rows!.sourceRow(index)), [1, 3]);
});

test("JSON fails a row of text that is not UTF-8", () => {
  const data = rawArray(new Utf8(), {
    length: 2,
    valueOffsets: Int32Array.of(0, 1, 2),
    data: Uint8Array.of(0x61, 0xff),
  });
  const [rows] = encode(batchOf({ x: data }));
  assertEquals(rows!.failedRows.map(({ row }) => row), [1]);
  assertEquals(texts([rows!]), ['{"x":"a"}']);
});

test("JSON requests keep to their bounds, and a row too large fails alone", () => {
  const values = ["a".repeat(10), '"'.repeat(40), "b".repeat(200), "c", "d"];
  const requests = encode(batchOf({ x: utf8(...values) }), {
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
  const batch = batchOf({ x: ELEMENTS });
  const other = batchOf({ y: ELEMENTS });
  const requests = encodeJsonRequests(planFor(other.schema), batch, DEFAULT_LIMITS);
  assertThrows(() => requests.next(), TypeError);
});
