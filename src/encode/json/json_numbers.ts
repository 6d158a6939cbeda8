/**
 * Floating-point numbers as JSON: the fewest digits that mean the same number in its own precision.
 *
 * @module
 */
import { Refusal } from "../refusal.ts";
import type { Sink } from "../sink.ts";
import { writeShortDouble, writeShortSingle } from "./json_decimals.ts";
import { writeSafe } from "./json_integers.ts";
import { writeAscii } from "./json_text.ts";

/** Up to here every whole number of single precision is there, and 2^24 has eight digits. */
const WHOLE_SINGLES = 0x100_0000;
/** The least number with all of single precision's bits; those below have fewer. */
const LEAST_NORMAL = 2 ** -126;
/** As many digits as single precision may need. */
const MOST_DIGITS = 9;

/**
 * Writes a number of double precision.
 *
 * @throws {Refusal} for NaN and the infinities
 */
export function writeDouble(sink: Sink, path: string, value: number): void {
  if (Number.isSafeInteger(value)) writeWhole(sink, value);
  else if (!writeShortDouble(sink, value)) writeAscii(sink, String(finite(path, value)));
}

/**
 * Writes a number of single precision.
 *
 * @throws {Refusal} for NaN and the infinities
 */
export function writeSingle(sink: Sink, path: string, value: number): void {
  if (value === Math.trunc(value) && Math.abs(value) <= WHOLE_SINGLES) writeWhole(sink, value);
  else if (!writeShortSingle(sink, value)) {
    writeAscii(sink, String(shortest(finite(path, value))));
  }
}

function writeWhole(sink: Sink, value: number): void {
  if (Object.is(value, -0)) writeAscii(sink, "-0.0");
  else writeSafe(sink, value);
}

function finite(path: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new Refusal(path, "NaN or infinity, which JSON has no number for");
}

/** The double with the fewest digits that is a number of single precision there. */
function shortest(value: number): number {
  // What fewer than six digits say, six say with zeros after them, which a double does not keep;
  // unless the number has so few bits that six digits already name another one.
  const fewest = Math.abs(value) < LEAST_NORMAL ? 1 : 6;
  for (let digits = fewest; digits < MOST_DIGITS; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number(value.toPrecision(MOST_DIGITS));
}
