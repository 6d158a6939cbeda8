/**
 * What Unity Catalog knows of a table, in the forms that rows are sent with.
 *
 * @module
 */
import { Field, Schema } from "apache-arrow";
import type { ArrowSchema } from "../core/arrow.ts";
import { ConfigurationError } from "../core/errors.ts";
import { descriptorFromSchema, fieldNumber } from "../schema/derive.ts";
import type { MessageDescriptor } from "../schema/message_descriptor.ts";
import { pascalCase } from "../schema/names.ts";
import { arrowTypeOf } from "./arrow_columns.ts";
import type { ColumnType } from "./column_type.ts";

/** A column of a table. */
export interface TableColumn {
  /** Its name. */
  readonly name: string;
  /** Its type as the catalog writes it, such as `bigint` or `array<string>`. */
  readonly type: string;
  /** Whether rows may leave it out. */
  readonly nullable: boolean;
  /** Where it stands, from 0; numbers of columns that were dropped are missing. */
  readonly position: number;
}

/** A column with its type as it was read; without one if no rows can be sent for it. */
export interface ReadColumn extends TableColumn {
  /** See {@linkcode ColumnType}. */
  readonly columnType: ColumnType | undefined;
}

/**
 * The columns of a table. {@linkcode TableSchema.schema} is for `sendRows`, `batchWriter` and for
 * making record batches; {@linkcode TableSchema.descriptor} for sending batches whose columns have
 * other types that fit.
 */
export interface TableSchema {
  /** Full name, `catalog.schema.table`. */
  readonly tableName: string;
  /** All columns, in order. */
  readonly columns: readonly TableColumn[];
  /**
   * Columns whose type the service takes no rows for, such as intervals. They may be null, so rows
   * do without them; {@linkcode TableSchema.schema} does not have them.
   */
  readonly unsupported: readonly TableColumn[];
  /**
   * The columns as Arrow, in fact a `Schema` of apache-arrow: timestamps in microseconds, VARIANT as
   * JSON text (what Protobuf and JSON streams take; for Arrow streams, see `variantData`).
   */
  readonly schema: ArrowSchema;
  /**
   * The message of a row. Its fields have the numbers of the columns' positions, as the official
   * clients number them.
   *
   * @throws {ConfigurationError} for a column that Protobuf has no type for, such as a list of lists
   */
  descriptor(): MessageDescriptor;
}

/**
 * Makes a schema of columns, which are in order.
 *
 * @throws {ConfigurationError} for a column without a type that must not be null
 */
export function tableSchemaOf(tableName: string, read: readonly ReadColumn[]): TableSchema {
  const columns = read.map(({ columnType: _, ...column }): TableColumn => column);
  const unsupported = columns.filter((_, at) => read[at]!.columnType === undefined);
  const required = unsupported.find(({ nullable }) => !nullable);
  if (required !== undefined) {
    const { name, type } = required;
    throw new ConfigurationError(
      `column "${name}" of ${tableName} has the type ${type}, which no row can be sent for, and ` +
        "must not be null: make it nullable",
      { details: { field: "tableName", column: name } },
    );
  }
  const schema = new Schema(
    read.flatMap(({ name, columnType, nullable }) =>
      columnType === undefined ? [] : [new Field(name, arrowTypeOf(columnType), nullable)]
    ),
  );
  return {
    tableName,
    columns,
    unsupported,
    schema,
    descriptor: () => descriptorOf(tableName, read, schema),
  };
}

function descriptorOf(
  tableName: string,
  columns: readonly ReadColumn[],
  schema: Schema,
): MessageDescriptor {
  const messageName = pascalCase(tableName.split(".").slice(1).join("_"));
  const message = descriptorFromSchema(schema, { messageName });
  const numbers = new Map(columns.map(({ name, position }) => [name, fieldNumber(position)]));
  for (const field of message.field) field.number = numbers.get(field.name) ?? field.number;
  return message;
}
