/**
 * Whether bytes are text.
 *
 * @module
 */

/** The highest bit of each of four bytes, as a signed word: a number that needs no boxing. */
const NOT_ASCII = 0x8080_8080 | 0;

/**
 * Whether the bytes `[start, end)` are well-formed UTF-8: no stray or missing continuation bytes, no
 * overlong forms, no surrogates, nothing above U+10FFFF.
 */
export function isUtf8(view: DataView, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    // Most text is ASCII: sixteen bytes at a time, then four, as long as it is.
    while (at + 16 <= end && isAscii16(view, at)) at += 16;
    while (at + 4 <= end && (view.getInt32(at, true) & NOT_ASCII) === 0) at += 4;
    if (at >= end) break;
    const first = view.getUint8(at++);
    if (first < 0x80) continue;
    // The second byte's range is what rules out overlong forms, surrogates and too high a value.
    let more: number, low = 0x80, high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) more = 1;
    else if (first >= 0xe0 && first <= 0xef) {
      more = 2;
      if (first === 0xe0) low = 0xa0;
      else if (first === 0xed) high = 0x9f;
    } else if (first >= 0xf0 && first <= 0xf4) {
      more = 3;
      if (first === 0xf0) low = 0x90;
      else if (first === 0xf4) high = 0x8f;
    } else return false;
    if (at + more > end) return false;
    for (; more > 0; more--, low = 0x80, high = 0xbf) {
      const next = view.getUint8(at++);
      if (next < low || next > high) return false;
    }
  }
  return true;
}

function isAscii16(view: DataView, at: number): boolean {
  const bits = view.getInt32(at, true) | view.getInt32(at + 4, true) |
    view.getInt32(at + 8, true) | view.getInt32(at + 12, true);
  return (bits & NOT_ASCII) === 0;
}

/** Tests of bytes that an engine has itself: 12 to 100 GB/s, against 2 to 8 here, for ASCII. */
export interface NativeTextTests {
  /** Whether the bytes are well-formed UTF-8. */
  isUtf8(bytes: Uint8Array): boolean;
  /** Whether they are ASCII. */
  isAscii(bytes: Uint8Array): boolean;
}

let native: NativeTextTests | undefined;

/** Has whole columns tested by functions of the runtime's: those of `node:buffer`. */
export function useNativeTextTests(tests: NativeTextTests): void {
  native = tests;
}

/** Whether the bytes are well-formed UTF-8, in the fastest way there is. */
export function isUtf8Bytes(bytes: Uint8Array): boolean {
  if (native !== undefined) return native.isUtf8(bytes);
  return isUtf8(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.length);
}

/**
 * Whether each of some adjacent runs of bytes is well-formed UTF-8. The words from `at` on are the
 * runs' bounds, one more than there are runs; the first run begins at a word.
 *
 * @param accelerated a test for ASCII that knows where the bytes are, for runtimes without one of
 * their own. Default: ours.
 */
export function areUtf8(
  words: Int32Array,
  bytes: Uint8Array,
  at: number,
  count: number,
  accelerated?: (start: number, end: number) => boolean,
): boolean {
  const start = words[at]!;
  const end = words[at + count]!;
  // In ASCII no character is cut in two, so its bounds need not be looked at: 2 to 3 % of a block
  // of short texts.
  if (native !== undefined) {
    const whole = bytes.subarray(start, end);
    if (native.isAscii(whole)) return true;
    if (!native.isUtf8(whole)) return false;
  } else {
    const isPlain = accelerated?.(start, end) ?? isAscii(words, bytes, start, end);
    if (isPlain) return true;
    if (!isUtf8(new DataView(bytes.buffer), start, end)) return false;
  }
  // What is text as a whole is text in parts unless a character is cut in two.
  for (let run = 1; run < count; run++) {
    const bound = words[at + run]!;
    if (bound < end && (bytes[bound]! & 0xc0) === 0x80) return false;
  }
  return true;
}

function isAscii(words: Int32Array, bytes: Uint8Array, start: number, end: number): boolean {
  const last = end >> 2;
  let word = start >> 2;
  let bits = 0;
  for (; word + 8 <= last; word += 8) {
    bits |= words[word]! | words[word + 1]! | words[word + 2]! | words[word + 3]! |
      words[word + 4]! | words[word + 5]! | words[word + 6]! | words[word + 7]!;
  }
  for (; word < last; word++) bits |= words[word]!;
  for (let at = 4 * last; at < end; at++) bits |= bytes[at]! << 24;
  return (bits & NOT_ASCII) === 0;
}
