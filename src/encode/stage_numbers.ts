/**
 * Integers of every width and unit as the words that are written, a slice at a time.
 *
 * Nothing is written for values that the Protobuf type does not take: the slice is refused, and the
 * general writer says which row it was.
 *
 * @module
 */
import { Source } from "../schema/field_plan.ts";
import type { Column } from "./column.ts";
import { HEAP_I32 } from "./heap.ts";

const WORD = 0x1_0000_0000;

/** Brings values `[first, end)` as 32-bit words; whether all could be. */
export function widen(column: Column, first: number, end: number, to: number): boolean {
  switch (column.source) {
    case Source.Int8:
      HEAP_I32.set(column.i8.subarray(first, end), to);
      return true;
    case Source.Uint8:
      HEAP_I32.set(column.bytes.subarray(first, end), to);
      return true;
    case Source.Int16:
      HEAP_I32.set(column.i16.subarray(first, end), to);
      return true;
    case Source.Uint16:
      HEAP_I32.set(column.u16.subarray(first, end), to);
      return true;
    case Source.DateMilliseconds:
      return days(column.i32, first, end, to);
    default:
      return false;
  }
}

/** Brings values `[first, end)` as pairs of words; whether all could be. */
export function convertInt64(column: Column, first: number, end: number, to: number): boolean {
  const { i32, factor } = column;
  switch (column.source) {
    case Source.Uint32:
      for (let index = first; index < end; index++, to += 2) {
        HEAP_I32[to] = i32[index]!;
        HEAP_I32[to + 1] = 0;
      }
      return true;
    case Source.Uint64:
      return unsigned(i32, first, end, to);
    case Source.ScaledInt32:
      for (let index = first; index < end; index++, to += 2) {
        const product = i32[index]! * factor;
        const high = Math.floor(product / WORD);
        HEAP_I32[to] = product - high * WORD;
        HEAP_I32[to + 1] = high;
      }
      return true;
    case Source.ScaledInt64:
      return scaled(i32, factor, first, end, to);
    case Source.Nanoseconds:
      thousandths(i32, first, end, to);
      return true;
    default:
      return false;
  }
}

/** Below 2^63: to int64 the others would look negative. */
function unsigned(i32: Int32Array, first: number, end: number, to: number): boolean {
  let union = 0;
  for (let from = 2 * first; from < 2 * end; from += 2, to += 2) {
    const high = i32[from + 1]!;
    union |= high;
    HEAP_I32[to] = i32[from]!;
    HEAP_I32[to + 1] = high;
  }
  return union >= 0;
}

/** The factor is at most 10^6, so that every step is exact in a double. */
function scaled(
  i32: Int32Array,
  factor: number,
  first: number,
  end: number,
  to: number,
): boolean {
  let fits = true;
  for (let from = 2 * first; from < 2 * end; from += 2, to += 2) {
    const low = (i32[from]! >>> 0) * factor;
    const carry = Math.floor(low / WORD);
    const high = i32[from + 1]! * factor + carry;
    fits &&= high >= -0x8000_0000 && high <= 0x7fff_ffff;
    HEAP_I32[to] = low - carry * WORD;
    HEAP_I32[to + 1] = high;
  }
  return fits;
}

/** Rounded down, word by word, as on paper. */
function thousandths(i32: Int32Array, first: number, end: number, to: number): void {
  for (let from = 2 * first; from < 2 * end; from += 2, to += 2) {
    const high = Math.floor(i32[from + 1]! / 1000);
    const rest = (i32[from + 1]! - high * 1000) * WORD + (i32[from]! >>> 0);
    HEAP_I32[to] = Math.floor(rest / 1000);
    HEAP_I32[to + 1] = high;
  }
}

/** Whole days, rounded down. A day is 2^10 × 84,375 ms, and 54 bits are left after the shift. */
function days(i32: Int32Array, first: number, end: number, to: number): boolean {
  let fits = true;
  for (let index = first; index < end; index++, to++) {
    const value = Math.floor((i32[2 * index + 1]! * 0x40_0000 + (i32[2 * index]! >>> 10)) / 84_375);
    fits &&= value >= -0x8000_0000 && value <= 0x7fff_ffff;
    HEAP_I32[to] = value;
  }
  return fits;
}
