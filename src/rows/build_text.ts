/**
 * Text and bytes, one after the other.
 *
 * @module
 */
import { Binary, type Data, makeData, Utf8 } from "apache-arrow";
import { kindOf } from "../core/kind.ts";
import type { Values } from "./conversion.ts";
import { Validity } from "./validity.ts";

const LARGEST = 2 ** 31 - 1;
/** Longer texts are left to the engine. */
const BY_HAND = 32;
/** Half of a character outside the basic plane. */
const HALF = /\p{Surrogate}/u;
const encoder = new TextEncoder();

/** A buffer that grows. */
class Bytes {
  /** The buffer, with room behind what is in it. */
  buffer = new Uint8Array(1024);
  /** What is in it. */
  length = 0;

  /** Whether there is room now. Offsets have 32 bits. */
  reserve(size: number): boolean {
    const needed = this.length + size;
    if (needed > LARGEST) return false;
    if (needed > this.buffer.length) {
      const grown = new Uint8Array(Math.min(LARGEST, Math.max(needed, 2 * this.buffer.length)));
      grown.set(this.buffer.subarray(0, this.length));
      this.buffer = grown;
    }
    return true;
  }
}

const TOO_MUCH = "more than 2 GiB of values in one batch: send fewer rows at once";

/** Strings as UTF-8. */
export function buildText(values: Values): Data {
  const bytes = new Bytes();
  return build(values, new Utf8(), bytes, (value) => {
    if (typeof value !== "string") return `expected a string, got ${kindOf(value)}`;
    return appendText(bytes, value);
  });
}

/** Byte arrays. `width`: the length that they all must have, if that is settled. */
export function buildBytes(values: Values): Data {
  const bytes = new Bytes();
  return build(values, new Binary(), bytes, (value) => {
    const part = bytesOf(value);
    if (part === undefined) return `expected a Uint8Array, got ${kindOf(value)}`;
    if (!bytes.reserve(part.length)) return TOO_MUCH;
    bytes.buffer.set(part, bytes.length);
    bytes.length += part.length;
    return undefined;
  });
}

/** The bytes that a value has, if it is made of bytes. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!ArrayBuffer.isView(value)) return undefined;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

function build(
  values: Values,
  type: Utf8 | Binary,
  bytes: Bytes,
  append: (value: unknown) => string | undefined,
): Data {
  const { items } = values;
  const validity = new Validity(items.length);
  const valueOffsets = new Int32Array(items.length + 1);
  for (let at = 0; at < items.length; at++) {
    const value = items[at];
    if (value === null || value === undefined) validity.clear(at);
    else {
      const problem = append(value);
      if (problem !== undefined) values.refuse(at, problem);
    }
    valueOffsets[at + 1] = bytes.length;
  }
  const data = bytes.buffer.subarray(0, bytes.length);
  return makeData({ type, ...validity.properties, valueOffsets, data } as never);
}

function appendText(bytes: Bytes, text: string): string | undefined {
  if (!bytes.reserve(3 * text.length)) return TOO_MUCH;
  const { buffer, length } = bytes;
  if (text.length <= BY_HAND) {
    let at = 0;
    for (; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit >= 0x80) break;
      buffer[length + at] = unit;
    }
    if (at === text.length) {
      bytes.length += at;
      return undefined;
    }
  }
  const { written } = encoder.encodeInto(text, buffer.subarray(length));
  // An encoder replaces what is no character. In ASCII there is no such thing.
  if (written !== text.length && HALF.test(text)) return "text with half a surrogate pair";
  bytes.length += written;
  return undefined;
}
