import { assertEquals, assertThrows } from "@std/assert";
import { gatherBytes, indicesIn, offsetsLike, rangesOf } from "../../../src/core/take/gather.ts";
import { test } from "../../harness/mod.ts";

const rows = (...indices: number[]) => Uint32Array.from(indices);

test("ranges: 64-bit offsets beyond 32 bits are read and written exactly", () => {
  const far = 2n ** 33n;
  const offsets = BigInt64Array.of(0n, far, far + 2n ** 32n + 3n);
  const ranges = rangesOf(offsets, rows(1, 0, 1), undefined);
  assertEquals([...ranges.starts], [2 ** 33, 0, 2 ** 33]);
  assertEquals([...ranges.ends], [2 ** 32 + 3, 3 * 2 ** 32 + 3, 4 * 2 ** 32 + 6]);
  assertEquals(
    [...offsetsLike(offsets, ranges) as BigInt64Array],
    [0n, 2n ** 32n + 3n, 3n * 2n ** 32n + 3n, 4n * 2n ** 32n + 6n],
  );
});

test("ranges: rows that outgrow 32-bit offsets are a RangeError, not an overflow", () => {
  const offsets = Int32Array.of(0, 2 ** 30);
  const fitting = rangesOf(offsets, rows(0), undefined);
  assertEquals([...offsetsLike(offsets, fitting)], [0, 2 ** 30]);
  const ranges = rangesOf(offsets, rows(0, 0), undefined);
  assertThrows(() => offsetsLike(offsets, ranges), RangeError, "at most 2147483647");
});

test("ranges: offsets may begin anywhere in their buffer", () => {
  const { starts, ends, total } = rangesOf(
    Int32Array.of(9, 9, 4, 6, 6, 9).subarray(2),
    rows(2, 0),
    undefined,
  );
  assertEquals([...starts], [6, 4]);
  assertEquals([...ends], [3, 5]);
  assertEquals(total, 5);
});

test("ranges: neighbours, nulls, gaps and repetitions give their bytes and indices in order", () => {
  const bytes = new TextEncoder().encode("abcdefghij");
  const offsets = Int32Array.of(0, 2, 5, 5, 9, 10);
  const valid = (...bits: number[]) => Uint8Array.of(bits.reduce((a, bit, i) => a | bit << i, 0));
  const cases: [Uint32Array, Uint8Array | undefined, string][] = [
    [rows(), undefined, ""],
    [rows(0, 1, 2, 3, 4), undefined, "abcdefghij"],
    [rows(0, 1, 3, 4), valid(1, 0, 1, 1), "abfghij"],
    [rows(4, 3, 2, 1, 0), undefined, "jfghicdeab"],
    [rows(1, 1, 1), undefined, "cdecdecde"],
    [rows(1, 3), valid(0, 0), ""],
    [rows(3, 0, 1), valid(0, 1, 1), "abcde"],
  ];
  for (const [picked, validity, expected] of cases) {
    const ranges = rangesOf(offsets, picked, validity);
    assertEquals(new TextDecoder().decode(gatherBytes(bytes, ranges)), expected);
    const letters = Array.from(indicesIn(ranges), (index) => String.fromCharCode(bytes[index]!));
    assertEquals(letters.join(""), expected);
  }
});
