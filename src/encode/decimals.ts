/**
 * Decimals as plain text.
 *
 * @module
 */
import type { Column } from "./column.ts";
import type { Sink } from "./sink.ts";

const ZERO = 0x30;
const POINT = 0x2e;
const MINUS = 0x2d;

/** Digits are taken off nine at a time: what nine digits leave over still fits a double's 53 bits. */
const CHUNK = 1_000_000_000;
const CHUNK_DIGITS = 9;

// Work space for one value; nothing is awaited while it is in use.
const halves = new Uint16Array(32);
const digits = new Uint8Array(180);

/**
 * Writes one decimal as a string: all digits of the scale, no exponent, no leading zeros but one
 * before the point.
 */
export function writeDecimal(sink: Sink, column: Column, index: number): void {
  const { scale } = column;
  const isNegative = loadMagnitude(column, index);
  const count = extractDigits(2 * column.width);
  const isZero = count === 1 && digits[0] === ZERO;
  const wholeDigits = Math.max(count - Math.max(scale, 0), 0);
  const appendedZeros = scale < 0 && !isZero ? -scale : 0;
  const length = (isNegative ? 1 : 0) + Math.max(wholeDigits, 1) + appendedZeros +
    (scale > 0 ? 1 + scale : 0);

  sink.reserve(10 + length);
  sink.tag(column.tag);
  sink.varint32(length);
  const { bytes } = sink;
  let at = sink.position;
  let digit = count;
  if (isNegative) bytes[at++] = MINUS;
  if (wholeDigits === 0) bytes[at++] = ZERO;
  for (let left = wholeDigits; left > 0; left--) bytes[at++] = digits[--digit]!;
  for (let left = appendedZeros; left > 0; left--) bytes[at++] = ZERO;
  if (scale > 0) {
    bytes[at++] = POINT;
    for (let left = scale; left > count; left--) bytes[at++] = ZERO;
    while (digit > 0) bytes[at++] = digits[--digit]!;
  }
  sink.position = at;
}

/** Puts the absolute value into `halves`, low half first; says whether it was negative. */
function loadMagnitude(column: Column, index: number): boolean {
  const { i32, width } = column;
  const from = index * width;
  const isNegative = i32[from + width - 1]! < 0;
  let carry = 1;
  for (let word = 0; word < width; word++) {
    let value = i32[from + word]!;
    if (isNegative) {
      value = ~value + carry | 0;
      if (value !== 0) carry = 0;
    }
    halves[2 * word] = value & 0xffff;
    halves[2 * word + 1] = value >>> 16;
  }
  return isNegative;
}

/** Divides `halves` down to nothing; puts the digits into `digits`, last first; at least one. */
function extractDigits(size: number): number {
  let top = size;
  let count = 0;
  while (top > 0 && halves[top - 1] === 0) top--;
  while (top > 0) {
    let rest = 0;
    for (let at = top - 1; at >= 0; at--) {
      const value = rest * 0x1_0000 + halves[at]!;
      const quotient = Math.floor(value / CHUNK);
      halves[at] = quotient;
      rest = value - quotient * CHUNK;
    }
    while (top > 0 && halves[top - 1] === 0) top--;
    for (let digit = 0; digit < CHUNK_DIGITS; digit++) {
      const quotient = Math.floor(rest / 10);
      digits[count++] = ZERO + rest - quotient * 10;
      rest = quotient;
    }
  }
  while (count > 1 && digits[count - 1] === ZERO) count--;
  if (count === 0) digits[count++] = ZERO;
  return count;
}
