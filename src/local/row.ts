/**
 * Records as plain objects, by protobuf reflection.
 *
 * @module
 */
import { type DescField, type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { isReflectMessage, reflect, type ReflectMessage } from "@bufbuild/protobuf/reflect";

/**
 * A value of a row: `bigint` for the 64-bit integers, `number` for all other numbers and for
 * enums, an array for a repeated field, a `Map` for a map field, an object for a message.
 */
export type LocalValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly LocalValue[]
  | ReadonlyMap<LocalValue, LocalValue>
  | LocalRow;

/** A row by field name. A field that was left out is null. */
export interface LocalRow {
  /** The field's value. */
  readonly [field: string]: LocalValue;
}

/** Reads one record. */
export function readRow(type: DescMessage, record: Uint8Array): LocalRow {
  return rowOf(reflect(type, fromBinary(type, record)));
}

function rowOf(message: ReflectMessage): LocalRow {
  return Object.fromEntries(
    message.fields.map((field) => [field.name, fieldValue(message, field)]),
  );
}

function fieldValue(message: ReflectMessage, field: DescField): LocalValue {
  switch (field.fieldKind) {
    case "list":
      return Array.from(message.get(field), plain);
    case "map":
      return new Map(Array.from(message.get(field), ([key, value]) => [plain(key), plain(value)]));
    default:
      return message.isSet(field) ? plain(message.get(field)) : null;
  }
}

function plain(value: unknown): LocalValue {
  return isReflectMessage(value) ? rowOf(value) : value as LocalValue;
}
