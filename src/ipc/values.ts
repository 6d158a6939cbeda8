/**
 * The buffers of an array, as bytes, words or offsets.
 *
 * @module
 */
import type { ArrowData } from "../core/arrow.ts";
import { bytesOf } from "../core/bytes.ts";
import { ConversionError } from "../core/errors.ts";
import type { RowRange } from "../core/row_range.ts";
import { isNull } from "./bits.ts";
import type { ColumnPlan } from "./column_plan.ts";

const WORD = 0x1_0000_0000;

/** The values of a range, `width` bytes each, as bytes; not copied unless some are missing. */
export function bytesIn(
  plan: ColumnPlan,
  data: ArrowData,
  { firstRow, endRow }: RowRange,
  width: number,
): Uint8Array {
  const all = bytesOf(data.values);
  const end = endRow * width;
  if (end <= all.length) return all.subarray(firstRow * width, end);
  // Arrow's own tools pad a short column with nulls and do not lengthen its values for them.
  assertNulls(plan, data, Math.floor(all.length / width), endRow);
  const padded = new Uint8Array((endRow - firstRow) * width);
  padded.set(all.subarray(Math.min(firstRow * width, all.length)));
  return padded;
}

/** The values of a range as 32-bit words. */
export function wordsIn(
  plan: ColumnPlan,
  data: ArrowData,
  range: RowRange,
  wordsPerValue: number,
): Int32Array {
  return wordsOf(bytesIn(plan, data, range, 4 * wordsPerValue));
}

/** Where values of variable length lie. */
export interface Extent {
  /** Where the first begins. */
  readonly start: number;
  /** Where the last ends. */
  readonly end: number;
  /** Where the first begins and each ends, counted from `start`. */
  readonly bounds: Float64Array;
}

/**
 * The offsets of a range, from 0.
 *
 * @param limit how many elements there are
 * @throws {ConversionError} when they lead elsewhere
 */
export function extentOf(
  plan: ColumnPlan,
  data: ArrowData,
  { firstRow, endRow }: RowRange,
  limit: number,
): Extent {
  const { valueOffsets } = data;
  const wide = valueOffsets?.BYTES_PER_ELEMENT === 8;
  const words = wordsOf(bytesOf(valueOffsets));
  const available = Math.max((wide ? words.length >> 1 : words.length) - 1, 0);
  const known = Math.min(endRow, available);
  if (known < endRow) assertNulls(plan, data, Math.max(available, firstRow), endRow);
  const bounds = new Float64Array(endRow - firstRow + 1);
  const offset = (at: number) =>
    wide ? words[2 * at + 1]! * WORD + (words[2 * at]! >>> 0) : words[at]!;
  const start = known < firstRow || words.length === 0 ? 0 : offset(firstRow);
  let end = start;
  let isOrdered = start >= 0;
  for (let row = firstRow + 1; row <= endRow; row++) {
    const next = row <= known ? offset(row) : end;
    if (next < end) isOrdered = false;
    end = next;
    bounds[row - firstRow] = end - start;
  }
  if (!isOrdered || end > limit) {
    throw new ConversionError(
      `column "${plan.path}" has offsets that lead outside its ${limit} elements: the batch is ` +
        "damaged",
      { details: { column: plan.path, limit } },
    );
  }
  return { start, end, bounds };
}

/** Bounds as offsets of 64 bits. */
export function wideOffsets(bounds: Float64Array): Int32Array {
  const words = new Int32Array(2 * bounds.length);
  for (let at = 0; at < bounds.length; at++) {
    const bound = bounds[at]!;
    words[2 * at] = bound; // modulo 2^32
    words[2 * at + 1] = bound / WORD;
  }
  return words;
}

/** Bounds of so many values of the same size. */
export function evenBounds(count: number, width: number): Float64Array {
  return Float64Array.from({ length: count + 1 }, (_, at) => at * width);
}

/** Bytes as words of 32 bits, copied only if they do not begin where words may. */
export function wordsOf(bytes: Uint8Array): Int32Array {
  const length = bytes.byteLength >> 2;
  if ((bytes.byteOffset & 3) === 0) return new Int32Array(bytes.buffer, bytes.byteOffset, length);
  return new Int32Array(bytes.slice().buffer, 0, length);
}

/** @throws {ConversionError} unless everything from `available` on is null */
export function assertNulls(
  plan: ColumnPlan,
  data: ArrowData,
  available: number,
  wanted: number,
): void {
  for (let row = available; row < wanted; row++) {
    if (isNull(data, row)) continue;
    throw new ConversionError(
      `column "${plan.path}" holds ${available} of ${wanted} values: the batch is damaged`,
      { details: { column: plan.path, limit: wanted, actual: available } },
    );
  }
}
