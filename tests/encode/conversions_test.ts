import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  Binary,
  Bool,
  type Data,
  type DataType,
  DateDay,
  Decimal,
  Dictionary,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  List,
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
import { test } from "./both_loops.ts";
import type { Decoded } from "../oracle/decode_records.ts";
import { item, map } from "../schema/types.ts";
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

const mapType = map(new Utf8(), new Int32());
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
