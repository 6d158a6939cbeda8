/**
 * JavaScript values as JSON and back, for what JSON has no words for: bigint, bytes, undefined,
 * NaN and its kin, dates, maps and sets.
 *
 * @module
 */

/** Something `JSON.stringify` keeps as it is. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Marks an object that stands for something else; the member's value is its kind. */
const MARK = "$kind";

/** A value as JSON. Functions, symbols and class instances have no form and throw. */
export function encodeValue(value: unknown): Json {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : marked("number", Object.is(value, -0) ? "-0" : String(value));
    case "bigint":
      return marked("bigint", String(value));
    case "undefined":
      return marked("undefined", null);
    case "object":
      return value === null ? null : encodeObject(value);
    default:
      throw new TypeError(`a ${typeof value} has no JSON form`);
  }
}

function encodeObject(value: object): Json {
  if (Array.isArray(value)) return value.map(encodeValue);
  if (value instanceof Uint8Array) {
    return marked("bytes", btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join("")));
  }
  if (value instanceof Date) return marked("date", encodeValue(value.getTime()));
  if (value instanceof Map) return marked("map", [...value].map(encodeValue));
  if (value instanceof Set) return marked("set", [...value].map(encodeValue));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    throw new TypeError(`a ${value.constructor.name} has no JSON form`);
  }
  const entries = Object.entries(value).map(([key, inner]): [string, Json] => [
    key,
    encodeValue(inner),
  ]);
  return MARK in value ? marked("object", entries) : Object.fromEntries(entries);
}

function marked(kind: string, content: Json): Json {
  return { [MARK]: kind, content };
}

/** The value that {@linkcode encodeValue} was given. */
export function decodeValue(json: Json): unknown {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map(decodeValue);
  if (!(MARK in json)) {
    return Object.fromEntries(
      Object.entries(json).map(([key, inner]) => [key, decodeValue(inner)]),
    );
  }
  const content = json.content as Json;
  switch (json[MARK]) {
    case "number":
      return Number(content);
    case "bigint":
      return BigInt(content as string);
    case "undefined":
      return undefined;
    case "bytes":
      return Uint8Array.from(atob(content as string), (character) => character.charCodeAt(0));
    case "date":
      return new Date(decodeValue(content) as number);
    case "map":
      return new Map(decodeValue(content) as [unknown, unknown][]);
    case "set":
      return new Set(decodeValue(content) as unknown[]);
    case "object":
      return Object.fromEntries(
        (content as [string, Json][]).map(([key, inner]) => [key, decodeValue(inner)]),
      );
    default:
      throw new TypeError(`no value has the kind ${JSON.stringify(json[MARK])}`);
  }
}
