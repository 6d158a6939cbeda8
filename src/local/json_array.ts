/**
 * The elements of a JSON array, where they lie.
 *
 * @module
 */
import type { Frames } from "./framed_records.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);
const BLANK: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** The elements of an array that is JSON in UTF-8, or nothing if the bytes are no such array. */
export function elementsOf(bytes: Uint8Array): Frames | undefined {
  if (!isArray(bytes)) return undefined;
  const bounds: number[] = [];
  let depth = 0;
  let start = -1;
  const finish = (end: number) => {
    if (start < 0) return;
    while (BLANK.has(bytes[end - 1]!)) end--;
    bounds.push(start, end);
    start = -1;
  };
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (BLANK.has(byte)) continue;
    if (CLOSING.has(byte) && --depth === 0) finish(at);
    else if (byte === COMMA && depth === 1) finish(at);
    else if (depth === 1 && start < 0) start = at;
    if (OPENING.has(byte)) depth++;
    if (byte === QUOTE) at = endOfText(bytes, at);
  }
  return { bytes, bounds };
}

function isArray(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}

/** Where the quote is that ends the text which begins here. */
function endOfText(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
