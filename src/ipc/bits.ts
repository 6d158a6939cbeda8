/**
 * Bit-packed buffers: validity and truth.
 *
 * @module
 */
import type { ArrowData } from "../core/arrow.ts";
import type { RowRange } from "../core/row_range.ts";

/** Whether one of the bits is set. */
export function bitAt(bits: Uint8Array, index: number): boolean {
  return ((bits[index >> 3]! >> (index & 7)) & 1) === 1;
}

/** The bits `[start, end)` from a byte's first bit on; not copied if they begin at one. */
export function bitsFrom(bits: Uint8Array, start: number, end: number): Uint8Array {
  const length = (end - start + 7) >> 3;
  const first = start >> 3;
  const shift = start & 7;
  if (shift === 0) return bits.subarray(first, first + length);
  const shifted = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    const low = bits[first + at]! >> shift;
    const high = (bits[first + at + 1] ?? 0) << (8 - shift);
    shifted[at] = low | high;
  }
  return shifted;
}

/** How many of the bits `[start, end)` are not set. */
export function countZeros(bits: Uint8Array, start: number, end: number): number {
  let ones = 0;
  let at = start;
  for (; at < end && (at & 7) !== 0; at++) ones += bitAt(bits, at) ? 1 : 0;
  for (; at + 8 <= end; at += 8) ones += ONES[bits[at >> 3]!]!;
  for (; at < end; at++) ones += bitAt(bits, at) ? 1 : 0;
  return end - start - ones;
}

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0;
  for (let rest = byte; rest > 0; rest >>= 1) ones += rest & 1;
  return ones;
});

/** Validity of an array, or nothing if none of its values is null. */
export function validityOf(data: ArrowData): Uint8Array | undefined {
  const { nullBitmap } = data;
  if (!nullBitmap || nullBitmap.length === 0 || data.nullCount === 0) return undefined;
  return nullBitmap;
}

/** Whether a value is null. */
export function isNull(data: ArrowData, index: number): boolean {
  const validity = validityOf(data);
  return validity !== undefined && !bitAt(validity, data.offset + index);
}

/** How many of the values are null. */
export function nullsIn(data: ArrowData, { firstRow, endRow }: RowRange): number {
  const validity = validityOf(data);
  if (validity === undefined) return 0;
  return countZeros(validity, data.offset + firstRow, data.offset + endRow);
}
