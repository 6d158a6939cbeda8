/**
 * Arrow arrays from plain values, without compiling code as apache-arrow's builders do.
 *
 * @module
 */
import {
  Binary,
  Bool,
  type Data,
  type DataType,
  type Float64,
  type Int32,
  type Int64,
  type List,
  makeData,
  type Map_,
  type Struct,
  Type,
  Utf8,
} from "apache-arrow";

/**
 * An array with a value for each element; `null` and `undefined` are nulls. Values are what the type
 * holds: numbers, bigints for 64-bit integers, booleans, text, bytes, arrays for lists, objects for
 * structs, `Map`s for maps.
 *
 * @throws {TypeError} for a type that is not built here
 */
export function buildArray(type: DataType, values: readonly unknown[]): Data {
  const { length } = values;
  const { nullBitmap, nullCount } = validityOf(values);
  const common = { length, nullCount, ...(nullCount === 0 ? {} : { nullBitmap }) };
  switch (type.typeId) {
    case Type.Int:
    case Type.Float:
      return makeNumbers(type as Int32 | Int64 | Float64, values, common);
    case Type.Bool: {
      const data = bitsOf(values, (value) => value === true);
      return makeData({ type: new Bool(), ...common, data });
    }
    case Type.Utf8: {
      const encoder = new TextEncoder();
      const { data, valueOffsets } = concatenated(values, (text) => encoder.encode(text as string));
      return makeData({ type: new Utf8(), ...common, data, valueOffsets });
    }
    case Type.Binary: {
      const { data, valueOffsets } = concatenated(values, (bytes) => bytes as Uint8Array);
      return makeData({ type: new Binary(), ...common, data, valueOffsets });
    }
    case Type.List: {
      const lists = values.map((list) => (list ?? []) as readonly unknown[]);
      const child = buildArray((type as List).children[0]!.type, lists.flat(1));
      const valueOffsets = offsetsOf(lists);
      return makeData({ type: type as List, ...common, valueOffsets, child } as never);
    }
    case Type.Struct:
      return buildStruct(type as Struct, values, common);
    case Type.Map: {
      const maps = values.map((map) => Array.from((map ?? []) as ReadonlyMap<unknown, unknown>));
      const entries = maps.flat(1).map(([key, value]) => ({ key, value }));
      const child = buildArray((type as Map_).children[0]!.type, entries);
      return makeData(
        { type: type as Map_, ...common, valueOffsets: offsetsOf(maps), child } as never,
      );
    }
    default:
      throw new TypeError(`arrays of ${type} are not built from values`);
  }
}

interface Common {
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap?: Uint8Array;
}

function buildStruct(type: Struct, values: readonly unknown[], common: Common): Data {
  const children = type.children.map(({ name, type: childType }) =>
    buildArray(childType, values.map((value) => (value as Record<string, unknown> | null)?.[name]))
  );
  return makeData({ type, ...common, children });
}

function makeNumbers(
  type: Int32 | Int64 | Float64,
  values: readonly unknown[],
  common: Common,
): Data {
  const data = new type.ArrayType(values.length);
  const zero = data instanceof BigInt64Array || data instanceof BigUint64Array ? 0n : 0;
  for (const [index, value] of values.entries()) data[index] = (value ?? zero) as never;
  return makeData({ type, ...common, data } as never);
}

function validityOf(values: readonly unknown[]): {
  readonly nullBitmap: Uint8Array;
  readonly nullCount: number;
} {
  const isPresent = (value: unknown) => value !== null && value !== undefined;
  return {
    nullBitmap: bitsOf(values, isPresent),
    nullCount: values.filter((value) => !isPresent(value)).length,
  };
}

/** A bit for each value, least significant first, padded as the Arrow format wants it. */
function bitsOf(values: readonly unknown[], isSet: (value: unknown) => boolean): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 64) * 8);
  for (const [index, value] of values.entries()) {
    if (isSet(value)) bits[index >> 3]! |= 1 << (index & 7);
  }
  return bits;
}

function offsetsOf(lists: readonly { readonly length: number }[]): Int32Array {
  const offsets = new Int32Array(lists.length + 1);
  for (const [index, { length }] of lists.entries()) offsets[index + 1] = offsets[index]! + length;
  return offsets;
}

function concatenated(
  values: readonly unknown[],
  bytesOf: (value: unknown) => Uint8Array,
): { readonly data: Uint8Array; readonly valueOffsets: Int32Array } {
  const nothing = new Uint8Array(0);
  const parts = values.map((value) =>
    value === null || value === undefined ? nothing : bytesOf(value)
  );
  const valueOffsets = offsetsOf(parts);
  const data = new Uint8Array(valueOffsets.at(-1)!);
  for (const [index, part] of parts.entries()) data.set(part, valueOffsets[index]);
  return { data, valueOffsets };
}
