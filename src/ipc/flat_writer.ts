/**
 * FlatBuffers, as much of the format as Arrow's messages need: tables, vectors, strings, numbers.
 *
 * What refers comes before what it refers to, so everything is written from front to back, and a
 * reference is filled in when its target's place is known.
 *
 * @module
 */

/** A member of a table: how many bytes it takes, and its value; a reference has none yet. */
export interface Member {
  /** Bytes, also the alignment. */
  readonly size: 1 | 2 | 4 | 8;
  /** A whole number, or nothing for a reference. */
  readonly value: number | undefined;
}

/** A byte. */
export const byte = (value: number): Member => ({ size: 1, value });
/** A 16-bit number. */
export const short = (value: number): Member => ({ size: 2, value });
/** A 32-bit number. */
export const int = (value: number): Member => ({ size: 4, value });
/** A 64-bit number. */
export const long = (value: number): Member => ({ size: 8, value });
/** A reference to a table, a vector or a string that is written later. */
export const REFERENCE: Member = { size: 4, value: undefined };

const WORD = 0x1_0000_0000;
const encoder = new TextEncoder();

/** Writes one buffer. */
export class FlatWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  /** A buffer begins with a reference to its root. */
  #at = 4;

  /** @param capacity a guess at the size */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /**
   * Writes a table.
   *
   * @param members by slot; absent ones have their default
   * @returns where the table is, and where each of its members
   */
  table(members: readonly (Member | undefined)[]): { at: number; members: readonly number[] } {
    const vtable = this.#take(4 + 2 * members.length, 2);
    const order = [...members.keys()].filter((slot) => members[slot] !== undefined)
      .sort((one, other) => members[other]!.size - members[one]!.size);
    const offsets = new Map<number, number>();
    let size = 4; // the distance to the vtable
    for (const slot of order) {
      const { size: width } = members[slot]!;
      size = Math.ceil(size / width) * width;
      offsets.set(slot, size);
      size += width;
    }
    const at = this.#take(size, 8);
    this.#view.setUint16(vtable, 4 + 2 * members.length, true);
    this.#view.setUint16(vtable + 2, size, true);
    this.#view.setInt32(at, at - vtable, true);
    const places = members.map((member, slot) => {
      const offset = offsets.get(slot) ?? 0;
      this.#view.setUint16(vtable + 4 + 2 * slot, offset, true);
      if (member?.value !== undefined) this.#number(at + offset, member.size, member.value);
      return at + offset;
    });
    return { at, members: places };
  }

  /** Writes a string. */
  string(text: string): number {
    const bytes = encoder.encode(text);
    const at = this.#take(4 + bytes.length + 1, 4);
    this.#view.setUint32(at, bytes.length, true);
    this.#bytes.set(bytes, at + 4);
    return at;
  }

  /** Writes a vector of references; returns where it is, and where each of them. */
  references(count: number): { at: number; members: readonly number[] } {
    const at = this.#take(4 + 4 * count, 4);
    this.#view.setUint32(at, count, true);
    return { at, members: Array.from({ length: count }, (_, index) => at + 4 + 4 * index) };
  }

  /** Writes a vector of structures of two 64-bit numbers each, given one after the other. */
  pairs(numbers: readonly number[]): number {
    this.#align(8);
    this.#take(4, 4); // so that the numbers are aligned and not the count before them
    const at = this.#take(4 + 8 * numbers.length, 4);
    this.#view.setUint32(at, numbers.length / 2, true);
    for (let index = 0, to = at + 4; index < numbers.length; index++, to += 8) {
      this.#number(to, 8, numbers[index]!);
    }
    return at;
  }

  /** Makes the reference at a place point to what is at another, further behind. */
  refer(from: number, to: number): void {
    this.#view.setUint32(from, to - from, true);
  }

  /** The buffer, with this table as its root; its length is a multiple of 8. */
  finish(root: number): Uint8Array<ArrayBuffer> {
    this.refer(0, root);
    this.#align(8);
    return this.#bytes.subarray(0, this.#at);
  }

  #number(at: number, size: Member["size"], value: number): void {
    if (size === 1) this.#view.setUint8(at, value);
    else if (size === 2) this.#view.setInt16(at, value, true);
    else this.#view.setInt32(at, value % WORD, true);
    if (size === 8) this.#view.setInt32(at + 4, Math.floor(value / WORD), true);
  }

  #align(to: number): void {
    this.#take(-this.#at & (to - 1), 1);
  }

  #take(size: number, alignment: number): number {
    const at = Math.ceil(this.#at / alignment) * alignment;
    this.#at = at + size;
    if (this.#at > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(2 * this.#bytes.length, this.#at));
      bytes.set(this.#bytes);
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer);
    }
    return at;
  }
}
