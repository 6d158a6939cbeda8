/**
 * The types of a table's columns, as `CREATE TABLE` writes them.
 *
 * @module
 */

import { isValidName } from "../schema/names.ts";

/** Types without parts. Synonyms are another name in {@linkcode SYNONYMS}. */
export type ScalarName =
  | "BYTE"
  | "SHORT"
  | "INT"
  | "BIGINT"
  | "FLOAT"
  | "DOUBLE"
  | "DECIMAL"
  | "STRING"
  | "BOOLEAN"
  | "BINARY"
  | "DATE"
  | "TIMESTAMP"
  | "TIMESTAMP_NTZ"
  | "VARIANT";

/** A type that was read. */
export type ColumnType =
  | {
    readonly kind: "scalar";
    readonly name: ScalarName;
    /** Of a `DECIMAL`, its digits and how many of them are decimals. */
    readonly digits?: readonly [precision: number, scale: number];
  }
  | { readonly kind: "array"; readonly element: ColumnType }
  | { readonly kind: "map"; readonly key: ColumnType; readonly value: ColumnType }
  | {
    readonly kind: "struct";
    readonly members: ReadonlyMap<string, ColumnType>;
    /** Members that may not be null. */
    readonly required: ReadonlySet<string>;
  };

const SYNONYMS: Readonly<Record<string, ScalarName>> = {
  BYTE: "BYTE",
  TINYINT: "BYTE",
  SHORT: "SHORT",
  SMALLINT: "SHORT",
  INT: "INT",
  INTEGER: "INT",
  BIGINT: "BIGINT",
  LONG: "BIGINT",
  FLOAT: "FLOAT",
  REAL: "FLOAT",
  DOUBLE: "DOUBLE",
  DECIMAL: "DECIMAL",
  DEC: "DECIMAL",
  NUMERIC: "DECIMAL",
  STRING: "STRING",
  VARCHAR: "STRING",
  CHAR: "STRING",
  BOOLEAN: "BOOLEAN",
  BINARY: "BINARY",
  DATE: "DATE",
  TIMESTAMP: "TIMESTAMP",
  TIMESTAMP_NTZ: "TIMESTAMP_NTZ",
  VARIANT: "VARIANT",
};

/** Those that have numbers in parentheses. */
const WITH_SIZE: ReadonlySet<string> = new Set(["DECIMAL", "DEC", "NUMERIC", "VARCHAR", "CHAR"]);

/** What is one word of a type's text: a name, a size, or a sign. */
const WORDS = /[A-Za-z_][A-Za-z0-9_]*|\(\s*\d+\s*(?:,\s*\d+\s*)?\)|[<>,:]|\S/g;
const DEEPEST = 100;
/** Most digits of a `DECIMAL`. */
const MOST_DIGITS = 38;

/**
 * Reads a type such as `BIGINT`, `DECIMAL(10, 2)` or `ARRAY<STRUCT<at: TIMESTAMP, value: DOUBLE>>`,
 * in upper or lower case.
 *
 * @returns nothing if the text is no type that the service takes rows for
 */
export function readColumnType(text: string): ColumnType | undefined {
  const words = text.match(WORDS) ?? [];
  let at = 0;
  const accept = (word: string): boolean => words[at] === word && ++at > 0;

  const acceptWords = (...wanted: readonly string[]): boolean => {
    const found = wanted.every((word, index) => words[at + index]?.toUpperCase() === word);
    if (found) at += wanted.length;
    return found;
  };

  const readType = (depth: number): ColumnType | undefined => {
    const name = words[at++]?.toUpperCase() ?? "";
    if (depth > DEEPEST) return undefined;
    switch (name) {
      case "ARRAY":
        return readArray(depth);
      case "MAP":
        return readMap(depth);
      case "STRUCT":
        return readStruct(depth);
    }
    const size = WITH_SIZE.has(name) && words[at]?.startsWith("(") ? words[at++] : undefined;
    const scalar = Object.hasOwn(SYNONYMS, name) ? SYNONYMS[name] : undefined;
    if (scalar !== "DECIMAL") return scalar && { kind: "scalar", name: scalar };
    const [precision = 10, scale = 0] = (size?.match(/\d+/g) ?? []).map(Number);
    const isOne = precision >= 1 && precision <= MOST_DIGITS && scale <= precision;
    return isOne ? { kind: "scalar", name: scalar, digits: [precision, scale] } : undefined;
  };
  const readArray = (depth: number): ColumnType | undefined => {
    const element = accept("<") ? readType(depth + 1) : undefined;
    return element && accept(">") ? { kind: "array", element } : undefined;
  };
  const readMap = (depth: number): ColumnType | undefined => {
    const key = accept("<") ? readType(depth + 1) : undefined;
    const value = key && accept(",") ? readType(depth + 1) : undefined;
    return key && value && accept(">") ? { kind: "map", key, value } : undefined;
  };
  const readStruct = (depth: number): ColumnType | undefined => {
    const members = new Map<string, ColumnType>();
    const required = new Set<string>();
    if (!accept("<")) return undefined;
    do {
      const name = words[at++] ?? "";
      const type = accept(":") ? readType(depth + 1) : undefined;
      if (type === undefined || members.has(name) || !isValidName(name)) return undefined;
      members.set(name, type);
      if (acceptWords("NOT", "NULL")) required.add(name);
    } while (accept(","));
    return accept(">") ? { kind: "struct", members, required } : undefined;
  };

  const type = readType(0);
  return at === words.length ? type : undefined;
}
