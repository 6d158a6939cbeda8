import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  Binary,
  Bool,
  type Data,
  type DataType,
  DateDay,
  Decimal,
  Dictionary,
  Field,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  List,
  Map_,
  Null,
  Struct,
  TimestampMicrosecond,
  TimestampSecond,
  Uint32,
  Uint64,
  Uint8,
  Utf8,
} from "apache-arrow";
import { ConfigurationError } from "../../src/core/errors.ts";
import { encodeBatch } from "../../src/encode/encode_batch.ts";
import { fieldTypeName } from "../../src/schema/field_type.ts";
import { planFor } from "../../src/schema/plan.ts";
import { test } from "../harness/mod.ts";
import type { Decoded } from "../oracle/decode_records.ts";
import {
  arrayOf,
  batchOf,
  COLOR,
  columnWritten,
  descriptorOf,
  fieldOf,
  FieldType,
  Label,
  rawArray,
  written,
} from "./build.ts";

const {
  INT32,
  INT64,
  UINT32,
  UINT64,
  SINT32,
  SINT64,
  FIXED32,
  FIXED64,
  SFIXED32,
  SFIXED64,
  DOUBLE,
  FLOAT,
  STRING,
  BYTES,
  BOOL,
  ENUM,
  MESSAGE,
} = FieldType;

const single = (type: FieldType, init: object = {}) => descriptorOf([fieldOf("v", 3, type, init)]);
const raw = (type: DataType, data: ArrayBufferView & { length: number }): Data =>
  rawArray(type, { data, length: data.length, nullCount: 0 });

test("zig-zag in its least and greatest forms", () => {
  const column = raw(new Int64(), BigInt64Array.of(0n, -1n, 1n, 2n ** 63n - 1n, -(2n ** 63n)));
  const rows = encodeBatch(batchOf({ v: column }), { descriptor: single(SINT64) });
  const payload = (index: number) => [...rows.row(index).subarray(1)];
  assertEquals([payload(0), payload(1), payload(2)], [[0], [1], [2]]);
  assertEquals(payload(3), [0xfe, ...new Array(8).fill(0xff), 1]);
  assertEquals(payload(4), [...new Array(9).fill(0xff), 1]);
});

/** What each integer type holds of these numbers. */
const SIGNED = [-(2n ** 63n), -(2n ** 31n) - 1n, -(2n ** 31n), -1n, 0n, 2n ** 31n - 1n, 2n ** 31n];
const EXTREMES = [...SIGNED, 2n ** 32n - 1n, 2n ** 32n, 2n ** 63n - 1n];
const RANGES: readonly [type: FieldType, min: bigint, max: bigint][] = [
  [INT32, -(2n ** 31n), 2n ** 31n - 1n],
  [SINT32, -(2n ** 31n), 2n ** 31n - 1n],
  [SFIXED32, -(2n ** 31n), 2n ** 31n - 1n],
  [UINT32, 0n, 2n ** 32n - 1n],
  [FIXED32, 0n, 2n ** 32n - 1n],
  [INT64, -(2n ** 63n), 2n ** 63n - 1n],
  [SINT64, -(2n ** 63n), 2n ** 63n - 1n],
  [SFIXED64, -(2n ** 63n), 2n ** 63n - 1n],
  [UINT64, 0n, 2n ** 64n - 1n],
  [FIXED64, 0n, 2n ** 64n - 1n],
];

test("integers become every integer type, value by value where they fit", () => {
  const unsigned = [0n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n];
  const columns: [Data, bigint[]][] = [
    [raw(new Int64(), BigInt64Array.from(EXTREMES)), EXTREMES],
    [raw(new Uint64(), BigUint64Array.from(unsigned)), unsigned],
    [raw(new Int32(), Int32Array.of(-(2 ** 31), -1, 7)), [-(2n ** 31n), -1n, 7n]],
    [raw(new Uint32(), Uint32Array.of(0, 2 ** 32 - 1)), [0n, 2n ** 32n - 1n]],
    [raw(new Int8(), Int8Array.of(-128, 127)), [-128n, 127n]],
  ];
  for (const [column, values] of columns) {
    for (const [type, min, max] of RANGES) {
      const result = columnWritten(column, { descriptor: single(type) });
      const name = `${column.type} to ${fieldTypeName(type)}`;
      const fitting = values.filter((value) => value >= min && value <= max);
      assertEquals(result.values.map((value) => BigInt(value as bigint)), fitting, name);
      assertEquals(result.failures.length, values.length - fitting.length, name);
      for (const failure of result.failures) {
        assertStringIncludes(failure, `value out of range for Protobuf ${fieldTypeName(type)}`);
      }
    }
  }
});

test("numbers become wider floating-point numbers where that is exact", () => {
  const cases: readonly [Data, FieldType, Decoded[]][] = [
    [raw(new Int32(), Int32Array.of(-(2 ** 31), 2 ** 31 - 1)), DOUBLE, [-(2 ** 31), 2 ** 31 - 1]],
    [raw(new Uint32(), Uint32Array.of(2 ** 32 - 1)), DOUBLE, [2 ** 32 - 1]],
    [raw(new Int16(), Int16Array.of(-32768)), FLOAT, [-32768]],
    [raw(new Uint8(), Uint8Array.of(255)), FLOAT, [255]],
    [raw(new Float32(), Float32Array.of(0.1, -0, NaN)), DOUBLE, [Math.fround(0.1), -0, NaN]],
  ];
  for (const [column, type, expected] of cases) {
    assertEquals(columnWritten(column, { descriptor: single(type) }).values, expected);
  }
});

test("days, microseconds, decimals, text and booleans become what says the same", () => {
  const cases: readonly [Data, FieldType, Decoded[]][] = [
    [raw(new DateDay(), Int32Array.of(-1, 5)), SINT32, [-1, 5]],
    [raw(new DateDay(), Int32Array.of(-1, 5)), SFIXED32, [-1, 5]],
    [raw(new TimestampSecond(), BigInt64Array.of(-2n)), SINT64, [-2_000_000n]],
    [raw(new TimestampMicrosecond(), BigInt64Array.of(-2n)), SFIXED64, [-2n]],
    [raw(new Decimal(1, 10, 128), Uint32Array.of(15, 0, 0, 0)).slice(0, 1), STRING, ["1.5"]],
    [arrayOf(new Utf8(), ["é"]), BYTES, [Uint8Array.of(0xc3, 0xa9)]],
    [arrayOf(new Bool(), [true, false]), BOOL, [true, false]],
    [arrayOf(new Dictionary(new Int32(), new Int8()), [5, 6, 5]), FIXED64, [5n, 6n, 5n]],
  ];
  for (const [column, type, expected] of cases) {
    const { values } = columnWritten(column, { descriptor: single(type) });
    assertEquals(values, expected, `${column.type} to ${fieldTypeName(type)}`);
  }
});

test("enumerations take declared numbers and names, and nothing else", () => {
  const descriptor = descriptorOf([fieldOf("v", 1, ENUM, { typeName: ".Row.Color" })], {
    enumType: [COLOR],
  });
  const failures = ['row 2, column "v": value that enumeration "Row.Color" does not have'];
  const numbers = raw(new Int8(), Int8Array.of(5, -1, 4, 0));
  assertEquals(columnWritten(numbers, { descriptor }), { values: [5, -1, 0], failures });
  const names = arrayOf(new Utf8(), ["GREEN", "BELOW", "green", "RED"]);
  assertEquals(columnWritten(names, { descriptor }), { values: [5, -1, 0], failures });
  const words = arrayOf(new Dictionary(new Utf8(), new Int8()), ["GREEN", "RED", "", "RED"]);
  assertEquals(columnWritten(words, { descriptor }), { values: [5, 0, 0], failures });
});

const item = (type: DataType) => new Field("item", type, true);
const mapType = new Map_(
  new Field(
    "entries",
    new Struct([new Field("key", new Utf8(), false), new Field("value", new Int32(), true)]),
    false,
  ) as never,
);
const REPEATED = { label: Label.REPEATED };

const INEXACT: readonly [DataType, FieldType, object, target: string][] = [
  [new Int64(), DOUBLE, {}, "double"],
  [new Uint64(), FLOAT, {}, "float"],
  [new Int32(), FLOAT, {}, "float"],
  [new Int32(), BOOL, {}, "bool"],
  [new Int32(), STRING, {}, "string"],
  [new Float64(), FLOAT, {}, "float"],
  [new Float64(), INT64, {}, "int64"],
  [new Bool(), INT32, {}, "int32"],
  [new Utf8(), INT32, {}, "int32"],
  [new Binary(), STRING, {}, "string"],
  [new DateDay(), INT64, {}, "int64"],
  [new TimestampMicrosecond(), INT32, {}, "int32"],
  [new TimestampMicrosecond(), UINT64, {}, "uint64"],
  [new Decimal(2, 10, 128), DOUBLE, {}, "double"],
  [new Decimal(0, 10, 128), INT64, {}, "int64"],
  [new Int32(), INT32, REPEATED, "repeated int32"],
  [new List(item(new Int32())), INT32, {}, "int32"],
  [new List(item(new Float64())), FLOAT, REPEATED, "float"],
  [new Struct([item(new Int32())]), STRING, {}, "string"],
  [new Int32(), MESSAGE, { typeName: "Inner" }, "Row.Inner"],
  [new List(item(new Int32())), MESSAGE, { ...REPEATED, typeName: "Inner" }, "Row.Inner"],
  [mapType, MESSAGE, { ...REPEATED, typeName: "Inner" }, "repeated Row.Inner"],
  [new List(item(new Int32())), MESSAGE, { ...REPEATED, typeName: "VEntry" }, "map"],
  [new Dictionary(new Float64(), new Int8() as never), INT32, {}, "int32"],
];

test("pairs between which values would change are refused, naming both", () => {
  for (const [type, target, init, name] of INEXACT) {
    const descriptor = descriptorOf([fieldOf("v", 1, target, init)], {
      nestedType: [
        { name: "Inner", field: [fieldOf("item", 1, INT32)] },
        {
          name: "VEntry",
          field: [fieldOf("key", 1, STRING), fieldOf("value", 2, INT32)],
          options: { mapEntry: true },
        },
      ],
    });
    const { schema } = batchOf({ v: rawArray(type, { length: 0 }) });
    const error = assertThrows(
      () => planFor(schema, { descriptor }),
      ConfigurationError,
      `cannot become Protobuf ${name} without loss`,
    );
    assertStringIncludes(error.message, 'column "v');
    assertEquals(error.details.column?.startsWith("v"), true);
  }
});

test("repeated fields are packed if the descriptor says so", () => {
  const data = arrayOf(new List(item(new Int32())), [[1, 300], [], null, [-1]]);
  const packed = single(INT32, { ...REPEATED, options: { packed: true } });
  const rows = encodeBatch(batchOf({ v: data }), { descriptor: packed });
  assertEquals([...rows.row(0)], [0x1a, 3, 1, 0xac, 2]);
  assertEquals([rows.row(1).length, rows.row(2).length], [0, 0]);
  const values = [[1, 300], undefined, undefined, [-1]];
  assertEquals(columnWritten(data, { descriptor: packed }).values, values);
  const plain = encodeBatch(batchOf({ v: data }), { descriptor: single(INT32, REPEATED) });
  assertEquals([...plain.row(0)], [0x18, 1, 0x18, 0xac, 2]);
  const long = arrayOf(new List(item(new Int32())), [Array.from({ length: 500 }, () => -1)]);
  const result = columnWritten(long, { descriptor: packed }).values as number[][];
  assertEquals(result[0]?.length, 500);
  const words = arrayOf(new List(item(new Dictionary(new Int32(), new Int8()))), [[7, 8, 7]]);
  assertEquals(columnWritten(words, { descriptor: packed }).values, [[7, 8, 7]]);
});

test("columns and fields pair by name, at every depth, in any order", () => {
  const descriptor = descriptorOf([
    fieldOf("s", 900, MESSAGE, { typeName: "Inner" }),
    fieldOf("m", 20_000, MESSAGE, { ...REPEATED, typeName: "MEntry" }),
    fieldOf("id", 536_870_911, FIXED64, { label: Label.REQUIRED }),
  ], {
    nestedType: [
      { name: "Inner", field: [fieldOf("b", 5, STRING), fieldOf("a", 6, SINT32)] },
      {
        name: "MEntry",
        field: [fieldOf("value", 2, SFIXED64), fieldOf("key", 1, STRING)],
        options: { mapEntry: true },
      },
    ],
  });
  const struct = new Struct([item(new Int32())].map(() => new Field("a", new Int32(), true)));
  const batch = batchOf({
    id: arrayOf(new Int64(), [1n, 2n]),
    m: arrayOf(mapType, [new Map([["x", 1]]), null]),
    s: arrayOf(struct, [{ a: -1 }, null]),
  });
  assertEquals(written(batch, { descriptor }).records, [
    { id: 1n, m: new Map([["x", 1n]]), s: { a: -1 } },
    { id: 2n },
  ]);
  assertEquals(planFor(batch.schema, { descriptor }).missing, ["s.b"]);
});

test("a required field without a column is refused, an optional one reported", () => {
  const batch = batchOf({ a: arrayOf(new Int32(), [1]), n: rawArray(new Null(), { length: 1 }) });
  const optional = descriptorOf([
    fieldOf("a", 1, INT32),
    fieldOf("b", 2, INT32),
    fieldOf("n", 3, INT32),
  ]);
  assertEquals(planFor(batch.schema, { descriptor: optional }).missing, ["b", "n"]);
  for (const name of ["b", "n"]) {
    const descriptor = descriptorOf([
      fieldOf("a", 1, INT32),
      fieldOf(name, 2, INT32, { label: Label.REQUIRED }),
    ]);
    const error = assertThrows(
      () => planFor(batch.schema, { descriptor }),
      ConfigurationError,
      `field "${name}" of the descriptor is required`,
    );
    assertEquals(error.details.column, name);
  }
});

test("a null in a required field fails its row", () => {
  const column = arrayOf(new Int32(), [1, null]);
  const descriptor = single(INT32, { label: Label.REQUIRED });
  assertEquals(columnWritten(column, { descriptor }), {
    values: [1],
    failures: ['row 1, column "v": null, but the field is required'],
  });
});

test("a column without a field is refused, or dropped if that is wanted", () => {
  const struct = arrayOf(
    new Struct([new Field("x", new Int32(), true), new Field("y", new Int32(), true)]),
    [{ x: 1, y: 2 }],
  );
  const batch = batchOf({
    a: arrayOf(new Int32(), [1]),
    s: struct,
    extra: arrayOf(new Utf8(), ["lost"]),
    nothing: rawArray(new Null(), { length: 1 }),
  });
  const descriptor = descriptorOf(
    [fieldOf("a", 1, INT32), fieldOf("s", 2, MESSAGE, { typeName: "S" })],
    { nestedType: [{ name: "S", field: [fieldOf("x", 1, INT32)] }] },
  );
  const error = assertThrows(() => planFor(batch.schema, { descriptor }), ConfigurationError);
  assertEquals(error.details.column, "s.y");
  const options = { descriptor, extraColumns: "drop" } as const;
  assertEquals(planFor(batch.schema, options).dropped, ["s.y", "extra"]);
  assertEquals(written(batch, options).records, [{ a: 1, s: { x: 1 } }]);
  const other = descriptorOf([fieldOf("b", 1, INT32)]);
  assertThrows(
    () => planFor(batch.schema, { descriptor: other, extraColumns: "drop" }),
    ConfigurationError,
    "no column of the schema has a field",
  );
});

test("only one member of a oneof may have a column", () => {
  const descriptor = descriptorOf([
    fieldOf("a", 1, INT32, { oneofIndex: 0 }),
    fieldOf("b", 2, INT32, { oneofIndex: 0 }),
  ], { oneofDecl: [{ name: "choice" }] });
  const a = arrayOf(new Int32(), [1]);
  assertEquals(written(batchOf({ a }), { descriptor }).records, [{ a: 1 }]);
  assertThrows(
    () => planFor(batchOf({ a, b: a }).schema, { descriptor }),
    ConfigurationError,
    "one oneof",
  );
});

test("a message may contain itself as deep as the columns go", () => {
  const descriptor = descriptorOf([
    fieldOf("v", 1, INT32),
    fieldOf("next", 2, MESSAGE, { typeName: ".Row" }),
  ]);
  const nest = (depth: number): DataType =>
    new Struct([
      new Field("v", new Int32(), true),
      ...(depth > 1 ? [new Field("next", nest(depth - 1), true)] : []),
    ]);
  const batch = batchOf({ next: arrayOf(nest(2), [{ v: 1, next: { v: 2 } }]) });
  assertEquals(written(batch, { descriptor }).records, [{ next: { v: 1, next: { v: 2 } } }]);
  const deep = batchOf({ next: arrayOf(nest(11), [null]) });
  assertThrows(() => planFor(deep.schema, { descriptor }), ConfigurationError, "11 deep");
});
