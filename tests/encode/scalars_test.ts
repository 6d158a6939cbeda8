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
  DurationMicrosecond,
  DurationMillisecond,
  DurationNanosecond,
  DurationSecond,
  FixedSizeBinary,
  Float16,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  LargeBinary,
  LargeUtf8,
  TimeMicrosecond,
  TimeMillisecond,
  TimeNanosecond,
  TimeSecond,
  TimestampMicrosecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint16,
  Uint32,
  Uint64,
  Uint8,
  Utf8,
  Utf8View,
} from "apache-arrow";
import { encodeBatch } from "../../src/encode/encode_batch.ts";
import { test } from "../harness/mod.ts";
import type { Decoded } from "../oracle/decode_records.ts";
import { batchOf, bits, columnWritten, rawArray, written } from "./build.ts";

const MIN_64 = -(2n ** 63n);
const MAX_64 = 2n ** 63n - 1n;
const DAY = 86_400_000n;
const longs = (...values: bigint[]) => BigInt64Array.from(values);

type Row = [type: DataType, data: ArrayBufferView, expected: Decoded[]];

const NUMBERS: readonly Row[] = [
  [new Int8(), Int8Array.of(-128, -1, 0, 127), [-128, -1, 0, 127]],
  [new Int16(), Int16Array.of(-32768, 0, 128, 32767), [-32768, 0, 128, 32767]],
  [new Int32(), Int32Array.of(-(2 ** 31), -1, 16384, 2 ** 31 - 1), [
    -(2 ** 31),
    -1,
    16384,
    2 ** 31 - 1,
  ]],
  [new Int64(), longs(MIN_64, -1n, 0n, 2n ** 32n, 2n ** 35n - 1n, MAX_64), [
    MIN_64,
    -1n,
    0n,
    2n ** 32n,
    2n ** 35n - 1n,
    MAX_64,
  ]],
  [new Uint8(), Uint8Array.of(0, 127, 128, 255), [0, 127, 128, 255]],
  [new Uint16(), Uint16Array.of(0, 16383, 16384, 65535), [0, 16383, 16384, 65535]],
  [new Uint32(), Uint32Array.of(0, 2 ** 31, 2 ** 32 - 1), [0n, 2n ** 31n, 2n ** 32n - 1n]],
  [new Uint64(), BigUint64Array.of(0n, MAX_64), [0n, MAX_64]],
  [new Float32(), Float32Array.of(0, -0, 1.5, NaN, Infinity), [0, -0, 1.5, NaN, Infinity]],
  [new Float64(), Float64Array.of(0, -0, 0.1, NaN, -Infinity), [0, -0, 0.1, NaN, -Infinity]],
  [
    new Float16(),
    Uint16Array.of(0x0000, 0x8000, 0x3c00, 0xc100, 0x7bff, 0x0001, 0x03ff, 0x0400, 0x7c00, 0xfc00),
    [0, -0, 1, -2.5, 65504, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, Infinity, -Infinity],
  ],
  [new Float16(), Uint16Array.of(0x7e00, 0x8001), [NaN, -(2 ** -24)]],
  [new DateDay(), Int32Array.of(-719_162, -1, 0, 19_000), [-719_162, -1, 0, 19_000]],
  [
    new DateMillisecond(),
    longs(0n, 1n, DAY - 1n, DAY, -1n, -DAY, -DAY - 1n, (2n ** 31n - 1n) * DAY, -(2n ** 31n) * DAY),
    [0, 0, 0, 1, -1, -1, -2, 2 ** 31 - 1, -(2 ** 31)],
  ],
  [new TimestampSecond(), longs(-1n, 0n, 9_223_372_036_854n, -9_223_372_036_854n), [
    -1_000_000n,
    0n,
    9_223_372_036_854_000_000n,
    -9_223_372_036_854_000_000n,
  ]],
  [new TimestampMillisecond(), longs(-1n, 1_700_000_000_123n, 9_223_372_036_854_775n), [
    -1_000n,
    1_700_000_000_123_000n,
    9_223_372_036_854_775_000n,
  ]],
  [new TimestampMicrosecond("UTC"), longs(MIN_64, -1n, MAX_64), [MIN_64, -1n, MAX_64]],
  [new TimestampNanosecond(), longs(-1n, -999n, -1000n, -1001n, 999n, 1000n, MIN_64, MAX_64), [
    -1n,
    -1n,
    -1n,
    -2n,
    0n,
    1n,
    -9_223_372_036_854_776n,
    9_223_372_036_854_775n,
  ]],
  [new TimeSecond(), Int32Array.of(0, 86_399), [0n, 86_399_000_000n]],
  [new TimeMillisecond(), Int32Array.of(0, 86_399_999), [0n, 86_399_999_000n]],
  [new TimeMicrosecond(), longs(0n, 86_399_999_999n), [0n, 86_399_999_999n]],
  [new TimeNanosecond(), longs(999n, 86_399_999_999_999n), [0n, 86_399_999_999n]],
  [new DurationSecond(), longs(-5n, 5n), [-5_000_000n, 5_000_000n]],
  [new DurationMillisecond(), longs(-5n, 5n), [-5_000n, 5_000n]],
  [new DurationMicrosecond(), longs(-5n, 5n), [-5n, 5n]],
  [new DurationNanosecond(), longs(-5n, 5n), [-1n, 0n]],
];

test("numbers of every type, extremes included", () => {
  for (const [type, data, expected] of NUMBERS) {
    const length = expected.length;
    const { values, failures } = columnWritten(rawArray(type, { data, length, nullCount: 0 }));
    assertEquals([values, failures], [expected, []], `${type}`);
  }
});

test("a NaN keeps its payload", () => {
  const singles = Uint32Array.of(0x7fa0_1234, 0xffc0_0001);
  const doubles = BigUint64Array.of(0x7ff4_0000_0000_1234n, 0xfff8_0000_dead_beefn);
  const batch = batchOf({
    s: rawArray(new Float32(), { data: new Float32Array(singles.buffer), length: 2 }),
    d: rawArray(new Float64(), { data: new Float64Array(doubles.buffer), length: 2 }),
    h: rawArray(new Float16(), { data: Uint16Array.of(0x7c01, 0xfe00), length: 2 }),
  });
  const halves = [0x7f80_2000, 0xffc0_0000];
  const rows = encodeBatch(batch);
  for (const row of [0, 1]) {
    const view = new DataView(rows.row(row).slice().buffer);
    assertEquals(view.getUint32(1, true), singles[row]);
    assertEquals(view.getBigUint64(6, true), doubles[row]);
    assertEquals(view.getUint32(15, true), halves[row]);
  }
});

test("values that the Protobuf type cannot hold fail their row and no other", () => {
  const cases: readonly [DataType, ArrayBufferView, string][] = [
    [new Uint64(), BigUint64Array.of(1n, 2n ** 63n, 2n), "int64"],
    [new Uint64(), BigUint64Array.of(1n, 2n ** 64n - 1n, 2n), "int64"],
    [new TimestampSecond(), longs(1n, 9_223_372_036_855n, 2n), "int64"],
    [new TimestampSecond(), longs(1n, MIN_64, 2n), "int64"],
    [new TimestampMillisecond(), longs(1n, -9_223_372_036_854_776n, 2n), "int64"],
    [new DurationSecond(), longs(1n, MAX_64, 2n), "int64"],
    [new DateMillisecond(), longs(1n, 2n ** 31n * DAY, 2n), "int32"],
    [new DateMillisecond(), longs(1n, -(2n ** 31n) * DAY - 1n, 2n), "int32"],
    [new DateMillisecond(), longs(1n, MAX_64, 2n), "int32"],
  ];
  for (const [type, data, target] of cases) {
    const { values, failures } = columnWritten(rawArray(type, { data, length: 3, nullCount: 0 }));
    assertEquals(values.length, 2, `${type}`);
    const reason = `row 1, column "v": value out of range for Protobuf ${target}`;
    assertEquals(failures, [reason], `${type}`);
  }
});

test("booleans", () => {
  const data = rawArray(new Bool(), { data: bits(1, 0, 1, 1, 0, 0, 0, 0, 1, 0), length: 10 });
  const expected = [true, false, true, true, false, false, false, false, true, false];
  assertEquals(columnWritten(data).values, expected);
  assertEquals(columnWritten(data.slice(3, 6)).values, expected.slice(3, 9));
});

const encoder = new TextEncoder();
const TEXTS = ["", "a", "twelve bytes", "thirteen byte", "grüße, 世界 🎉", "x".repeat(300)];

function blobs(type: DataType, values: readonly Uint8Array[]): Data {
  const length = values.length;
  if (type instanceof Utf8View || type instanceof BinaryView) return views(type, values);
  const isLarge = type instanceof LargeUtf8 || type instanceof LargeBinary;
  const offsets = [3];
  for (const value of values) offsets.push(offsets.at(-1)! + value.length);
  const data = new Uint8Array(offsets.at(-1)! + 1);
  for (const [index, value] of values.entries()) data.set(value, offsets[index]);
  const valueOffsets = isLarge ? BigInt64Array.from(offsets, BigInt) : Int32Array.from(offsets);
  return rawArray(type, { length, valueOffsets, data, nullCount: 0 });
}

function views(type: DataType, values: readonly Uint8Array[]): Data {
  const bytes = new Uint8Array(16 * values.length);
  const view = new DataView(bytes.buffer);
  const buffers: Uint8Array[] = [];
  for (const [index, value] of values.entries()) {
    view.setInt32(16 * index, value.length, true);
    if (value.length <= 12) bytes.set(value, 16 * index + 4);
    else {
      view.setInt32(16 * index + 8, buffers.length, true);
      view.setInt32(16 * index + 12, 2, true);
      buffers.push(Uint8Array.of(0xff, 0xff, ...value));
    }
  }
  return rawArray(type, { length: values.length, views: bytes, variadicBuffers: buffers });
}

test("text in every layout", () => {
  for (const type of [new Utf8(), new LargeUtf8(), new Utf8View()]) {
    const data = blobs(type, TEXTS.map((text) => encoder.encode(text)));
    assertEquals(columnWritten(data).values, TEXTS, `${type}`);
    assertEquals(columnWritten(data.slice(2, 3)).values, TEXTS.slice(2, 5), `${type} sliced`);
  }
});

test("bytes in every layout", () => {
  const values = [0, 1, 12, 13, 47, 48, 49, 300].map((length) => new Uint8Array(length).fill(0xfe));
  for (const type of [new Binary(), new LargeBinary(), new BinaryView()]) {
    assertEquals(columnWritten(blobs(type, values)).values, values, `${type}`);
  }
  const fixed = rawArray(new FixedSizeBinary(3), {
    data: Uint8Array.of(1, 2, 3, 4, 5, 6),
    length: 2,
  });
  assertEquals(columnWritten(fixed).values, [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)]);
  assertEquals(columnWritten(fixed.slice(1, 1)).values, [Uint8Array.of(4, 5, 6)]);
});

test("text that is not UTF-8 fails its row", () => {
  const bad: readonly number[][] = [
    [0x80],
    [0xc0, 0x80], // overlong NUL
    [0xc1, 0xbf],
    [0xe0, 0x9f, 0xbf], // overlong
    [0xed, 0xa0, 0x80], // surrogate
    [0xf0, 0x8f, 0xbf, 0xbf], // overlong
    [0xf4, 0x90, 0x80, 0x80], // above U+10FFFF
    [0xf5, 0x80, 0x80, 0x80],
    [0xff],
    [0xc3], // cut short
    [0xe2, 0x82],
    [0xf0, 0x9f, 0x8e],
    [0x61, 0x62, 0x63, 0x64, 0xc3], // cut short after a whole word
    [...encoder.encode("x".repeat(60)), 0xc3, 0x28],
  ];
  for (const bytes of bad) {
    for (const type of [new Utf8(), new LargeUtf8(), new Utf8View()]) {
      // The good values around it complete what is missing, if anybody reads too far.
      const around = encoder.encode("¢");
      const values = [
        around,
        Uint8Array.from(bytes),
        Uint8Array.of(0x80, 0x80).subarray(2),
        around,
      ];
      const result = columnWritten(blobs(type, values));
      assertEquals(result.values, ["¢", "", "¢"], `${type} ${bytes}`);
      assertEquals(result.failures, ['row 1, column "v": text that is not valid UTF-8']);
    }
  }
});

test("the ends of every range of UTF-8 are text", () => {
  const ends = [0x00, 0x7f, 0x80, 0x7ff, 0x800, 0xfff, 0x1000, 0xd7ff, 0xe000, 0xffff, 0x10000];
  const texts = [...ends, 0x3ffff, 0x40000, 0xfffff, 0x100000, 0x10ffff].map((code) =>
    String.fromCodePoint(code)
  );
  assertEquals(columnWritten(blobs(new Utf8(), texts.map((t) => encoder.encode(t)))).values, texts);
});

function decimals(scale: number, bitWidth: 128 | 256, values: readonly bigint[]): Data {
  const words = new Uint32Array(values.length * bitWidth / 32);
  for (const [index, value] of values.entries()) {
    for (let word = 0; word < bitWidth / 32; word++) {
      words[index * bitWidth / 32 + word] = Number(
        BigInt.asUintN(32, value >> BigInt(32 * word)),
      );
    }
  }
  return rawArray(new Decimal(scale, 38, bitWidth), { data: words, length: values.length });
}

test("decimals are exact plain text", () => {
  const max38 = 10n ** 38n - 1n;
  const max76 = 10n ** 76n - 1n;
  const cases: readonly [scale: number, bitWidth: 128 | 256, [bigint, string][]][] = [
    [0, 128, [[0n, "0"], [-1n, "-1"], [1_000_000_000n, "1000000000"], [max38, "9".repeat(38)]]],
    [2, 128, [[0n, "0.00"], [5n, "0.05"], [-5n, "-0.05"], [50n, "0.50"], [1999n, "19.99"], [
      -123_456_789_012n,
      "-1234567890.12",
    ]]],
    [3, 128, [[999n, "0.999"], [1000n, "1.000"]]],
    [-2, 128, [[0n, "0"], [123n, "12300"], [-1n, "-100"]]],
    [38, 128, [[1n, `0.${"0".repeat(37)}1`], [-max38, `-0.${"9".repeat(38)}`]]],
    [0, 128, [[-(2n ** 127n), (-(2n ** 127n)).toString()], [2n ** 64n, (2n ** 64n).toString()]]],
    [0, 256, [[max76, "9".repeat(76)], [-max76, `-${"9".repeat(76)}`], [
      -(2n ** 255n),
      `-${2n ** 255n}`,
    ]]],
    [76, 256, [[1n, `0.${"0".repeat(75)}1`], [-1n, `-0.${"0".repeat(75)}1`]]],
  ];
  for (const [scale, bitWidth, rows] of cases) {
    const data = decimals(scale, bitWidth, rows.map(([value]) => value));
    assertEquals(columnWritten(data).values, rows.map(([, text]) => text), `scale ${scale}`);
    assertEquals(columnWritten(data.slice(1, 1)).values, rows.slice(1, 2).map(([, text]) => text));
  }
});

test("nulls are left out, whatever stands under them", () => {
  const nullBitmap = bits(0, 1, 0, 1, 1, 0, 1, 1, 1, 0);
  const numbers = Int32Array.from({ length: 10 }, (_, index) => index - 5);
  const texts = blobs(new Utf8(), Array.from({ length: 10 }, (_, at) => encoder.encode(`t${at}`)));
  const batch = batchOf({
    n: rawArray(new Int32(), { data: numbers, nullBitmap, length: 10 }),
    t: rawArray(new Utf8(), {
      valueOffsets: texts.valueOffsets,
      data: texts.values,
      nullBitmap,
      length: 10,
    }),
  });
  const expected = Array.from(
    { length: 10 },
    (_, row) =>
      [0, 2, 5, 9].includes(row) ? {} : { n: row - 5, t: `t${row}` } as Record<string, Decoded>,
  );
  assertEquals(written(batch).records, expected);
  for (const [begin, end] of [[1, 10], [2, 9], [8, 10], [3, 3]] as const) {
    assertEquals(written(batch.slice(begin, end)).records, expected.slice(begin, end));
  }
});
