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

// The value that was loaded last: its sign, and how many of `digits` it has.
let isNegative = false;
let count = 0;

/**
 * Writes one decimal as a string: all digits of the scale, no exponent, no leading zeros but one
 * before the point.
 */
export function writeDecimal(sink: Sink, column: Column, index: number): void {
  const length = loadDecimal(column, index);
  sink.reserve(10 + length);
  sink.tag(column.tag);
  sink.varint32(length);
  putDecimal(sink, column.scale);
}

/** Takes up one decimal for {@linkcode putDecimal}; returns the length of its text. */
export function loadDecimal(column: Column, index: number): number {
  const { scale } = column;
  isNegative = loadMagnitude(column, index);
  count = extractDigits(2 * column.width);
  return (isNegative ? 1 : 0) + Math.max(wholeDigits(scale), 1) + appendedZeros(scale) +
    (scale > 0 ? 1 + scale : 0);
}

/** Writes the text of the decimal that was loaded last, for which there must be room. */
export function putDecimal(sink: Sink, scale: number): void {
  const { bytes } = sink;
  let at = sink.position;
  let digit = count;
  if (isNegative) bytes[at++] = MINUS;
  if (wholeDigits(scale) === 0) bytes[at++] = ZERO;
  for (let left = wholeDigits(scale); left > 0; left--) bytes[at++] = digits[--digit]!;
  for (let left = appendedZeros(scale); left > 0; left--) bytes[at++] = ZERO;
  if (scale > 0) {
    bytes[at++] = POINT;
    for (let left = scale; left > count; left--) bytes[at++] = ZERO;
    while (digit > 0) bytes[at++] = digits[--digit]!;
  }
  sink.position = at;
}

/** Digits of the loaded decimal before the point. */
function wholeDigits(scale: number): number {
  return Math.max(count - Math.max(scale, 0), 0);
}

/** Zeros that a negative scale stands for. */
function appendedZeros(scale: number): number {
  const isZero = count === 1 && digits[0] === ZERO;
  return scale < 0 && !isZero ? -scale : 0;
}

/** Puts the absolute value into `halves`, low half first; says whether it was negative. */
function loadMagnitude(column: Column, index: number): boolean {
  const { i32, width } = column;
  const from = index * width;
  const negative = i32[from + width - 1]! < 0;
  let carry = 1;
  for (let word = 0; word < width; word++) {
    let value = i32[from + word]!;
    if (negative) {
      value = ~value + carry | 0;
      if (value !== 0) carry = 0;
    }
    halves[2 * word] = value & 0xffff;
    halves[2 * word + 1] = value >>> 16;
  }
  return negative;
}

/** Divides `halves` down to nothing; puts the digits into `digits`, last first; at least one. */
function extractDigits(size: number): number {
  let top = size;
  let found = 0;
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
      digits[found++] = ZERO + rest - quotient * 10;
      rest = quotient;
    }
  }
  while (found > 1 && digits[found - 1] === ZERO) found--;
  if (found === 0) digits[found++] = ZERO;
  return found;
}
