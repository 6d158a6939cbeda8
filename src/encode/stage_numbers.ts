/**
 * Numbers of every width and unit as the words that are written, a slice at a time.
 *
 * Nothing is written for values that the Protobuf type does not take: the slice is refused, and the
 * general writer says which row it was.
 *
 * @module
 */
import type { FieldDescriptorProto_Type as FieldType } from "@bufbuild/protobuf/wkt";
import { Source } from "../schema/field_plan.ts";
import type { Column } from "./column.ts";
import { singleFromHalf, valueOfHalf } from "./floats.ts";
import { HEAP, HEAP_I32 } from "./heap.ts";
import { isNarrow } from "./program.ts";
import { convertPairs } from "./stage_targets.ts";

const WORD = 0x1_0000_0000;
const HEAP_VIEW = new DataView(HEAP);

/**
 * Brings values `[first, end)` as words, one for each.
 *
 * @param to the first word. There must be room for two for each value.
 * @returns whether all could be brought.
 */
export function bringWords(column: Column, first: number, end: number, to: number): boolean {
  const { source, u16 } = column;
  switch (source) {
    case Source.Float32:
      HEAP_I32.set(column.i32.subarray(first, end), to);
      return true;
    case Source.Float16:
      for (let index = first; index < end; index++) HEAP_I32[to++] = singleFromHalf(u16[index]!);
      return true;
  }
  if (isNarrow(source) && isSigned(column)) return widen(column, first, end, to);
  return bringPairs(column, first, end, to, true);
}

/** Brings values `[first, end)` as pairs of words; whether all could be brought. */
export function bringPairs(
  column: Column,
  first: number,
  end: number,
  to: number,
  compact: boolean = false,
): boolean {
  const { source, u16, f32 } = column;
  let address = 4 * to;
  switch (source) {
    case Source.Float64:
      HEAP_I32.set(column.i32.subarray(2 * first, 2 * end), to);
      return true;
    case Source.Float32:
      for (let index = first; index < end; index++, address += 8) {
        HEAP_VIEW.setFloat64(address, f32[index]!, true);
      }
      return true;
    case Source.Float16:
      for (let index = first; index < end; index++, address += 8) {
        HEAP_VIEW.setFloat64(address, valueOfHalf(u16[index]!), true);
      }
      return true;
    case Source.Int64:
      HEAP_I32.set(column.i32.subarray(2 * first, 2 * end), to);
      break;
    default:
      if (isNarrow(source)) {
        if (!widen(column, first, end, to)) return false;
        extend(to, end - first);
      } else if (!convertInt64(column, first, end, to)) return false;
  }
  return compact || !isSigned(column) ? convertPairs(column, to, end - first) : true;
}

/** Whether the type is one of the two that most integers become. */
function isSigned({ type }: Column): boolean {
  const target: number = type;
  return target === (5 satisfies FieldType.INT32) || target === (3 satisfies FieldType.INT64);
}

/** Makes pairs of words in place, the last one first. */
function extend(to: number, count: number): void {
  for (let at = count - 1; at >= 0; at--) {
    const low = HEAP_I32[to + at]!;
    HEAP_I32[to + 2 * at] = low;
    HEAP_I32[to + 2 * at + 1] = low >> 31;
  }
}

/** Brings values `[first, end)` as 32-bit words; whether all could be. */
function widen(column: Column, first: number, end: number, to: number): boolean {
  switch (column.source) {
    case Source.Int32:
      HEAP_I32.set(column.i32.subarray(first, end), to);
      return true;
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
function convertInt64(column: Column, first: number, end: number, to: number): boolean {
  const { i32, factor } = column;
  switch (column.source) {
    case Source.Uint32:
      for (let index = first; index < end; index++, to += 2) {
        HEAP_I32[to] = i32[index]!;
        HEAP_I32[to + 1] = 0;
      }
      return true;
    case Source.Uint64:
      return unsigned(column, first, end, to);
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

/** From 2^63 on only the unsigned types take the value; to all others it would look negative. */
function unsigned({ type, i32 }: Column, first: number, end: number, to: number): boolean {
  let union = 0;
  for (let from = 2 * first; from < 2 * end; from += 2, to += 2) {
    const high = i32[from + 1]!;
    union |= high;
    HEAP_I32[to] = i32[from]!;
    HEAP_I32[to + 1] = high;
  }
  const target: number = type;
  return union >= 0 || target === (4 satisfies FieldType.UINT64) ||
    target === (6 satisfies FieldType.FIXED64);
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
