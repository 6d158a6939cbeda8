/**
 * Column types as Unity Catalog has them in JSON (`type_json`): the only form that says which members
 * of a struct may be null, and that leaves no doubt about their names.
 *
 * @module
 */
import { isValidName } from "../schema/names.ts";
import { type ColumnType, readColumnType } from "./column_type.ts";

const DEEPEST = 100;

/**
 * Reads the type of a column.
 *
 * @param value a name such as `"long"`, or an object with `type` and, for a column as a whole, the
 * type in it.
 * @returns nothing if it is no type that the service takes rows for
 */
export function columnTypeOf(value: unknown, depth = 0): ColumnType | undefined {
  if (typeof value === "string") return readColumnType(value);
  if (typeof value !== "object" || value === null || depth > DEEPEST) return undefined;
  const { type, elementType, keyType, valueType, fields } = value as Record<string, unknown>;
  switch (type) {
    case "array": {
      const element = columnTypeOf(elementType, depth + 1);
      return element && { kind: "array", element };
    }
    case "map": {
      const [key, meaning] = [keyType, valueType].map((part) => columnTypeOf(part, depth + 1));
      return key && meaning && { kind: "map", key, value: meaning };
    }
    case "struct":
      return Array.isArray(fields) ? structOf(fields, depth) : undefined;
    default:
      return columnTypeOf(type, depth + 1);
  }
}

function structOf(fields: readonly unknown[], depth: number): ColumnType | undefined {
  const members = new Map<string, ColumnType>();
  const required = new Set<string>();
  for (const field of fields) {
    const { name, type, nullable } = Object(field) as Record<string, unknown>;
    const member = columnTypeOf(type, depth + 1);
    if (member === undefined || typeof name !== "string" || !isValidName(name)) return undefined;
    if (members.has(name)) return undefined;
    members.set(name, member);
    if (nullable === false) required.add(name);
  }
  return { kind: "struct", members, required };
}
