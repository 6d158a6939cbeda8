/**
 * How large rows are, about.
 *
 * @module
 */

import { Ancestors } from "./ancestors.ts";

const VALUE = 8;
/** Deeper is not looked. */
const DEEPEST = 8;

// For one row at a time; nothing is awaited while they are in use.
const ancestors = new Ancestors();
let size = 0;

/**
 * Bytes that a row will take in Arrow arrays, about, and cheaply. Of one that contains itself, or
 * cannot be read, as much as was seen until then.
 */
export function roughSize(row: unknown): number {
  ancestors.clear();
  size = 0;
  try {
    add(row);
  } catch {
    // Whether that matters is found out when the row is converted.
  }
  return size;
}

function add(value: unknown): void {
  size += VALUE;
  if (typeof value === "string") size += value.length;
  else if (typeof value === "object" && value !== null) addInside(value);
}

function addInside(value: object): void {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    size += value.byteLength;
    return;
  }
  if (value instanceof Date || ancestors.depth > DEEPEST) return;
  ancestors.enter(value);
  if (Array.isArray(value)) {
    for (const element of value) add(element);
  } else if (value instanceof Map) {
    for (const [key, item] of value) {
      add(key);
      add(item);
    }
  } else {
    for (const name in value) add((value as Readonly<Record<string, unknown>>)[name]);
  }
  ancestors.leave();
}
