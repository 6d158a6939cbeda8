/**
 * Rows converted and read back, in few words.
 */
import type { ArrowSchema } from "../../src/core/arrow.ts";
import { type ConvertedRows, convertRows, type ExtraMembers } from "../../src/rows/convert_rows.ts";
import { columnsOfSchema } from "../../src/rows/columns_of_schema.ts";
import { type DataType, Field, Schema, Vector } from "apache-arrow";

/** A schema with a column for each type; nullable. */
export function schemaOf(types: Readonly<Record<string, DataType>>): ArrowSchema {
  const fields = Object.entries(types).map(([name, type]) => new Field(name, type, true));
  return new Schema(fields) as unknown as ArrowSchema;
}

/** Rows converted by a schema. */
export function converted(
  types: Readonly<Record<string, DataType>>,
  rows: readonly unknown[],
  extraMembers: ExtraMembers = "error",
): ConvertedRows {
  return convertRows(rows, columnsOfSchema(schemaOf(types)), extraMembers, 0);
}

/** Values of one column, as apache-arrow's own getters have them. */
export function valuesOf({ batch }: ConvertedRows, name: string): unknown[] {
  const index = batch?.schema.fields.findIndex((field) => field.name === name) ?? -1;
  const data = batch?.data.children[index];
  return data === undefined ? [] : [...new Vector([data])].map(plain);
}

/** Raw numbers of a column, where getters would change them. */
export function rawOf({ batch }: ConvertedRows): unknown[] {
  return [...batch!.data.children[0]!.values as Iterable<unknown>];
}

/** Why rows were not converted. */
export function messagesOf({ problems }: ConvertedRows): string[] {
  return problems.map(({ error }) => error.message);
}

function plain(value: unknown): unknown {
  if (value instanceof Vector) return [...value].map(plain);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return value;
  const toJson = (value as { toJSON?: () => object }).toJSON;
  if (toJson === undefined || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(toJson.call(value)).map(([name, item]) => [name, plain(item)]),
  );
}
