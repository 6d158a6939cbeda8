import { assertEquals } from "@std/assert";
import {
  Binary,
  BinaryView,
  Bool,
  type Data,
  type DataType,
  DateDay,
  DateMillisecond,
  Decimal,
  Dictionary,
  DurationSecond,
  FixedSizeBinary,
  Float16,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  TimeMillisecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint16,
  Uint32,
  Uint64,
  Uint8,
  Utf8,
  Utf8View,
  Vector,
} from "apache-arrow";
import { bindBatch } from "../../src/encode/bind_column.ts";
import { compile, Kind } from "../../src/encode/program.ts";
import { planFor } from "../../src/schema/plan.ts";
import { test } from "./both_loops.ts";
import {
  arrayOf,
  batchOf,
  bits,
  COLOR,
  descriptorOf,
  fieldOf,
  FieldType,
  rawArray,
  written,
} from "./build.ts";
import { assertSame } from "./row_by_row.ts";

/** Every 64-bit value at which something begins or ends, and some that mean nothing. */
const EDGES = [0n, 5n, 7n, 8n, 15n, 16n, 31n, 32n, 63n, 64n].flatMap((bit) => {
  const power = 2n ** bit;
  return [0n, 1n, 5n, power - 1n, power, -power, -power - 1n].map((value) =>
    BigInt.asIntN(64, value)
  );
});

const INTEGERS: readonly DataType[] = [
  new Int8(),
  new Int16(),
  new Int32(),
  new Int64(),
  new Uint8(),
  new Uint16(),
  new Uint32(),
  new Uint64(),
];

/** The low bytes of the edges as an array of a type, every fifth of them null. */
function edges(type: DataType): Data {
  const { BYTES_PER_ELEMENT: width } = type.ArrayType;
  const bytes = new Uint8Array(width * EDGES.length);
  const whole = new Uint8Array(BigInt64Array.from(EDGES).buffer);
  for (let at = 0; at < EDGES.length; at++) {
    bytes.set(whole.subarray(8 * at, 8 * at + width), width * at);
  }
  const nullBitmap = bits(...EDGES.map((_, at) => (at % 5 === 3 ? 0 : 1) as 0 | 1));
  return rawArray(type, { data: new type.ArrayType(bytes.buffer), nullBitmap });
}

/** The array as what a dictionary of two chunks stands for, some of its indices null. */
function asDictionary(values: Data): Data {
  const { length } = values;
  const half = length >> 1;
  const chunks = [values.slice(0, half), values.slice(half, length - half)];
  const data = Int16Array.from({ length: 3 * length }, (_, at) => at * 7 % length);
  return rawArray(new Dictionary(values.type, new Int16()), {
    data,
    nullBitmap: bits(...Array.from(data, (_, at) => (at % 11 === 4 ? 0 : 1) as 0 | 1)),
    dictionary: new Vector(chunks as never),
  });
}

const { DOUBLE, FLOAT, ENUM } = FieldType;
const TARGETS = Object.values(FieldType).filter((type) =>
  typeof type === "number" && ![8, 9, 10, 11, 12].includes(type)
) as FieldType[];

for (const type of INTEGERS) {
  test(`${type} as every Protobuf number is the same in blocks and row by row`, () => {
    for (const target of TARGETS) {
      if (target === DOUBLE && type.ArrayType.BYTES_PER_ELEMENT > 4) continue;
      if (target === FLOAT && type.ArrayType.BYTES_PER_ELEMENT > 2) continue;
      const field = fieldOf("v", 3, target, target === ENUM ? { typeName: "Color" } : {});
      const descriptor = descriptorOf([field], { enumType: [COLOR] });
      const all = edges(type);
      assertSame(batchOf({ v: all }), { descriptor });
      assertSame(batchOf({ v: asDictionary(all) }), { descriptor });
      // Together one value that does not fit keeps the others from the fast way; four at a time few do.
      for (let at = 0; at + 4 <= all.length; at += 4) {
        assertSame(batchOf({ v: all.slice(at, 4) }), { descriptor });
      }
    }
  });
}

const DECIMALS = [0n, 1n, 9n, 10n, 999_999_999n, 10n ** 9n, 10n ** 18n, 2n ** 53n - 1n, 2n ** 53n]
  .flatMap((value) => [value, value + 1n, -value, -value - 1n])
  .concat(2n ** 127n - 1n, -(2n ** 127n), 2n ** 64n, 2n ** 96n - 1n, 12_345n);

/** Decimals of a width, in words. */
function decimals(width: number, scale: number): Data {
  const data = new Uint32Array(width * DECIMALS.length);
  for (const [at, value] of DECIMALS.entries()) {
    for (let word = 0; word < width; word++) {
      data[width * at + word] = Number(BigInt.asUintN(32, value >> BigInt(32 * word)));
    }
  }
  return rawArray(new Decimal(scale, 38, 32 * width), { data });
}

test("decimals of every size and scale are their digits", () => {
  for (const width of [4, 8]) {
    for (const scale of [-3, 0, 1, 9, 20, 38]) {
      const values = decimals(width, scale);
      assertSame(batchOf({ v: values }));
      assertSame(batchOf({ v: asDictionary(values) }));
      const { records } = written(batchOf({ v: values }));
      assertEquals(records.map(({ v }) => v), DECIMALS.map((value) => digits(value, scale)));
    }
  }
});

/** A decimal as text, by BigInt. */
function digits(value: bigint, scale: number): string {
  const sign = value < 0n ? "-" : "";
  const all = String(value < 0n ? -value : value);
  if (scale <= 0) return sign + (value === 0n ? "0" : all + "0".repeat(-scale));
  const padded = all.padStart(scale + 1, "0");
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

const WORDS = ["", "a", "twelve bytes", "thirteen, now", "é".repeat(20), "x".repeat(90), "end"];

test("text in every layout, straight and by dictionaries, is the same in blocks and row by row", () => {
  const words = Array.from({ length: 60 }, (_, at) => at % 9 === 2 ? null : WORDS[at % 7]!);
  const encoder = new TextEncoder();
  const asBytes = words.map((word) => word === null ? null : encoder.encode(word));
  const columns = [
    arrayOf(new Utf8(), words),
    arrayOf(new Binary(), asBytes),
    arrayOf(
      new FixedSizeBinary(3),
      words.map((word) => word === null ? null : encoder.encode("abc")),
    ),
    views(new Utf8View(), asBytes),
    views(new BinaryView(), asBytes),
  ];
  for (const column of columns) {
    assertSame(batchOf({ v: column }));
    assertSame(batchOf({ v: column.slice(1, 30) }));
    assertSame(batchOf({ v: asDictionary(column) }));
  }
});

/** Views into two buffers, now one, now the other, in order and not. */
function views(type: DataType, values: readonly (Uint8Array | null)[]): Data {
  const views = new Uint8Array(16 * values.length);
  const words = new Int32Array(views.buffer);
  const buffers = [new Uint8Array(9_000), new Uint8Array(9_000)];
  const ends = [0, 0];
  for (const [at, value] of values.entries()) {
    const { length } = value ?? { length: 0 };
    words[4 * at] = length;
    if (value === null) continue;
    if (length <= 12) views.set(value, 16 * at + 4);
    else {
      const which = at % 10 < 7 ? 0 : 1;
      if (at % 6 === 5) ends[which]! += 3;
      buffers[which]!.set(value, ends[which]);
      views.set(value.subarray(0, 4), 16 * at + 4);
      words[4 * at + 2] = which;
      words[4 * at + 3] = ends[which]!;
      ends[which]! += length;
    }
  }
  return rawArray(type, {
    views,
    variadicBuffers: buffers,
    length: values.length,
    nullBitmap: bits(...values.map((value) => (value === null ? 0 : 1) as 0 | 1)),
  });
}

test("every Arrow type has a fast way, also in dictionaries", () => {
  const plain = [
    ...INTEGERS.map(edges),
    ...[new Float16(), new Float32(), new Float64(), new Decimal(2, 38, 128), new Utf8()],
    ...[new Binary(), new FixedSizeBinary(3), new Utf8View(), new BinaryView(), new DateDay()],
    ...[new DateMillisecond(), new TimeMillisecond(), new DurationSecond(), new TimestampSecond()],
    ...[new TimestampMillisecond(), new TimestampNanosecond()],
  ].map((one) => "values" in one ? one : empty(one));
  for (const values of plain) {
    assertEquals([String(values.type), isSlow(values)], [String(values.type), false]);
    assertEquals([String(values.type), isSlow(asDictionary(values))], [
      String(values.type),
      false,
    ]);
  }
  assertEquals(isSlow(empty(new Bool())), false);
  assertEquals(isSlow(asDictionary(empty(new Bool()))), true);
});

function empty(type: DataType): Data {
  return rawArray(type, { length: 0, valueOffsets: new Int32Array(1), views: new Uint8Array(0) });
}

/** Whether the general writer is asked for values of a column. */
function isSlow(column: Data): boolean {
  const batch = batchOf({ v: column });
  return compile(bindBatch(planFor(batch.schema), batch)).kinds.includes(Kind.Other);
}
