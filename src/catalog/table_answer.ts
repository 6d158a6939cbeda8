/**
 * What Unity Catalog's answers about a table mean.
 *
 * @module
 */
import {
  AuthenticationError,
  ConfigurationError,
  ConnectionError,
  type ErrorDetails,
  type ZerobusError,
} from "../core/errors.ts";
import { isValidName } from "../schema/names.ts";
import { type ColumnType, readColumnType } from "./column_type.ts";
import { type ReadColumn, type TableSchema, tableSchemaOf } from "./table_schema.ts";
import { columnTypeOf } from "./type_json.ts";

/** More than columns that a table ever had. */
const MOST_POSITIONS = 1_000_000;

/** An answer, read to its end. */
export interface TableAnswer {
  /** HTTP status. */
  readonly status: number;
  /** The delay that it asks for, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The body; absent when it was longer than any table's description. */
  readonly body: string | undefined;
}

/** Who was asked about what. */
export interface TableQuestion {
  /** Where. */
  readonly url: string;
  /** Full name of the table. */
  readonly tableName: string;
}

/**
 * The table in an answer.
 *
 * @throws {ZerobusError} of the class that fits the status; {@linkcode ConfigurationError} for what
 * is no description of a table.
 */
export function tableFrom(answer: TableAnswer, question: TableQuestion): TableSchema {
  if (answer.status !== 200) throw refusal(answer, question);
  const { columns } = jsonObject(answer.body);
  if (!Array.isArray(columns)) throw unreadable(question);
  const read = columns.map((column, at) => columnFrom(Object(column), at, question));
  return tableSchemaOf(
    question.tableName,
    read.filter(({ position }) => position >= 0).sort((a, b) => a.position - b.position),
  );
}

function columnFrom(
  fields: Readonly<Record<string, unknown>>,
  at: number,
  question: TableQuestion,
): ReadColumn {
  const { name, type_text: text, type_name: typeName, nullable, position } = fields;
  const type = typeof text === "string" ? text : typeName;
  if (typeof name !== "string" || typeof type !== "string") throw unreadable(question);
  const columnType = isValidName(name) ? typeOf(fields.type_json, type) : undefined;
  return {
    name,
    type,
    nullable: nullable !== false,
    position: Number.isInteger(position) && Number(position) < MOST_POSITIONS
      ? Number(position)
      : at,
    columnType,
  };
}

/** From JSON if there is some, for it is more exact. */
function typeOf(json: unknown, text: string): ColumnType | undefined {
  const fromJson = typeof json === "string" ? columnTypeOf(parsed(json)) : undefined;
  return fromJson ?? readColumnType(text);
}

function refusal(
  { status, retryAfterMs }: TableAnswer,
  { url, tableName }: TableQuestion,
): ZerobusError {
  const details: ErrorDetails = { httpStatus: status };
  if (status === 401 || status === 403) {
    return new AuthenticationError(
      `Unity Catalog at ${url} does not show ${tableName} to these credentials (HTTP ${status}); ` +
        "check them, and the grants: USE CATALOG, USE SCHEMA, SELECT",
      { details },
    );
  }
  if (status === 404) {
    return new ConfigurationError(`Unity Catalog at ${url} has no table ${tableName} (HTTP 404)`, {
      details: { ...details, field: "tableName" },
    });
  }
  if (status === 429 || status >= 500) {
    return new ConnectionError(`Unity Catalog at ${url} cannot answer now (HTTP ${status})`, {
      details: retryAfterMs === undefined ? details : { ...details, retryAfterMs },
    });
  }
  return new ConfigurationError(
    `Unity Catalog at ${url} answered with HTTP ${status}; check unityCatalogUrl`,
    { details: { ...details, field: "unityCatalogUrl" } },
  );
}

function unreadable({ url, tableName }: TableQuestion): ConfigurationError {
  return new ConfigurationError(
    `the answer of ${url} is no description of ${tableName}; check unityCatalogUrl`,
    { details: { field: "unityCatalogUrl" } },
  );
}

function jsonObject(body: string | undefined): Readonly<Record<string, unknown>> {
  return Object(parsed(body ?? "")) as Record<string, unknown>;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
