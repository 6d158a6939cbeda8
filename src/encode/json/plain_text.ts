/**
 * Text that is the same in JSON: ASCII without anything that needs a backslash.
 *
 * @module
 */
import type { Sink } from "../sink.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** First printable character. */
const SPACE = 0x20;
/** The highest bit of each of four bytes. */
const HIGHEST = 0x8080_8080 | 0;
/** As many bytes as are looked at together, at least and at most. */
const SHORTEST_RUN = 64;
const LONGEST_RUN = 4096;
/** Longer copies are the engine's; a call with a sub-array costs about 40 ns. */
const COPIED_BY_HAND = 96;

/**
 * An array of text that is read from front to back. Whether it is plain is found out for many values
 * at once: four bytes in 1 ns, in a loop with few branches, rather than a table's answer to each.
 */
export class PlainText {
  readonly #view: DataView;
  /** What has been looked at last, and what was found. */
  #from = 0;
  #to = 0;
  #isPlain = false;
  #run = LONGEST_RUN;

  /** Nothing has been looked at yet. */
  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    this.#view = new DataView(buffer, byteOffset, byteLength);
  }

  /** Whether the bytes `[start, end)` are plain; they may be so if it says no. */
  has(start: number, end: number): boolean {
    if (start < this.#from || end > this.#to) this.#look(start, end);
    return this.#isPlain;
  }

  #look(start: number, end: number): void {
    this.#from = start;
    this.#to = Math.min(Math.max(end, start + this.#run), this.#view.byteLength);
    this.#isPlain = isPlain(this.#view, start, this.#to);
    // Where there is much else, little is looked at in vain.
    this.#run = this.#isPlain
      ? Math.min(2 * this.#run, LONGEST_RUN)
      : Math.max(this.#run >> 1, SHORTEST_RUN);
  }

  /** Writes plain bytes as a string. */
  write(sink: Sink, bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    sink.reserve(2 + length);
    const at = sink.position + 1;
    sink.bytes[at - 1] = QUOTE;
    if (length > COPIED_BY_HAND) sink.bytes.set(bytes.subarray(start, end), at);
    else if (length >= 8) copyWords(this.#view, start, length, sink.view, at);
    else for (let done = 0; done < length; done++) sink.bytes[at + done] = bytes[start + done]!;
    sink.bytes[at + length] = QUOTE;
    sink.position = at + length + 1;
  }
}

/** At least eight bytes, eight at a time as doubles, none of which is a NaN; the last ones again. */
function copyWords(from: DataView, start: number, length: number, to: DataView, at: number): void {
  const last = length - 8;
  for (let done = 0; done < last; done += 8) {
    to.setFloat64(at + done, from.getFloat64(start + done, true), true);
  }
  to.setFloat64(at + last, from.getFloat64(start + last, true), true);
}

function isPlain(view: DataView, start: number, end: number): boolean {
  let at = start;
  for (; at + 16 <= end; at += 16) {
    const odd = oddBits(view.getInt32(at, true)) | oddBits(view.getInt32(at + 4, true)) |
      oddBits(view.getInt32(at + 8, true)) | oddBits(view.getInt32(at + 12, true));
    if ((odd & HIGHEST) !== 0) return false;
  }
  for (; at < end; at++) {
    const byte = view.getUint8(at);
    if (byte < SPACE || byte > 0x7f || byte === QUOTE || byte === BACKSLASH) return false;
  }
  return true;
}

/**
 * Has the highest bit of some byte set unless all four are plain: because it is set already, or
 * because taking 32 borrows from the next, or because there are a quote's or a backslash's bits and
 * taking 1 from none borrows.
 */
function oddBits(word: number): number {
  return word | word - 0x2020_2020 | (word ^ 0x2222_2222) - 0x0101_0101 |
    (word ^ 0x5c5c_5c5c) - 0x0101_0101;
}
