/**
 * Single values, from heap to heap. Each function returns the address after what it wrote. All may
 * write some bytes beyond that, which what comes next overwrites.
 *
 * @module
 */
import { GUESS } from "./program";

/** A 64-bit number as a varint. */
export function writeVarint(at: i32, value: i64): i32 {
  if (value >>> 56 != 0) {
    // Nine or ten bytes: eight with seven bits each, all of which say that there is more.
    store<i64>(at, spread(value) | 0x8080_8080_8080_8080);
    const rest = i32(value >>> 56);
    const more = rest >>> 7;
    store<i16>(at, (rest & 0x7f) | more << 7 | more << 8, 8);
    return at + 9 + more;
  }
  // Up to eight bytes without a branch: the size from the leading zeros (37 / 256 is close enough to
  // a seventh), and a bit in all bytes but the last.
  const size = i32((70 - clz(value | 1)) * 37 >>> 8);
  store<i64>(at, spread(value) | (0x0080_8080_8080_8080 >>> (64 - 8 * size)));
  return at + size;
}

/** Bytes between two addresses behind their length. */
export function writeBytes(at: i32, from: i32, to: i32): i32 {
  const length = to - from;
  if (length < 0x80) store<u8>(at++, length);
  else {
    const size = varintSize(length);
    store<i32>(at, i32(spread(length)) | 0x80_8080 >>> (32 - 8 * size));
    at += size;
  }
  if (length > 64) memory.copy(at, from, length);
  else {
    // Most texts take no more than this, and which do is nothing that a processor could guess.
    copy16(at, from);
    copy16(at + 16, from + 16);
    for (let done = 32; done < length; done += 16) copy16(at + done, from + done);
  }
  return at + length;
}

function copy16(at: i32, from: i32): void {
  store<i64>(at, load<i64>(from));
  store<i64>(at, load<i64>(from, 8), 8);
}

/**
 * Puts the length of `[body, stop)` before it. Room has been left for as many bytes as the last
 * length of the field took; only when this one takes more or less is the body moved.
 */
export function writeLength(node: i32, body: i32, stop: i32): i32 {
  const length = stop - body;
  const guess = load<i32>(node, GUESS);
  if (length < 0x80 && guess == 1) {
    store<u8>(body - 1, length);
    return stop;
  }
  const size = varintSize(length);
  let at = body - guess;
  const start = at + size;
  if (size != guess) {
    memory.copy(start, body, length);
    store<i32>(node, size, GUESS);
  }
  // Byte by byte, for a word would reach into the body.
  let rest = length;
  while (at < start - 1) {
    store<u8>(at++, rest | 0x80);
    rest >>>= 7;
  }
  store<u8>(at, rest);
  return start + length;
}

/** 56 bits, seven in each byte. */
function spread(value: i64): i64 {
  value = (value & 0xfff_ffff) | (value & 0xff_ffff_f000_0000) << 4;
  value = (value & 0x3fff_0000_3fff) | (value & 0xfff_c000_0fff_c000) << 2;
  return (value & 0x7f_007f_007f_007f) | (value & 0x3f80_3f80_3f80_3f80) << 1;
}

/** Bytes of a number of at most 28 bits as a varint. */
function varintSize(value: i32): i32 {
  return (38 - clz(value | 1)) * 37 >>> 8;
}

/** Bytes of a word up to the last that is not 0. */
export function wordSize(word: i32): i32 {
  return (39 - clz(word)) >>> 3;
}
