/**
 * JSON values in the binary form of Delta's VARIANT: the Variant encoding of Parquet.
 *
 * @module
 */
import { joined } from "../core/bytes.ts";
import { ConversionError } from "../core/errors.ts";
import { kindOf } from "../core/kind.ts";

/** What a VARIANT is made of here: JSON, and integers of 64 bits as `bigint`. */
export type VariantValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly VariantValue[]
  | { readonly [key: string]: VariantValue };

/** A value in its binary form. */
export interface EncodedVariant {
  /** The names of all fields in it, each once. */
  readonly metadata: Uint8Array;
  /** The value itself, with fields by their number among those names. */
  readonly value: Uint8Array;
}

/** Basic types: the two low bits of a value's first byte. */
const PRIMITIVE = 0;
const SHORT_STRING = 1;
const OBJECT = 2;
const ARRAY = 3;

/** Primitive types: the six bits above those. */
const NULL = 0;
const TRUE = 1;
const FALSE = 2;
const INT8 = 3;
const INT16 = 4;
const INT32 = 5;
const INT64 = 6;
const DOUBLE = 7;
const STRING = 16;

/** Version 1, and the bit that says that the names are sorted. */
const SORTED_METADATA = 0x11;
const MAX_SHORT_STRING = 63;
/** Deepest nesting that is written; what is deeper is probably in a circle. */
const MAX_DEPTH = 128;

const encoder = new TextEncoder();

/**
 * Encodes a value. Whole numbers are integers of as few bytes as they need, others doubles.
 *
 * @example
 * ```ts
 * import { encodeVariant } from "@zerobus/wrapper";
 * import { assertEquals } from "@std/assert";
 *
 * const { value } = encodeVariant(21);
 * assertEquals(value, Uint8Array.of(3 << 2, 21)); // an integer of one byte
 * ```
 *
 * @throws {ConversionError} for what is neither JSON nor a 64-bit integer, naming its kind and path
 */
export function encodeVariant(value: VariantValue): EncodedVariant {
  const names = new Map<string, Uint8Array>();
  collectNames(value, names, "$", 0);
  // By their bytes, as the format wants the fields of objects to be.
  const sorted = [...names].sort(([, one], [, other]) => compareBytes(one, other));
  const ids = new Map(sorted.map(([name], id) => [name, id]));
  return { metadata: metadataOf(sorted.map(([, bytes]) => bytes)), value: encode(value, ids) };
}

function collectNames(
  value: VariantValue,
  names: Map<string, Uint8Array>,
  path: string,
  depth: number,
): void {
  if (depth > MAX_DEPTH) throw notJson(path, `something nested more than ${MAX_DEPTH} deep`);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      collectNames(item, names, `${path}[${index}]`, depth + 1);
    }
  } else if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      if (!names.has(name)) names.set(name, encoder.encode(name));
      collectNames(item, names, `${path}.${name}`, depth + 1);
    }
  } else {
    checkScalar(value, path);
  }
}

function checkScalar(value: unknown, path: string): void {
  switch (typeof value) {
    case "boolean":
    case "string":
      return;
    case "number":
      if (!Number.isFinite(value)) throw notJson(path, `the number ${value}`);
      return;
    case "bigint":
      if (BigInt.asIntN(64, value) !== value) throw notJson(path, "a bigint of more than 64 bits");
      return;
    default:
      if (value !== null) throw notJson(path, kindOf(value));
  }
}

/** An object as literals and JSON.parse make them; what has a class of its own is something else. */
function isObject(value: VariantValue): value is { readonly [key: string]: VariantValue } {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function metadataOf(names: readonly Uint8Array[]): Uint8Array {
  const total = names.reduce((sum, { length }) => sum + length, 0);
  const width = widthOf(Math.max(total, names.length));
  return joined([
    Uint8Array.of(SORTED_METADATA | ((width - 1) << 6)),
    numbers([names.length, ...ends(names)], width),
    ...names,
  ]);
}

function encode(value: VariantValue, ids: ReadonlyMap<string, number>): Uint8Array {
  if (value === null) return primitive(NULL);
  if (typeof value === "boolean") return primitive(value ? TRUE : FALSE);
  if (typeof value === "string") return encodeText(value);
  if (typeof value === "bigint") return encodeInteger(value);
  if (typeof value === "number") {
    // A negative zero is no integer.
    return Number.isSafeInteger(value) && !Object.is(value, -0)
      ? encodeInteger(BigInt(value))
      : encodeDouble(value);
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => encode(item, ids));
    const width = widthOf(sizeOf(items));
    const large = items.length > 0xff;
    const header = (width - 1) | (large ? 4 : 0);
    return joined([
      Uint8Array.of(ARRAY | (header << 2)),
      numbers([items.length], large ? 4 : 1),
      numbers(ends(items), width),
      ...items,
    ]);
  }
  return encodeObject(value as { readonly [key: string]: VariantValue }, ids);
}

function encodeObject(
  value: { readonly [key: string]: VariantValue },
  ids: ReadonlyMap<string, number>,
): Uint8Array {
  const fields = Object.entries(value)
    .map(([name, item]) => ({ id: ids.get(name) ?? 0, bytes: encode(item, ids) }))
    .sort((one, other) => one.id - other.id);
  const values = fields.map(({ bytes }) => bytes);
  const width = widthOf(sizeOf(values));
  const idWidth = widthOf(ids.size);
  const large = fields.length > 0xff;
  const header = (width - 1) | ((idWidth - 1) << 2) | (large ? 16 : 0);
  return joined([
    Uint8Array.of(OBJECT | (header << 2)),
    numbers([fields.length], large ? 4 : 1),
    numbers(fields.map(({ id }) => id), idWidth),
    numbers(ends(values), width),
    ...values,
  ]);
}

function encodeText(text: string): Uint8Array {
  const bytes = encoder.encode(text);
  if (bytes.length <= MAX_SHORT_STRING) {
    return joined([Uint8Array.of(SHORT_STRING | (bytes.length << 2)), bytes]);
  }
  return joined([primitive(STRING), numbers([bytes.length], 4), bytes]);
}

const INTEGERS: readonly (readonly [type: number, bytes: number])[] = [
  [INT8, 1],
  [INT16, 2],
  [INT32, 4],
  [INT64, 8],
];

function encodeInteger(value: bigint): Uint8Array {
  const [type, bytes] = INTEGERS.find(([, size]) => BigInt.asIntN(8 * size, value) === value)!;
  const encoded = new Uint8Array(9);
  encoded[0] = PRIMITIVE | (type << 2);
  new DataView(encoded.buffer).setBigInt64(1, value, true);
  return encoded.subarray(0, 1 + bytes);
}

function encodeDouble(value: number): Uint8Array {
  const encoded = new Uint8Array(9);
  encoded[0] = PRIMITIVE | (DOUBLE << 2);
  new DataView(encoded.buffer).setFloat64(1, value, true);
  return encoded;
}

function primitive(type: number): Uint8Array {
  return Uint8Array.of(PRIMITIVE | (type << 2));
}

/** How many bytes a number needs: one to four. */
function widthOf(largest: number): number {
  return largest <= 0xff ? 1 : largest <= 0xffff ? 2 : largest <= 0xff_ffff ? 3 : 4;
}

/** Little-endian numbers of so many bytes. */
function numbers(values: readonly number[], width: number): Uint8Array {
  const bytes = new Uint8Array(values.length * width);
  for (const [index, value] of values.entries()) {
    for (let byte = 0; byte < width; byte++) bytes[index * width + byte] = value >>> (8 * byte);
  }
  return bytes;
}

/** Where the first part begins and each ends. */
function ends(parts: readonly Uint8Array[]): number[] {
  let end = 0;
  return [0, ...parts.map(({ length }) => end += length)];
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

function compareBytes(one: Uint8Array, other: Uint8Array): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) {
    if (one[at] !== other[at]) return one[at]! - other[at]!;
  }
  return one.length - other.length;
}

function notJson(path: string, found: string): ConversionError {
  return new ConversionError(
    `${path}: expected JSON (or an integer of 64 bits as bigint), got ${found}`,
  );
}
