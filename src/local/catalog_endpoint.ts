/**
 * What Unity Catalog says of a table: the part of it that clients of Zerobus read.
 *
 * @module
 */
import type { ColumnType, ScalarName } from "../catalog/column_type.ts";
import type { ResolvedTable } from "./options.ts";
import type { JsonAnswer } from "./token_endpoint.ts";

const PATH = /^\/api\/2\.1\/unity-catalog\/tables\/([^/]+)$/;

/** The table that a path asks about, if it is one of this endpoint. */
export function describedTable(path: string): string | undefined {
  const name = PATH.exec(path)?.[1];
  try {
    return name && decodeURIComponent(name);
  } catch {
    return name; // no table is called that
  }
}

/** The description of a table whose columns were declared with their types; 404 for any other. */
export function describe(name: string, table: ResolvedTable | undefined): JsonAnswer {
  const columns = [...table?.columns ?? []];
  if (columns.length === 0 || columns.some(([, { type }]) => type === undefined)) {
    const known = table === undefined ? "does not exist" : "was declared without types of columns";
    return {
      status: 404,
      body: { error_code: "TABLE_DOES_NOT_EXIST", message: `table ${name} ${known}` },
    };
  }
  const [catalog, schema, last] = name.split(".");
  return {
    status: 200,
    body: {
      name: last,
      catalog_name: catalog,
      schema_name: schema,
      full_name: name,
      table_type: "MANAGED",
      data_source_format: "DELTA",
      columns: columns.map(([column, { type, nullable }], position) => ({
        name: column,
        position,
        nullable,
        type_name: typeNameOf(type!),
        type_text: textOf(type!),
        type_json: JSON.stringify({ name: column, type: jsonOf(type!), nullable, metadata: {} }),
      })),
    },
  };
}

/** What a type is called in SQL, and in JSON where that is something else. */
const NAMES: Readonly<Record<ScalarName, readonly [sql: string, json?: string]>> = {
  BYTE: ["tinyint", "byte"],
  SHORT: ["smallint", "short"],
  INT: ["int", "integer"],
  BIGINT: ["bigint", "long"],
  FLOAT: ["float"],
  DOUBLE: ["double"],
  DECIMAL: ["decimal"],
  STRING: ["string"],
  BOOLEAN: ["boolean"],
  BINARY: ["binary"],
  DATE: ["date"],
  TIMESTAMP: ["timestamp"],
  TIMESTAMP_NTZ: ["timestamp_ntz"],
  VARIANT: ["variant"],
};

function scalarOf({ name, digits }: Extract<ColumnType, { kind: "scalar" }>) {
  const size = digits === undefined ? "" : `(${digits.join(",")})`;
  const [sql, json = sql] = NAMES[name];
  return { sql: sql + size, json: json + size };
}

function typeNameOf(type: ColumnType): string {
  if (type.kind !== "scalar") return type.kind.toUpperCase();
  return type.name === "BIGINT" ? "LONG" : type.name;
}

function textOf(type: ColumnType): string {
  switch (type.kind) {
    case "scalar":
      return scalarOf(type).sql;
    case "array":
      return `array<${textOf(type.element)}>`;
    case "map":
      return `map<${textOf(type.key)},${textOf(type.value)}>`;
    case "struct":
      return `struct<${[...type.members].map(([name, member]) => `${name}:${textOf(member)}`)}>`;
  }
}

function jsonOf(type: ColumnType): unknown {
  switch (type.kind) {
    case "scalar":
      return scalarOf(type).json;
    case "array":
      return { type: "array", elementType: jsonOf(type.element), containsNull: true };
    case "map":
      return {
        type: "map",
        keyType: jsonOf(type.key),
        valueType: jsonOf(type.value),
        valueContainsNull: true,
      };
    case "struct":
      return {
        type: "struct",
        fields: [...type.members].map(([name, member]) => ({
          name,
          type: jsonOf(member),
          nullable: !type.required.has(name),
          metadata: {},
        })),
      };
  }
}
