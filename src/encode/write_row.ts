/**
 * The inner loop: an interpreter that walks the fields of one row and writes each value where it
 * belongs, from heap to heap.
 *
 * @module
 */
import { HEAP } from "./heap.ts";
import type { BASE, END, FIRST, GUESS, KIND, Kind, TAG, TAG_SIZE, VALIDITY } from "./program.ts";

/** Writes what has no fast way. */
export interface OtherWriter {
  /** Writes one value of an instruction's column, tag included; returns the address after it. */
  writeOther(node: number, index: number, at: number): number;
  /** Called for a null; throws where there may be none. */
  checkNull(node: number): void;
}

/** The inner loop. */
export interface RowWriter {
  /**
   * Writes the fields whose instructions are the words `[first, end)` of the heap, for one index.
   *
   * Everything has been checked beforehand, for a block of rows at once: that offsets lead
   * somewhere, that text is text, that numbers are in range, that there is room. There is not one
   * test of those in here.
   *
   * @returns the address after the last byte written.
   */
  readonly writeFields: (
    first: number,
    end: number,
    index: number,
    at: number,
    other: OtherWriter,
  ) => number;
  /**
   * Puts the length of `[body, stop)` before it. Room has been left for as many bytes as the last
   * length of the field took; only when this one takes more or less is the body moved.
   *
   * @returns the address after the body.
   */
  readonly writeLength: (node: number, body: number, stop: number) => number;
}

/** The one there is. */
export const ROW_WRITER: RowWriter = rowWriter(HEAP);

/**
 * Makes the functions around constant views. This is what makes them fast: of a variable that an
 * engine knows never to change (and it knows that of a `const` around a function, but not of an
 * import, nor of what bundlers make of a module's `const`) it compiles address and length into the
 * code. Otherwise each access loads and checks them again: 35 ns a field of doubles, against 20.
 *
 * For the same reason the program's offsets are literals here, held to their names by `satisfies`,
 * and sums end in `| 0`: an integer that may not overflow needs no test whether it did.
 */
function rowWriter(memory: ArrayBuffer): RowWriter {
  const u8 = new Uint8Array(memory);
  const i32 = new Int32Array(memory);
  const view = new DataView(memory);

  function writeFields(
    first: number,
    end: number,
    index: number,
    start: number,
    other: OtherWriter,
  ): number {
    let at = start | 0;
    const last = end | 0;
    const value = index | 0;
    for (let node = first | 0; node < last; node = node + 8 | 0) {
      const validity = i32[node + (4 satisfies typeof VALIDITY) | 0]!;
      if (validity !== -0x8000_0000) {
        const bit = validity + value | 0;
        if ((u8[bit >> 3]! >> (bit & 7) & 1) === 0) {
          other.checkNull(node);
          continue;
        }
      }
      // Always a whole word, however long the tag is: what is too much is overwritten next.
      view.setInt32(at, i32[node + (1 satisfies typeof TAG) | 0]!, true);
      at = at + i32[node + (2 satisfies typeof TAG_SIZE) | 0]! | 0;
      const base = i32[node + (3 satisfies typeof BASE) | 0]!;
      let low = 0;
      let high = 0;
      // Cases are literals, which compile to a jump table. Those of varints leave the writing to
      // what comes after: there once, it is small enough to be compiled right into the loop.
      switch (i32[node + (0 satisfies typeof KIND) | 0]!) {
        case 1 satisfies typeof Kind.Int32:
          low = i32[base + value | 0]!;
          high = low >> 31;
          break;
        case 2 satisfies typeof Kind.Int64: {
          const word = base + 2 * value | 0;
          low = i32[word]!;
          high = i32[word + 1 | 0]!;
          break;
        }
        case 3 satisfies typeof Kind.Fixed32:
          view.setInt32(at, i32[base + value | 0]!, true);
          at = at + 4 | 0;
          continue;
        case 4 satisfies typeof Kind.Fixed64: {
          // Two words rather than one double, so that every NaN keeps its payload.
          const word = base + 2 * value | 0;
          view.setInt32(at, i32[word]!, true);
          view.setInt32(at + 4 | 0, i32[word + 1 | 0]!, true);
          at = at + 8 | 0;
          continue;
        }
        case 5 satisfies typeof Kind.Bool: {
          const bit = base + value | 0;
          u8[at] = u8[bit >> 3]! >> (bit & 7) & 1;
          at = at + 1 | 0;
          continue;
        }
        case 6 satisfies typeof Kind.Text:
          at = writeText(at, base + value | 0);
          continue;
        case 7 satisfies typeof Kind.Bytes:
          at = writeBytes(at, base + value | 0);
          continue;
        case 8 satisfies typeof Kind.Struct: {
          const body = at + i32[node + (7 satisfies typeof GUESS) | 0]! | 0;
          const from = i32[node + (5 satisfies typeof FIRST) | 0]!;
          const to = i32[node + (6 satisfies typeof END) | 0]!;
          at = writeLength(node, body, writeFields(from, to, value, body, other)) | 0;
          continue;
        }
        default:
          at = writeOther(node, base, value, at, other) | 0;
          continue;
      }
      // A 64-bit number as a varint: 28 bits at a time, as long as there are more.
      let rest = low;
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
      const size = Math.imul(38 - Math.clz32(rest | 1), 37) >>> 8;
      view.setInt32(at, spread(rest) | 0x80_8080 >>> (32 - 8 * size), true);
      at = at + size | 0;
    }
    return at;
  }

  /** Lists, maps and all the rest, apart from the loop over fields to keep that small. */
  function writeOther(
    node: number,
    base: number,
    index: number,
    start: number,
    other: OtherWriter,
  ): number {
    const kind = i32[node + (0 satisfies typeof KIND) | 0]!;
    if (kind === (0 satisfies typeof Kind.Other)) return other.writeOther(node, index, start);
    let at = start | 0;
    const word = base + index | 0;
    const tag = i32[node + (1 satisfies typeof TAG) | 0]!;
    const from = i32[node + (5 satisfies typeof FIRST) | 0]!;
    const to = i32[node + (6 satisfies typeof END) | 0]!;
    const first = i32[word]!;
    const last = i32[word + 1 | 0]!;
    switch (kind) {
      case 9 satisfies typeof Kind.List:
        for (let element = first; element < last; element = element + 1 | 0) {
          at = writeFields(from, to, element, at, other) | 0;
        }
        return at;
      case 10 satisfies typeof Kind.PackedList: {
        if (first === last) return at;
        view.setInt32(at, tag, true);
        const body = at + wordSize(tag) + i32[node + (7 satisfies typeof GUESS) | 0]! | 0;
        at = body;
        for (let element = first; element < last; element = element + 1 | 0) {
          at = writeFields(from, to, element, at, other) | 0;
        }
        return writeLength(node, body, at);
      }
      default:
        for (let entry = first; entry < last; entry = entry + 1 | 0) {
          view.setInt32(at, tag, true);
          const body = at + wordSize(tag) + i32[node + (7 satisfies typeof GUESS) | 0]! | 0;
          at = writeLength(node, body, writeFields(from, to, entry, body, other)) | 0;
        }
        return at;
    }
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

  function writeBytes(start: number, word: number): number {
    const from = i32[word]!;
    const length = i32[word + 1 | 0]! - from | 0;
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
   * Text is copied as doubles, 1.6 times as fast as words on V8, twice on JavaScriptCore. No double in valid UTF-8 is a NaN, whose
   * payload an engine may change: its highest bytes would have to be F0 to FF and 7F or FF, and no
   * such pair occurs. The stage has put zeros after the text that this reads beyond.
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

  /** A length before its bytes. */
  function writePrefix(at: number, length: number): number {
    if (length < 0x80) {
      u8[at] = length;
      return at + 1 | 0;
    }
    const size = varintSize(length);
    view.setInt32(at, spread(length) | 0x80_8080 >>> (32 - 8 * size), true);
    return at + size | 0;
  }

  return { writeFields, writeLength };
}

/** 28 bits, seven in each byte. */
function spread(number: number): number {
  return (number & 0x7f) | (number << 1 & 0x7f00) | (number << 2 & 0x7f_0000) |
    (number << 3 & 0x7f00_0000);
}

/** Bytes of a length as a varint. */
function varintSize(length: number): number {
  return Math.imul(38 - Math.clz32(length | 1), 37) >>> 8;
}

/** Bytes of a word up to the last that is not 0. */
function wordSize(word: number): number {
  return (39 - Math.clz32(word)) >>> 3;
}
