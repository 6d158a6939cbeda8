/**
 * What turns rows into batches, by what is known of their columns beforehand.
 *
 * @module
 */
import type { ArrowSchema } from "../core/arrow.ts";
import type { MessageDescriptor } from "../schema/message_descriptor.ts";
import { columnsOfDescriptor } from "./columns_of_descriptor.ts";
import { columnsOfSchema } from "./columns_of_schema.ts";
import { type ConvertedRows, convertRows, type ExtraMembers } from "./convert_rows.ts";
import { Inference } from "./inference.ts";

/** What says which columns rows have. */
export interface RowColumnsOptions {
  /** The columns. */
  readonly schema: ArrowSchema | undefined;
  /** The message that the rows become, whose fields are the columns if there is no schema. */
  readonly descriptor: MessageDescriptor | undefined;
  /** What to do with members that have no column. */
  readonly extraMembers: ExtraMembers;
}

/** Converts rows, of which the first is number `base`. */
export type RowConverter = (rows: readonly unknown[], base: number) => ConvertedRows;

/**
 * Makes a converter. Without a schema and a descriptor it learns from all the rows that it is given,
 * one time after the other.
 *
 * @throws {ConfigurationError} if rows cannot be made according to the schema or the descriptor
 */
export function rowConverter(
  { schema, descriptor, extraMembers }: RowColumnsOptions,
): RowConverter {
  if (schema === undefined && descriptor === undefined) {
    const inference = new Inference();
    // Every member has a column, except for some with nothing in them.
    return (rows, base) => {
      const { columns, endless } = inference.learn(rows);
      return convertRows(rows, columns, "drop", base, endless);
    };
  }
  const columns = schema === undefined ? columnsOfDescriptor(descriptor!) : columnsOfSchema(schema);
  return (rows, base) => convertRows(rows, columns, extraMembers, base);
}
