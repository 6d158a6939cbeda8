/**
 * How large rows are, about.
 *
 * @module
 */

const VALUE = 8;
/** Deeper is not looked: a cycle has no end. */
const DEEPEST = 8;

/** Bytes that a value will take in Arrow arrays, about, and cheaply. */
export function roughSize(value: unknown, depth: number = 0): number {
  switch (typeof value) {
    case "string":
      return VALUE + value.length;
    case "object":
      return value === null ? VALUE : sizeOfObject(value, depth);
    default:
      return VALUE;
  }
}

function sizeOfObject(value: object, depth: number): number {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return VALUE + value.byteLength;
  if (value instanceof Date || depth > DEEPEST) return VALUE;
  let size = VALUE;
  if (Array.isArray(value)) {
    for (const element of value) size += roughSize(element, depth + 1);
  } else if (value instanceof Map) {
    for (const [key, item] of value) size += roughSize(key, depth + 1) + roughSize(item, depth + 1);
  } else {
    for (const name in value) {
      size += roughSize((value as Readonly<Record<string, unknown>>)[name], depth + 1);
    }
  }
  return size;
}
