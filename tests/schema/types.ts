/**
 * Arrow types and schemas for tests, in few words.
 */
import { type DataType, Field, Map_, Schema, Struct } from "apache-arrow";

/** A schema of nullable columns. */
export function schemaOf(types: Readonly<Record<string, DataType>>): Schema {
  return new Schema(Object.entries(types).map(([name, type]) => new Field(name, type, true)));
}

/** The elements of a list. */
export function item(type: DataType): Field {
  return new Field("item", type, true);
}

/** A struct of nullable members. */
export function struct(members: Readonly<Record<string, DataType>>): Struct {
  return new Struct(Object.entries(members).map(([name, type]) => new Field(name, type, true)));
}

/** A map, its values nullable. */
export function map(key: DataType, value: DataType): DataType {
  const entries = new Struct([new Field("key", key, false), new Field("value", value, true)]);
  return new Map_(new Field("entries", entries, false) as never);
}
