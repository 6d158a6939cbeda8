/**
 * What is written in more than one place of the inner loop: numbers as varints, lengths, text and
 * bytes, from heap to heap.
 *
 * @module
 */
import type { GUESS } from "./program.ts";

/** Writers of single values; each returns the address after what it wrote. */
export interface ValueWriter {
  /** Writes a 64-bit number, its two words, as a varint. */
  readonly writeVarint: (at: number, low: number, high: number) => number;
  /**
   * Puts the length of `[body, stop)` before it. Room has been left for as many bytes as the last
   * length of the field took; only when this one takes more or less is the body moved.
   */
  readonly writeLength: (node: number, body: number, stop: number) => number;
  /** Writes bytes between the addresses in this word and the next, and their length before them. */
  readonly writeBytes: (at: number, word: number) => number;
  /** Writes a length and so many bytes from an address on. */
  readonly writeRun: (at: number, from: number, length: number) => number;
  /** As `writeBytes`, with text. */
  readonly writeText: (at: number, word: number) => number;
}

/** Makes the writers for a heap; why they are made around its views is said of the inner loop. */
export function valueWriter(memory: ArrayBuffer): ValueWriter {
  const u8 = new Uint8Array(memory);
  const i32 = new Int32Array(memory);
  const view = new DataView(memory);

  function writeVarint(start: number, low: number, high: number): number {
    let at = start | 0;
    let rest = low;
    // 28 bits at a time, as long as there are more.
    if (high !== 0 || low >>> 28 !== 0) {
      view.setInt32(at, spread(low) | 0x8080_8080, true);
      at = at + 4 | 0;
      rest = (low >>> 28 | high << 4) & 0xfff_ffff;
      if (high >>> 24 !== 0) {
        view.setInt32(at, spread(rest) | 0x8080_8080, true);
        at = at + 4 | 0;
        rest = high >>> 24;
      }
    }
    // The last 28 bits without a branch: the size from the leading zeros (37 / 256 is close enough
    // to a seventh), the four bytes as one word. Where sizes are random a loop's branch is guessed
    // wrong once a number, which costs more than all of this.
    const size = varintSize(rest);
    view.setInt32(at, spread(rest) | 0x80_8080 >>> (32 - 8 * size), true);
    return at + size | 0;
  }

  function writeLength(node: number, body: number, stop: number): number {
    const length = stop - body | 0;
    const guess = i32[node + (7 satisfies typeof GUESS) | 0]!;
    if (length < 0x80 && guess === 1) {
      u8[body - 1 | 0] = length;
      return stop | 0;
    }
    const size = varintSize(length);
    const start = body - guess | 0;
    if (size !== guess) {
      u8.copyWithin(start + size, body, stop);
      i32[node + (7 satisfies typeof GUESS) | 0] = size;
    }
    // Byte by byte, for a word would reach into the body.
    let at = start;
    let rest = length;
    for (let left = size; left > 1; left--, rest >>>= 7) {
      u8[at] = (rest & 0x7f) | 0x80;
      at = at + 1 | 0;
    }
    u8[at] = rest;
    return start + size + length | 0;
  }

  /** A length before bytes that follow. */
  function writePrefix(at: number, length: number): number {
    if (length < 0x80) {
      u8[at] = length;
      return at + 1 | 0;
    }
    const size = varintSize(length);
    view.setInt32(at, spread(length) | 0x80_8080 >>> (32 - 8 * size), true);
    return at + size | 0;
  }

  function writeBytes(start: number, word: number): number {
    const from = i32[word]!;
    return writeRun(start, from, i32[word + 1 | 0]! - from | 0);
  }

  function writeRun(start: number, from: number, length: number): number {
    const at = writePrefix(start, length);
    // A call into the engine costs as much as some forty bytes by hand.
    if (length > 48) u8.copyWithin(at, from, from + length);
    else {
      for (let done = 0; done < length; done = done + 4 | 0) {
        view.setInt32(at + done | 0, view.getInt32(from + done | 0, true), true);
      }
    }
    return at + length | 0;
  }

  /**
   * Text is copied as doubles, 1.6 times as fast as words on V8, twice on JavaScriptCore. No double
   * in valid UTF-8 is a NaN, whose payload an engine may change: its highest bytes would have to be
   * F0 to FF and 7F or FF, and no such pair occurs. The stage has put zeros after the text that this
   * reads beyond.
   */
  function writeText(start: number, word: number): number {
    const from = i32[word]!;
    const length = i32[word + 1 | 0]! - from | 0;
    const at = writePrefix(start, length);
    if (length > 96) u8.copyWithin(at, from, from + length);
    else {
      for (let done = 0; done < length; done = done + 8 | 0) {
        view.setFloat64(at + done | 0, view.getFloat64(from + done | 0, true), true);
      }
    }
    return at + length | 0;
  }

  return { writeVarint, writeLength, writeBytes, writeRun, writeText };
}

/** 28 bits, seven in each byte. */
export function spread(number: number): number {
  return (number & 0x7f) | (number << 1 & 0x7f00) | (number << 2 & 0x7f_0000) |
    (number << 3 & 0x7f00_0000);
}

/** Bytes of a number of at most 28 bits as a varint. */
export function varintSize(number: number): number {
  return Math.imul(38 - Math.clz32(number | 1), 37) >>> 8;
}
