import { assertEquals } from "@std/assert";
import {
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
  Float16,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
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
} from "apache-arrow";
import { encodeBatch } from "../../src/encode/encode_batch.ts";
import { test } from "./both_loops.ts";
import type { Decoded } from "../oracle/decode_records.ts";
import { batchOf, bits, columnWritten, rawArray } from "./build.ts";

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
