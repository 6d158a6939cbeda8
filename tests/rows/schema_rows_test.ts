import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  DateMillisecond,
  Decimal,
  Dictionary,
  DurationMillisecond,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  IntervalYearMonth,
  LargeUtf8,
  List,
  Map_,
  Struct,
  TimeMicrosecond,
  TimeMillisecond,
  TimestampMicrosecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint32,
  Uint64,
  Uint8,
  Utf8,
  Utf8View,
} from "apache-arrow";
import { ConfigurationError } from "../../src/core/errors.ts";
import { columnsOfSchema } from "../../src/rows/columns_of_schema.ts";
import { test } from "../harness/mod.ts";
import { converted, messagesOf, rawOf, schemaOf, valuesOf } from "./convert.ts";

const MAX_64 = 2n ** 63n - 1n;
const MOMENT = new Date("2024-02-29T12:34:56.789Z");
const MS = MOMENT.getTime();

/** What the array holds of values, as numbers. */
const NUMBERS: readonly (readonly [name: string, DataType, unknown[], unknown[]])[] = [
  ["Int8", new Int8(), [-128, 127, 1n], [-128, 127, 1]],
  ["Uint8", new Uint8(), [0, 255], [0, 255]],
  ["Int16", new Int16(), [-32768], [-32768]],
  ["Int32", new Int32(), [-(2 ** 31), 2 ** 31 - 1], [-(2 ** 31), 2 ** 31 - 1]],
  ["Uint32", new Uint32(), [2 ** 32 - 1], [2 ** 32 - 1]],
  [
    "Int64",
    new Int64(),
    [-1, 2 ** 53 - 1, -(2 ** 53 - 1), MAX_64, -MAX_64 - 1n, "-12", "9223372036854775807", 2 ** 40],
    [-1n, 2n ** 53n - 1n, -(2n ** 53n - 1n), MAX_64, -MAX_64 - 1n, -12n, MAX_64, 2n ** 40n],
  ],
  ["Uint64", new Uint64(), [5, 2n ** 64n - 1n], [5n, 2n ** 64n - 1n]],
  ["Float64", new Float64(), [0.1, -0, NaN, 5n], [0.1, -0, NaN, 5]],
  ["Float32", new Float32(), [0.1], [Math.fround(0.1)]],
  ["Float16", new Float16(), [0.5], [0.5]],
  ["DateDay", new DateDay(), [MOMENT, new Date(-1), 3], [19_782, -1, 3]],
  ["DateMillisecond", new DateMillisecond(), [MOMENT, MS, -1], [19_782, 19_782, -1]],
  ["TimestampSecond", new TimestampSecond(), [new Date(-1), 5], [-1n, 5n]],
  ["TimestampMillisecond", new TimestampMillisecond(), [MOMENT, 7n], [BigInt(MS), 7n]],
  ["TimestampMicrosecond", new TimestampMicrosecond(), [MOMENT, MS], [
    BigInt(MS) * 1_000n,
    BigInt(MS),
  ]],
  ["TimestampNanosecond", new TimestampNanosecond(), [MOMENT], [BigInt(MS) * 1_000_000n]],
  ["TimeMillisecond", new TimeMillisecond(), [86_399_999], [86_399_999]],
  ["TimeMicrosecond", new TimeMicrosecond(), [1, 2n], [1n, 2n]],
  ["DurationMillisecond", new DurationMillisecond(), [-5, 2n ** 60n], [-5n, 2n ** 60n]],
];

for (const [name, type, values, expected] of NUMBERS) {
  test(`rows of ${name}`, () => {
    const result = converted({ x: type }, values.map((x) => ({ x })));
    assertEquals(messagesOf(result), []);
    assertEquals(rawOf(result), expected);
  });
}

const item = (type: DataType) => new Field("item", type, true);
const mapOf = (key: DataType, value: DataType) =>
  new Map_(
    new Field(
      "entries",
      new Struct([new Field("key", key, false), new Field("value", value, true)] as never),
      false,
    ) as never,
  );
const POINT = new Struct([new Field("x", new Int32(), true), new Field("y", new Utf8(), true)]);

/** What apache-arrow reads. */
const VALUES: readonly (readonly [name: string, DataType, unknown[], unknown[]])[] = [
  ["Bool", new Bool(), [true, false, null], [true, false, null]],
  [
    "Utf8",
    new Utf8(),
    ["", "a", "ä€😀", null, "x".repeat(100), "ä".repeat(40)],
    ["", "a", "ä€😀", null, "x".repeat(100), "ä".repeat(40)],
  ],
  ["LargeUtf8", new LargeUtf8(), ["a"], ["a"]],
  ["Utf8View", new Utf8View(), ["a"], ["a"]],
  ["Dictionary", new Dictionary(new Utf8(), new Int32()), ["a", "b", "a"], ["a", "b", "a"]],
  [
    "Binary",
    new Binary(),
    [Uint8Array.of(1, 2), new ArrayBuffer(1), new DataView(new ArrayBuffer(2), 1)],
    [Uint8Array.of(1, 2), Uint8Array.of(0), Uint8Array.of(0)],
  ],
  [
    "FixedSizeBinary",
    new FixedSizeBinary(2),
    [Uint8Array.of(1, 2), null],
    [Uint8Array.of(1, 2), null],
  ],
  [
    "List",
    new List(item(new Int32())),
    [[1, null, 3], [], null, Int16Array.of(7)],
    [[1, null, 3], [], null, [7]],
  ],
  ["FixedSizeList", new FixedSizeList(2, item(new Utf8())), [["a", "b"]], [["a", "b"]]],
  [
    "Struct",
    POINT,
    [{ x: 1, y: "a" }, { y: "b" }, {}, null],
    [{ x: 1, y: "a" }, { x: null, y: "b" }, { x: null, y: null }, null],
  ],
  [
    "List of Struct",
    new List(item(POINT)),
    [[{ x: 1 }, null], [{ y: "z" }]],
    [[{ x: 1, y: null }, null], [{ x: null, y: "z" }]],
  ],
  [
    "Map",
    mapOf(new Utf8(), new Int32()),
    [new Map([["a", 1]]), { b: 2, c: null }, {}],
    [{ a: 1 }, { b: 2, c: null }, {}],
  ],
  [
    "Map of numbers",
    mapOf(new Int64(), new Bool()),
    [new Map([[7n, true]]), { "-8": false }],
    [{ "7": true }, { "-8": false }],
  ],
];

for (const [name, type, values, expected] of VALUES) {
  test(`rows of ${name}`, () => {
    const result = converted({ x: type }, values.map((x) => ({ x })));
    assertEquals(messagesOf(result), []);
    assertEquals(valuesOf(result, "x"), expected);
  });
}

test("rows of decimals, from text, numbers and bigints", () => {
  const rows = ["19.99", "-0.05", 5, 1.5, -3n, "7.500", null].map((x) => ({ x }));
  const result = converted({ x: new Decimal(2, 10, 128) }, rows);
  assertEquals(messagesOf(result), []);
  const words = result.batch!.data.children[0]!.values as Uint32Array;
  const cents = rows.map((_, row) => BigInt.asIntN(32, BigInt(words[4 * row]!)));
  assertEquals(cents, [1999n, -5n, 500n, 150n, -300n, 750n, 0n]);
  // The sign goes all the way up.
  assertEquals([...words.subarray(5, 8)], [0xffff_ffff, 0xffff_ffff, 0xffff_ffff]);
});

/** A value that a column does not take, and what is said of it. */
const REFUSED: readonly (readonly [DataType, unknown, string])[] = [
  [new Int32(), 1.5, "expected a whole number, got one with a fraction, NaN or an infinity"],
  [new Int32(), NaN, "expected a whole number"],
  [new Int32(), 2 ** 31, "number out of range for Int32"],
  [new Int32(), 2n ** 80n, "number out of range for Int32"],
  [new Int32(), "1", "expected a whole number, got string"],
  [new Int32(), true, "expected a whole number, got boolean"],
  [new Uint8(), -1, "number out of range for Uint8"],
  [new Int64(), 2 ** 53, "number beyond 2^53"],
  [new Int64(), 2n ** 63n, "number out of range for Int64"],
  [new Int64(), "1.5", "expected a whole number, a bigint or a string of digits, got string"],
  [new Int64(), MOMENT, "got a Date"],
  [new Uint64(), -1, "number out of range for Uint64"],
  [new Uint64(), -1n, "number out of range for Uint64"],
  [new Float64(), "1", "expected a number, got string"],
  [new Float64(), 2n ** 63n - 1n, "bigint that no floating-point number is equal to"],
  [new Bool(), 1, "expected a boolean, got number"],
  [new Utf8(), 1, "expected a string, got number"],
  [new Utf8(), "\ud800", "half a surrogate pair"],
  [new Utf8(), `${"x".repeat(50)}\udc00`, "half a surrogate pair"],
  [new Binary(), "AQ==", "expected a Uint8Array, got string"],
  [new Binary(), [1, 2], "expected a Uint8Array, got an array"],
  [new FixedSizeBinary(2), Uint8Array.of(1), "1 bytes, where there must be 2"],
  [new DateDay(), new Date(NaN), "a Date that is no moment"],
  [new DateDay(), "2024-01-01", "expected a Date or a number, got string"],
  [new TimestampMicrosecond(), new Date(NaN), "a Date that is no moment"],
  [new TimestampMicrosecond(), "2024-01-01T00:00:00Z", "got string"],
  [new TimestampNanosecond(), new Date(8.64e15), "number out of range"],
  [new Decimal(2, 10, 128), "1.234", "more than 2 digits after the point"],
  [new Decimal(2, 3, 128), "12.34", "more than 3 digits"],
  [new Decimal(2, 10, 128), "1e5", "expected plain decimal digits"],
  [new Decimal(2, 10, 128), {}, "got an object"],
  [new List(item(new Int32())), 1, "expected an array, got number"],
  [new List(item(new Int32())), "ab", "expected an array, got string"],
  [new List(item(new Int32())), new Set([1]), "expected an array, got a Set"],
  [new FixedSizeList(2, item(new Int32())), [1], "1 elements, where there must be 2"],
  [POINT, [1], "expected an object, got an array"],
  [POINT, new Map(), "expected an object, got a Map"],
  [POINT, Promise.resolve(), "expected an object, got a Promise"],
  [mapOf(new Utf8(), new Int32()), [], "expected a Map or an object, got an array"],
  [mapOf(new Int32(), new Int32()), { a: 1 }, "expected a whole number, got string"],
];

for (const [type, value, says] of REFUSED) {
  test(`rows of ${type} do not take ${String(says)}`, () => {
    const rows = [{ x: null }, { x: value }, { x: undefined }];
    const result = converted({ x: type, n: new Int32() }, rows.map((row, n) => ({ ...row, n })));
    const [problem, ...others] = result.problems;
    assertEquals([problem?.row, others], [1, []]);
    assertStringIncludes(problem!.error.message, says);
    assert(/^row 1, column "x[^"]*": /.test(problem!.error.message), problem!.error.message);
    assertEquals(problem!.error.details.row, 1);
    // The others are there, and know which rows they are.
    assertEquals(valuesOf(result, "n"), [0, 2]);
    assertEquals([...result.kept!], [0, 2]);
  });
}

test("a problem deep inside names its path and its row", () => {
  const type = new List(item(POINT));
  const rows = [{ x: [{ x: 1 }] }, { x: [{ x: 1 }, { x: "a" }] }, { x: [{ y: 5 }] }];
  assertEquals(messagesOf(converted({ x: type }, rows)), [
    'row 1, column "x[].x": expected a whole number, got string',
    'row 2, column "x[].y": expected a string, got number',
  ]);
  const map = mapOf(new Utf8(), new Int32());
  assertEquals(messagesOf(converted({ m: map }, [{ m: { a: 1, b: "c" } }])), [
    'row 0, column "m.value": expected a whole number, got string',
  ]);
});

test("a row has one problem, the first; and there may be no row without", () => {
  const result = converted({ a: new Int32(), b: new Int32() }, [{ a: "x", b: "y" }, null, 5, []]);
  assertEquals(result.batch, undefined);
  assertEquals(messagesOf(result), [
    'row 0, column "a": expected a whole number, got string',
    "row 1: expected an object, got null",
    "row 2: expected an object, got number",
    "row 3: expected an object, got an array",
  ]);
});

test("members without a column fail their row, or are dropped", () => {
  const types = { a: new Int32(), p: POINT, l: new List(item(POINT)), m: mapOf(new Utf8(), POINT) };
  const rows: unknown[] = [
    { a: 1, p: { x: 1 } },
    { a: 2, z: 1 },
    { z: undefined, q: null, a: 3 },
    { p: { x: 1, zz: true } },
    { l: [{ x: 1 }, { q: 0 }] },
    { m: { k: { q: 0 } } },
    { m: new Map([["k", { q: 0 }]]) },
  ];
  const strict = converted(types, rows);
  assertEquals(strict.problems.map(({ row, error }) => [row, error.details.column]), [
    [1, "z"],
    [3, "p.zz"],
    [4, "l[].q"],
    [5, "m.value.q"],
    [6, "m.value.q"],
  ]);
  assertStringIncludes(strict.problems[0]!.error.message, 'extraMembers: "drop"');
  assertEquals(messagesOf(converted(types, rows, "drop")), []);
});

test("what objects inherit is no value, and what their classes say is", () => {
  class Reading {
    readonly #x: number;
    constructor(x: number) {
      this.#x = x;
    }
    get x(): number {
      if (this.#x < 0) throw new Error("no such reading");
      return this.#x;
    }
  }
  const types = { x: new Int32(), constructor: new Utf8(), toString: new Utf8() };
  const rows = [new Reading(1), { constructor: "c" }, Object.create(null), new Reading(-1)];
  const result = converted(types, rows);
  assertEquals(messagesOf(result), ["row 3: one of its members cannot be read"]);
  assertEquals((result.problems[0]!.error.cause as Error).message, "no such reading");
  assertEquals(valuesOf(result, "x"), [1, null, null]);
  assertEquals(valuesOf(result, "constructor"), [null, "c", null]);
});

test("a type that no plain value stands for is refused with the schema", () => {
  const error = assertThrows(
    () => columnsOfSchema(schemaOf({ x: new List(item(new IntervalYearMonth())) })),
    ConfigurationError,
  );
  assertEquals(error.details, { field: "schema", column: "x[]" });
});
