/**
 * Whether a JSON value is one for a column.
 *
 * @module
 */
import type { ColumnType, ScalarName } from "../../catalog/column_type.ts";

const DECIMAL = /^-?\d+(?:\.\d+)?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * What is wrong with a value, if anything is; says what the column wants and shows nothing of the
 * value. Nulls are values of every type.
 *
 * @param path the column's name, and those of members on the way to the value
 */
export function jsonProblem(type: ColumnType, value: unknown, path: string): string | undefined {
  if (value === null) return undefined;
  switch (type.kind) {
    case "scalar": {
      const { isOne, wants } = SCALARS[type.name];
      return isOne(value) ? undefined : `${path} wants ${wants}`;
    }
    case "array": {
      if (!Array.isArray(value)) return `${path} wants an array`;
      return firstProblem(value, (item) => jsonProblem(type.element, item, `${path}[]`));
    }
    case "map": {
      if (!isObject(value)) return `${path} wants an object`;
      return firstProblem(
        Object.values(value),
        (item) => jsonProblem(type.value, item, `${path}{}`),
      );
    }
    case "struct": {
      if (!isObject(value)) return `${path} wants an object`;
      return firstProblem(Object.entries(value), ([name, item]) => {
        const member = type.members.get(name);
        return member === undefined
          ? `${path} has a member that its type has not`
          : jsonProblem(member, item, `${path}.${name}`);
      });
    }
  }
}

function firstProblem<T>(
  items: readonly T[],
  problemOf: (item: T) => string | undefined,
): string | undefined {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface Scalar {
  readonly wants: string;
  isOne(value: unknown): boolean;
}

function integerOf(bits: 8 | 16 | 32): Scalar {
  const limit = 2 ** (bits - 1);
  return {
    wants: `an integer of ${bits} bits`,
    isOne: (value) =>
      Number.isInteger(value) && value as number >= -limit && value as number < limit,
  };
}

/** Where a double is not exact, text stands for the number. */
function integerOf64(what: string): Scalar {
  return {
    wants: `${what}; as text beyond 2^53`,
    isOne: (value) =>
      typeof value === "string"
        ? /^-?\d{1,19}$/.test(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value)
        : Number.isSafeInteger(value),
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const NUMBER: Scalar = { wants: "a number", isOne: Number.isFinite };

const SCALARS: Readonly<Record<ScalarName, Scalar>> = {
  BYTE: integerOf(8),
  SHORT: integerOf(16),
  INT: integerOf(32),
  BIGINT: integerOf64("an integer of 64 bits"),
  FLOAT: NUMBER,
  DOUBLE: NUMBER,
  DECIMAL: { wants: "a decimal as text", isOne: (value) => isText(value) && DECIMAL.test(value) },
  STRING: { wants: "text", isOne: isText },
  BOOLEAN: { wants: "true or false", isOne: (value) => typeof value === "boolean" },
  BINARY: { wants: "bytes in base64", isOne: (value) => isText(value) && BASE64.test(value) },
  DATE: { ...integerOf(32), wants: "whole days since 1970-01-01" },
  TIMESTAMP: integerOf64("whole microseconds since 1970-01-01 UTC"),
  TIMESTAMP_NTZ: integerOf64("whole microseconds since 1970-01-01"),
  VARIANT: { wants: "JSON as text", isOne: (value) => isText(value) && isJson(value) },
};
