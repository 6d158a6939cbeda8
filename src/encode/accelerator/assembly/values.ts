/**
 * Single values, from heap to heap. Each function returns the address after what it wrote. All may
 * write some bytes beyond that, which what comes next overwrites.
 *
 * @module
 */
import { GUESS } from "./program";

/** A 64-bit number as a varint. */
@inline
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
  // a seventh), and a bit in all bytes but the last. 1.5 times a loop on `b`, 1.2 times on `a`.
  const size = i32((70 - clz(value | 1)) * 37 >>> 8);
  store<i64>(at, spread(value) | (0x0080_8080_8080_8080 >>> (64 - 8 * size)));
  return at + size;
}

/** A length before its bytes. */
@inline
export function writePrefix(at: i32, length: i32): i32 {
  if (length < 0x80) {
    store<u8>(at, length);
    return at + 1;
  }
  const size = varintSize(length);
  store<i32>(at, i32(spread(length)) | 0x80_8080 >>> (32 - 8 * size));
  return at + size;
}

/**
 * Bytes between the addresses at one word and the next, behind their length. As a call it would cost
 * 12 % of `a`.
 */
@inline
export function writeBytes(start: i32, word: i32): i32 {
  const from = load<i32>(word);
  const length = load<i32>(word, 4) - from;
  const at = writePrefix(start, length);
  // Up to here by hand: with 256 instead of 64, `c` has 0.8 to 0.9 of its speed.
  if (length > 64) memory.copy(at, from, length);
  else {
    // Always 32 bytes, for most text ends before, and where is nothing that a processor could guess:
    // 1.13 times a loop on `a`. Vectors of 16 bytes would be 1.04 times as fast at best.
    copy16(at, from);
    copy16(at + 16, from + 16);
    for (let done = 32; done < length; done += 16) copy16(at + done, from + done);
  }
  return at + length;
}

@inline
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
@inline
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

/** A bit of the heap, by its number. */
export function bit(number: i32): i32 {
  return i32(load<u8>(number >> 3)) >> (number & 7) & 1;
}
