/**
 * A text that is equal for schemas that are encoded alike.
 *
 * @module
 */
import { Type } from "../core/arrow_numbers.ts";
import type { ArrowField, ArrowSchema, ArrowType } from "../core/arrow.ts";
import type { ParametricType } from "./arrow_type.ts";
import { checkSchema } from "./check_schema.ts";

const keys = new WeakMap<ArrowSchema, string>();

/**
 * The key of a schema: names, types with their parameters, nullability. Metadata and time zones are
 * not in it, because they change neither the descriptor nor the rows. Computed once per object.
 *
 * @throws {ConfigurationError} for a schema with something in it that is no field
 */
export function schemaKey(schema: ArrowSchema): string {
  let key = keys.get(schema);
  if (key === undefined) {
    checkSchema(schema);
    key = fieldsKey(schema.fields);
    keys.set(schema, key);
  }
  return key;
}

function fieldsKey(fields: readonly ArrowField[]): string {
  return fields.map(({ name, type, nullable }) =>
    `${JSON.stringify(name)}${nullable ? "?" : ":"}${typeKey(type)}`
  ).join();
}

function typeKey(type: ArrowType): string {
  const { bitWidth, isSigned, precision, scale, unit, byteWidth, listSize, indices, dictionary } =
    type as ParametricType;
  if (type.typeId === Type.Dictionary && indices !== undefined && dictionary !== undefined) {
    return `D<${typeKey(indices)},${typeKey(dictionary)}>`;
  }
  const parameters = [bitWidth, isSigned, precision, scale, unit, byteWidth, listSize].join("/");
  return `${type.typeId}/${parameters}(${fieldsKey(type.children ?? [])})`;
}
