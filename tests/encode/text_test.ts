import { assertEquals } from "@std/assert";
import {
  Binary,
  BinaryView,
  type Data,
  type DataType,
  FixedSizeBinary,
  Int32,
  LargeBinary,
  LargeUtf8,
  Utf8,
  Utf8View,
} from "apache-arrow";
import { test } from "./both_loops.ts";
import type { Decoded } from "../oracle/decode_records.ts";
import { batchOf, bits, columnWritten, rawArray, viewsOf, written } from "./build.ts";

const encoder = new TextEncoder();
const TEXTS = ["", "a", "twelve bytes", "thirteen byte", "grüße, 世界 🎉", "x".repeat(300)];

function blobs(type: DataType, values: readonly Uint8Array[]): Data {
  const length = values.length;
  if (type instanceof Utf8View || type instanceof BinaryView) return viewsOf(type, values);
  const isLarge = type instanceof LargeUtf8 || type instanceof LargeBinary;
  const offsets = [3];
  for (const value of values) offsets.push(offsets.at(-1)! + value.length);
  const data = new Uint8Array(offsets.at(-1)! + 1);
  for (const [index, value] of values.entries()) data.set(value, offsets[index]);
  const valueOffsets = isLarge ? BigInt64Array.from(offsets, BigInt) : Int32Array.from(offsets);
  return rawArray(type, { length, valueOffsets, data, nullCount: 0 });
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
