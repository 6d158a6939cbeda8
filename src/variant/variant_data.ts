/**
 * Columns of VARIANT values.
 *
 * @module
 */
import { Binary, type Data, Field, makeData, Struct } from "apache-arrow";
import { encodeVariant, type VariantValue } from "./encode_variant.ts";

/** The Arrow type of a VARIANT column. */
export type VariantType = Struct<{ metadata: Binary; value: Binary }>;

/**
 * A column for `recordFormat: "arrow"` and a VARIANT column of the table: a struct of two binary
 * members. `undefined` is a missing value, `null` is JSON's null, a value like others. Protobuf and
 * JSON records take a column of text instead, with JSON in it.
 *
 * @example
 * ```ts
 * import { variantData } from "@zerobus/wrapper";
 * import { makeVector, Table } from "apache-arrow";
 *
 * const table = new Table({
 *   id: makeVector(Int32Array.of(1, 2)),
 *   payload: makeVector(variantData([{ temperature: 21.5, tags: ["a", "b"] }, undefined])),
 * });
 * ```
 *
 * @throws {ConversionError} for a value that is not JSON
 */
export function variantData(
  values: readonly (VariantValue | undefined)[],
): Data<VariantType> {
  const encoded = values.map((value) => value === undefined ? undefined : encodeVariant(value));
  const fields = [
    new Field("metadata", new Binary(), false),
    new Field("value", new Binary(), false),
  ];
  const children = [
    binaryData(encoded.map((variant) => variant?.metadata)),
    binaryData(encoded.map((variant) => variant?.value)),
  ];
  const nullBitmap = new Uint8Array((values.length + 63) >> 6 << 3);
  for (const [row, value] of values.entries()) {
    if (value !== undefined) nullBitmap[row >> 3]! |= 1 << (row & 7);
  }
  const nullCount = values.filter((value) => value === undefined).length;
  const type: VariantType = new Struct(fields);
  return makeData({ type, length: values.length, nullCount, nullBitmap, children });
}

function binaryData(values: readonly (Uint8Array | undefined)[]): Data<Binary> {
  const valueOffsets = new Int32Array(values.length + 1);
  for (const [row, value] of values.entries()) {
    valueOffsets[row + 1] = valueOffsets[row]! + (value?.length ?? 0);
  }
  const data = new Uint8Array(valueOffsets[values.length]!);
  for (const [row, value] of values.entries()) {
    if (value !== undefined) data.set(value, valueOffsets[row]);
  }
  const { length } = values;
  return makeData({ type: new Binary(), length, nullCount: 0, valueOffsets, data });
}
