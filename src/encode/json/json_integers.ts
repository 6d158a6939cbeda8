/**
 * Integers as JSON, and everything that is an integer underneath: dates, times, timestamps,
 * durations. As numbers where a double holds them exactly, as text beyond.
 *
 * @module
 */
import type { Source } from "../../schema/field_plan.ts";
import type { Column } from "../column.ts";
import { Refusal } from "../refusal.ts";
import type { Sink } from "../sink.ts";

const WORD = 0x1_0000_0000;
const BILLION = 1_000_000_000;
const ZERO = 0x30;
const MINUS = 0x2d;
const QUOTE = 0x22;

/** The numbers of two digits, one after the other. */
const PAIRS = Uint8Array.from(
  { length: 200 },
  (_, at) => ZERO + (at % 2 === 0 ? Math.floor(at / 20) : (at >> 1) % 10),
);

const OVERFLOW = "number beyond 2^63 − 1, the largest there is room for";
const TIME_OVERFLOW = "time that is no 64-bit number of microseconds";
const DATE_OVERFLOW = "date that is no 32-bit number of days";

/**
 * Writes one integer, in the unit that the service counts in.
 *
 * @throws {Refusal} if there is no room for it in any table.
 */
export function writeInteger(sink: Sink, column: Column, index: number): void {
  // Cases are literals, which compile to a jump table; `satisfies` holds them to the names.
  switch (column.source) {
    case 0 satisfies typeof Source.Int8:
      return writeSafe(sink, column.i8[index]!);
    case 1 satisfies typeof Source.Int16:
      return writeSafe(sink, column.i16[index]!);
    case 2 satisfies typeof Source.Int32:
      return writeSafe(sink, column.i32[index]!);
    case 4 satisfies typeof Source.Uint8:
      return writeSafe(sink, column.bytes[index]!);
    case 5 satisfies typeof Source.Uint16:
      return writeSafe(sink, column.u16[index]!);
    case 6 satisfies typeof Source.Uint32:
      return writeSafe(sink, column.i32[index]! >>> 0);
    case 8 satisfies typeof Source.ScaledInt32:
      // At most 2^31 seconds: a double has them exactly.
      return writeSafe(sink, column.i32[index]! * column.factor);
    default:
      return writeWide(sink, column, column.i32[2 * index]!, column.i32[2 * index + 1]!);
  }
}

/** A number of 64 bits, as its two words. */
function writeWide(sink: Sink, column: Column, low: number, high: number): void {
  switch (column.source) {
    case 7 satisfies typeof Source.Uint64:
      if (high < 0) throw new Refusal(column.path, OVERFLOW);
      return writeWords(sink, low, high);
    case 9 satisfies typeof Source.ScaledInt64:
      return writeScaled(sink, column, low, high);
    case 10 satisfies typeof Source.Nanoseconds: {
      // A thousandth, rounded down: word by word, as on paper.
      const highQuotient = Math.floor(high / 1000);
      const rest = (high - highQuotient * 1000) * WORD + (low >>> 0);
      return writeWords(sink, Math.floor(rest / 1000), highQuotient);
    }
    case 11 satisfies typeof Source.DateMilliseconds: {
      // A day is 2^10 × 84,375 ms, and 54 bits are left after the shift.
      const days = Math.floor((high * 0x40_0000 + (low >>> 10)) / 84_375);
      if (days !== (days | 0)) throw new Refusal(column.path, DATE_OVERFLOW);
      return writeSafe(sink, days);
    }
    default:
      return writeWords(sink, low, high);
  }
}

function writeScaled(sink: Sink, column: Column, low: number, high: number): void {
  const value = (high * WORD + (low >>> 0)) * column.factor;
  // Whatever was rounded on the way here is not safe any more.
  if (Number.isSafeInteger(value)) return writeSafe(sink, value);
  const exact = exactly(low, high) * BigInt(column.factor);
  if (BigInt.asIntN(64, exact) !== exact) throw new Refusal(column.path, TIME_OVERFLOW);
  writeText(sink, exact);
}

function writeWords(sink: Sink, low: number, high: number): void {
  const value = high * WORD + (low >>> 0);
  if (Number.isSafeInteger(value)) writeSafe(sink, value);
  else writeText(sink, exactly(low, high));
}

function exactly(low: number, high: number): bigint {
  return BigInt(high) << 32n | BigInt(low >>> 0);
}

function writeText(sink: Sink, value: bigint): void {
  const text = String(value);
  sink.reserve(text.length + 2);
  const { bytes } = sink;
  let at = sink.position;
  bytes[at++] = QUOTE;
  for (let digit = 0; digit < text.length; digit++) bytes[at++] = text.charCodeAt(digit);
  bytes[at++] = QUOTE;
  sink.position = at;
}

/** Writes a whole number that a double holds exactly. Negative zero is zero. */
export function writeSafe(sink: Sink, value: number): void {
  sink.reserve(17);
  let rest = value;
  if (rest < 0) {
    sink.bytes[sink.position++] = MINUS;
    rest = -rest;
  }
  if (rest < BILLION) return writeDigits(sink, rest | 0, digitsOf(rest | 0));
  const billions = Math.floor(rest / BILLION);
  writeDigits(sink, billions, digitsOf(billions));
  writeDigits(sink, rest - billions * BILLION | 0, 9);
}

/** Writes as many digits of a number below 2^31 as are asked for; the first ones may be zeros. */
export function writeDigits(sink: Sink, value: number, count: number): void {
  const { bytes, position } = sink;
  let rest = value | 0;
  let at = position + count | 0;
  // Two at a time: half the divisions, of which each waits for the one before.
  for (; at - position > 1; at -= 2) {
    const quotient = rest / 100 | 0;
    const pair = 2 * (rest - 100 * quotient);
    bytes[at - 1] = PAIRS[pair + 1]!;
    bytes[at - 2] = PAIRS[pair]!;
    rest = quotient;
  }
  if (at > position) bytes[position] = ZERO + rest;
  sink.position = position + count;
}

/** How many digits a number below 2^31 has. */
export function digitsOf(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1_000 ? 3 : 4;
  if (value < 1_000_000) return value < 100_000 ? 5 : 6;
  if (value < 100_000_000) return value < 10_000_000 ? 7 : 8;
  return value < BILLION ? 9 : 10;
}
