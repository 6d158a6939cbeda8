/**
 * Decimals as plain text: all digits of the scale, no exponent, no leading zeros but one before the
 * point.
 *
 * @module
 */
import type { Column } from "./column.ts";
import type { Sink } from "./sink.ts";

const ZERO = 0x30;
const POINT = 0x2e;
const MINUS = 0x2d;
const WORD = 0x1_0000_0000;

/** Digits are taken off nine at a time: what nine digits leave over still fits a double's 53 bits. */
const CHUNK = 1_000_000_000;
const CHUNK_DIGITS = 9;

// Work space for one value, which is worked out as numbers: 88 ns for twelve digits, against 218 as
// sixteen bits at a time; nothing is awaited while it is in use.
const halves = new Uint16Array(32);
/** Last digit first. */
const digits = new Uint8Array(180);
let digitCount = 0;
let isNegative = false;

/** Writes one decimal as a string. */
export function writeDecimal(sink: Sink, column: Column, index: number): void {
  const size = loadDecimal(column, index);
  sink.reserve(10 + size);
  sink.tag(column.tag);
  sink.varint32(size);
  sink.position = putDecimal(sink.bytes, sink.position, column.scale);
}

/** Works a value out; returns how many characters it has. */
export function loadDecimal({ i32, width, scale }: Column, index: number): number {
  const from = index * width;
  digitCount = 0;
  if (isSmall(i32, from, width)) {
    const value = i32[from + 1]! * WORD + (i32[from]! >>> 0);
    isNegative = value < 0;
    let rest = Math.abs(value);
    while (rest >= CHUNK) {
      const quotient = Math.floor(rest / CHUNK);
      takeDigits(rest - quotient * CHUNK | 0, CHUNK_DIGITS);
      rest = quotient;
    }
    takeDigits(rest | 0, 1);
  } else {
    isNegative = loadMagnitude(i32, from, width);
    extractDigits(2 * width);
    if (digitCount === 0) takeDigits(0, 1);
  }
  const sign = isNegative ? 1 : 0;
  if (scale > 0) return sign + Math.max(digitCount, scale + 1) + 1;
  return sign + digitCount + (scale < 0 && !isZero() ? -scale : 0);
}

/** Writes the value that {@linkcode loadDecimal} has last worked out; returns where it ends. */
export function putDecimal(bytes: Uint8Array, start: number, scale: number): number {
  let at = start;
  let digit = digitCount;
  if (isNegative) bytes[at++] = MINUS;
  if (scale <= 0) {
    while (digit > 0) bytes[at++] = digits[--digit]!;
    for (let left = isZero() ? 0 : -scale; left > 0; left--) bytes[at++] = ZERO;
    return at;
  }
  if (digit <= scale) bytes[at++] = ZERO;
  while (digit > scale) bytes[at++] = digits[--digit]!;
  bytes[at++] = POINT;
  for (let left = scale; left > digit; left--) bytes[at++] = ZERO;
  while (digit > 0) bytes[at++] = digits[--digit]!;
  return at;
}

function isZero(): boolean {
  return digitCount === 1 && digits[0] === ZERO;
}

/** Whether a value has no more than the 53 bits of a double, as most have: the rest is sign. */
function isSmall(i32: Int32Array, from: number, width: number): boolean {
  const high = i32[from + 1]!;
  if (width < 2 || high < -0x20_0000 || high >= 0x20_0000) return false;
  for (let word = 2; word < width; word++) if (i32[from + word] !== high >> 31) return false;
  return true;
}

/** Puts the absolute value into `halves`, low half first; says whether it was negative. */
function loadMagnitude(i32: Int32Array, from: number, width: number): boolean {
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

/** Divides `halves` down to nothing. */
function extractDigits(size: number): void {
  let top = size;
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
    takeDigits(rest | 0, top > 0 ? CHUNK_DIGITS : 1);
  }
}

/** Takes the digits off a whole number below 10^9, at least so many. */
function takeDigits(number: number, fewest: number): void {
  let count = digitCount;
  const least = count + fewest;
  let rest = number;
  while (rest > 0 || count < least) {
    const quotient = rest / 10 | 0;
    digits[count++] = ZERO + rest - quotient * 10;
    rest = quotient;
  }
  digitCount = count;
}
