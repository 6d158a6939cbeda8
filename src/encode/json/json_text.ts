/**
 * Pieces of JSON as bytes.
 *
 * @module
 */
import type { Place } from "../place.ts";
import type { Sink } from "../sink.ts";
import { isUtf8Bytes } from "../utf8.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NOT_ASCII = 0x80;
const BASE64 = new TextEncoder().encode(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
);
const HEX = new TextEncoder().encode("0123456789abcdef");
/** What control characters with a short form are after the backslash; 0 where there is none. */
const SHORT = new Uint8Array(32);
SHORT.set([0x62, 0x74, 0x6e, 0, 0x66, 0x72], 8); // \b \t \n - \f \r
/** Bytes that a byte of text takes beyond itself. */
const ESCAPE = new Uint8Array(256);
SHORT.forEach((short, byte) => ESCAPE[byte] = short === 0 ? 5 : 1);
ESCAPE[QUOTE] = ESCAPE[BACKSLASH] = 1;

/** Writes one byte, for which there need not be room yet. */
export function writeByte(sink: Sink, byte: number): void {
  sink.reserve(1);
  sink.bytes[sink.position++] = byte;
}

/** Writes characters that are all ASCII. */
export function writeAscii(sink: Sink, text: string): void {
  sink.reserve(text.length);
  let at = sink.position;
  for (let index = 0; index < text.length; index++) sink.bytes[at++] = text.charCodeAt(index);
  sink.position = at;
}

/**
 * Writes bytes of text as a string; false, and nothing written, if they are not UTF-8.
 */
export function writeString(sink: Sink, { bytes, start, end }: Place): boolean {
  let bits = 0;
  let escapes = 0;
  for (let from = start; from < end; from++) {
    const byte = bytes[from]!;
    bits |= byte;
    escapes += ESCAPE[byte]!;
  }
  if ((bits & NOT_ASCII) !== 0 && !isUtf8Bytes(bytes.subarray(start, end))) return false;
  // Exactly: a bound that is too high would turn away a record that fits.
  sink.reserve(2 + end - start + escapes);
  sink.bytes[sink.position++] = QUOTE;
  if (escapes === 0) sink.copy(bytes, start, end);
  else copyEscaped(sink, bytes, start, end);
  sink.bytes[sink.position++] = QUOTE;
  return true;
}

function copyEscaped(sink: Sink, bytes: Uint8Array, start: number, end: number): void {
  const into = sink.bytes;
  let at = sink.position;
  for (let from = start; from < end; from++) {
    const byte = bytes[from]!;
    if (ESCAPE[byte] === 0) {
      into[at++] = byte;
      continue;
    }
    into[at++] = BACKSLASH;
    const short = byte < 0x20 ? SHORT[byte]! : byte;
    if (short !== 0) into[at++] = short;
    else {
      into[at++] = 0x75; // u
      into[at++] = 0x30;
      into[at++] = 0x30;
      into[at++] = HEX[byte >> 4]!;
      into[at++] = HEX[byte & 15]!;
    }
  }
  sink.position = at;
}

/** Writes bytes as a string of base64, padded. */
export function writeBase64(sink: Sink, { bytes, start, end }: Place): void {
  sink.reserve(2 + 4 * Math.ceil((end - start) / 3));
  const into = sink.bytes;
  let at = sink.position;
  into[at++] = QUOTE;
  for (let from = start; from < end; from += 3) {
    const left = end - from;
    const first = bytes[from]!;
    const second = left > 1 ? bytes[from + 1]! : 0;
    const third = left > 2 ? bytes[from + 2]! : 0;
    into[at++] = BASE64[first >> 2]!;
    into[at++] = BASE64[(first & 3) << 4 | second >> 4]!;
    into[at++] = left > 1 ? BASE64[(second & 15) << 2 | third >> 6]! : 0x3d;
    into[at++] = left > 2 ? BASE64[third & 63]! : 0x3d;
  }
  into[at++] = QUOTE;
  sink.position = at;
}
