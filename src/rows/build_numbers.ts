/**
 * Numbers, and what is a number underneath: dates, times, timestamps, durations.
 *
 * @module
 */
import { type Data, type DataType, makeData, Precision, TimeUnit, Type } from "apache-arrow";
import { kindOf } from "../core/kind.ts";
import type { Values } from "./conversion.ts";
import type { ScalarShape } from "./row_column.ts";
import { Validity } from "./validity.ts";

const WORD = 0x1_0000_0000;
const DAY_MS = 86_400_000;
const WHOLE = /^-?(?:0|[1-9]\d*)$/;

/** What an Arrow type of numbers is made of. */
interface NumberType {
  readonly typeId: number;
  readonly bitWidth?: number;
  readonly isSigned?: boolean;
  readonly precision?: number;
  readonly unit?: number;
}

/** How many of a unit a millisecond has; less than one of seconds. */
const PER_MS: Readonly<Record<number, number>> = {
  [TimeUnit.SECOND]: 0.001,
  [TimeUnit.MILLISECOND]: 1,
  [TimeUnit.MICROSECOND]: 1_000,
  [TimeUnit.NANOSECOND]: 1_000_000,
};

/** Numbers of double or single precision. */
export function buildFloats(values: Values, type: DataType): Data {
  const { items } = values;
  const isSingle = (type as NumberType).precision === Precision.SINGLE;
  const data = isSingle ? new Float32Array(items.length) : new Float64Array(items.length);
  const validity = new Validity(items.length);
  for (let at = 0; at < items.length; at++) {
    const value = items[at];
    if (typeof value === "number") data[at] = value;
    else if (value === null || value === undefined) validity.clear(at);
    else if (typeof value !== "bigint") values.refuse(at, expected("a number", value));
    else if (BigInt(Number(value)) === value) data[at] = Number(value);
    else values.refuse(at, "bigint that no floating-point number is equal to");
  }
  return makeData({ type, ...validity.properties, data } as never);
}

/** Whole numbers of 8, 16 or 32 bits, days included. */
export function buildSmall(values: Values, shape: ScalarShape): Data {
  const { type } = shape;
  const { typeId, bitWidth = 32, isSigned = true } = type as NumberType;
  const { items } = values;
  const data = new type.ArrayType(items.length) as Int32Array;
  const validity = new Validity(items.length);
  const [least, largest] = isSigned
    ? [-(2 ** (bitWidth - 1)), 2 ** (bitWidth - 1) - 1]
    : [0, 2 ** bitWidth - 1];
  const isDate = typeId === Type.Date;
  for (let at = 0; at < items.length; at++) {
    const value = items[at];
    if (value === null || value === undefined) {
      validity.clear(at);
      continue;
    }
    const number = typeof value === "number" ? value : numberOf(value, isDate, shape.names);
    const scaled = number !== undefined && shape.perDay !== undefined && typeof value !== "object"
      ? Math.floor(number / shape.perDay)
      : number;
    if (scaled === undefined) values.refuse(at, expected(wanted(isDate, shape), value));
    else if (!Number.isInteger(scaled)) values.refuse(at, notWhole(value));
    else if (scaled < least || scaled > largest) values.refuse(at, outOfRange(type));
    else data[at] = scaled;
  }
  return makeData({ type, ...validity.properties, data } as never);
}

/** What stands for a number of few bits, as one; undefined if nothing does. */
function numberOf(
  value: unknown,
  isDate: boolean,
  names: ScalarShape["names"],
): number | undefined {
  if (typeof value === "bigint") return Number(value);
  if (isDate && value instanceof Date) return Math.floor(value.getTime() / DAY_MS);
  return typeof value === "string" ? names?.get(value) : undefined;
}

function wanted(isDate: boolean, { names }: ScalarShape): string {
  if (isDate) return "a Date or a number";
  return names === undefined ? "a whole number" : "a number or a name of the enumeration";
}

/** Whole numbers of 64 bits; timestamps, times and durations in their unit. */
export function buildLarge(values: Values, type: DataType): Data {
  const { typeId, isSigned = true, unit = TimeUnit.MICROSECOND } = type as NumberType;
  const { items } = values;
  const words = new Int32Array(2 * items.length);
  const validity = new Validity(items.length);
  const isTimestamp = typeId === Type.Timestamp;
  const unsigned = typeId === Type.Int && !isSigned;
  for (let at = 0; at < items.length; at++) {
    const value = items[at];
    if (value === null || value === undefined) {
      validity.clear(at);
      continue;
    }
    const number = isTimestamp && value instanceof Date ? timeOf(value, unit) : value;
    if (typeof number === "number") {
      if (!Number.isInteger(number)) values.refuse(at, notWhole(value));
      else if (!Number.isSafeInteger(number)) {
        values.refuse(at, "number beyond 2^53, where numbers are not exact any more: use a bigint");
      } else if (number < 0 && unsigned) values.refuse(at, outOfRange(type));
      else {
        words[2 * at] = number; // modulo 2^32
        words[2 * at + 1] = Math.floor(number / WORD);
      }
      continue;
    }
    const exact = typeof number === "bigint"
      ? number
      : typeof number === "string" && typeId === Type.Int && WHOLE.test(number)
      ? BigInt(number)
      : undefined;
    if (exact === undefined) {
      values.refuse(at, expected(isTimestamp ? "a Date, a number or a bigint" : LARGE, value));
    } else if ((unsigned ? BigInt.asUintN(64, exact) : BigInt.asIntN(64, exact)) !== exact) {
      values.refuse(at, outOfRange(type));
    } else {
      words[2 * at] = Number(BigInt.asIntN(32, exact));
      words[2 * at + 1] = Number(BigInt.asIntN(32, exact >> 32n));
    }
  }
  const data = new type.ArrayType(words.buffer);
  return makeData({ type, ...validity.properties, data } as never);
}

const LARGE = "a whole number, a bigint or a string of digits";

/** A moment in a unit; as a bigint where a number would not be exact. */
function timeOf(date: Date, unit: number): number | bigint {
  const ms = date.getTime();
  const factor = PER_MS[unit] ?? 1;
  if (factor < 1) return Math.floor(ms / 1_000);
  const scaled = ms * factor;
  return Number.isNaN(ms) || Number.isSafeInteger(scaled) ? scaled : BigInt(ms) * BigInt(factor);
}

function expected(what: string, value: unknown): string {
  return `expected ${what}, got ${kindOf(value)}`;
}

function notWhole(value: unknown): string {
  if (value instanceof Date) return "a Date that is no moment";
  return "expected a whole number, got one with a fraction, NaN or an infinity";
}

function outOfRange(type: DataType): string {
  return `number out of range for ${type}`;
}
