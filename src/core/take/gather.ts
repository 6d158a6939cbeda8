/**
 * The loops behind `takeRows`: fixed-width values, bits, and the ranges of variable-length types.
 * Values move as words of 8, 16 or 32 bits whatever they mean, so that 64-bit columns never become
 * BigInts and NaNs keep their payload.
 *
 * @module
 */

/** A typed array of any element type. */
export interface TypedArray extends ArrayBufferView {
  /** Number of elements. */
  readonly length: number;
  /** Bytes of one element. */
  readonly BYTES_PER_ELEMENT: number;
}

/** Offsets of a variable-length type, 32-bit or 64-bit. */
export type Offsets = Int32Array | BigInt64Array;

/** Where the elements of some variable-length values lie. */
export interface Ranges {
  /** Where each value starts in the elements it is taken from. */
  readonly starts: Float64Array;
  /** Where each value ends when they stand one after the other, from 0. */
  readonly ends: Float64Array;
  /** Number of elements in all of them: the last end. */
  readonly total: number;
}

const MAX_INT32 = 2 ** 31 - 1;
const TWO_32 = 2 ** 32;
/** Up to so many bytes, a loop is faster than a view and a copy. */
const SHORT = 32;

/** The values of the given rows, `stride` elements each, in an array of the same class. */
export function gatherValues(values: TypedArray, rows: Uint32Array, stride: number): TypedArray {
  const words = wordsOf(values);
  const width = stride * values.BYTES_PER_ELEMENT / words.BYTES_PER_ELEMENT;
  const Words = words.constructor as new (length: number) => typeof words;
  const taken = new Words(rows.length * width);
  if (width === 1) {
    for (let i = 0; i < rows.length; i++) taken[i] = words[rows[i]!]!;
  } else {
    for (let i = 0, to = 0; i < rows.length; i++) {
      const end = (rows[i]! + 1) * width;
      for (let from = end - width; from < end; from++) taken[to++] = words[from]!;
    }
  }
  const Values = values.constructor as new (buffer: ArrayBufferLike) => TypedArray;
  return new Values(taken.buffer);
}

/** The bits of the given rows, packed. */
export function gatherBits(bits: Uint8Array, offset: number, rows: Uint32Array): Uint8Array {
  const taken = new Uint8Array(((rows.length + 63) >>> 6) << 3); // padded as Arrow recommends
  for (let i = 0; i < rows.length; i++) {
    if (bitAt(bits, offset + rows[i]!)) taken[i >> 3]! |= 1 << (i & 7);
  }
  return taken;
}

/** How many of the first `length` bits are zero. */
export function countZeros(bits: Uint8Array, length: number): number {
  let zeros = 0;
  for (let i = 0; i < length; i++) if (!bitAt(bits, i)) zeros++;
  return zeros;
}

/**
 * The ranges of the given rows. A null gets an empty one: what its offsets may span is no part of
 * the array.
 *
 * @param validity of the rows taken, in their order; absent when none is null
 */
export function rangesOf(
  offsets: Offsets,
  rows: Uint32Array,
  validity: Uint8Array | undefined,
): Ranges {
  const words = new Uint32Array(offsets.buffer, offsets.byteOffset, offsets.byteLength / 4);
  const wide = isWide(offsets);
  const starts = new Float64Array(rows.length);
  const ends = new Float64Array(rows.length);
  let total = 0;
  for (let i = 0, start = 0, end = 0; i < rows.length; i++) {
    if (validity === undefined || bitAt(validity, i)) {
      const row = rows[i]!;
      start = wide ? words[2 * row]! + words[2 * row + 1]! * TWO_32 : words[row]!;
      end = wide ? words[2 * row + 2]! + words[2 * row + 3]! * TWO_32 : words[row + 1]!;
    } else {
      start = end; // so that a null does not split a run of neighbours
    }
    starts[i] = start;
    ends[i] = total += end - start;
  }
  return { starts, ends, total };
}

/**
 * The ends of ranges as Arrow offsets, in the class of the given ones.
 *
 * @throws {RangeError} when there are more elements than 32-bit offsets can count, which takes rows
 * that are taken again and again.
 */
export function offsetsLike(offsets: Offsets, { ends, total }: Ranges): Offsets {
  if (isWide(offsets)) {
    const words = new Uint32Array(2 * (ends.length + 1));
    for (let i = 0; i < ends.length; i++) {
      words[2 * i + 2] = ends[i]!; // modulo 2^32
      words[2 * i + 3] = ends[i]! / TWO_32;
    }
    return new BigInt64Array(words.buffer);
  }
  if (total > MAX_INT32) {
    throw new RangeError(
      `expected rows with at most ${MAX_INT32} bytes or list elements in a column of 32-bit ` +
        `offsets, got ${total}; take fewer rows at a time`,
    );
  }
  const narrow = new Int32Array(ends.length + 1);
  narrow.set(ends, 1);
  return narrow;
}

/** The bytes in the given ranges, one after the other. */
export function gatherBytes(bytes: Uint8Array, { starts, ends, total }: Ranges): Uint8Array {
  const taken = new Uint8Array(total);
  for (let i = 0, to = 0; i < starts.length;) {
    const start = starts[i]!;
    let length = ends[i]! - to;
    // Neighbours are copied in one go: most often all rows are taken but a few.
    while (++i < starts.length && starts[i] === start + length) length = ends[i]! - to;
    if (length > SHORT) {
      taken.set(bytes.subarray(start, start + length), to);
      to += length;
    } else {
      for (let from = start, end = start + length; from < end; from++) taken[to++] = bytes[from]!;
    }
  }
  return taken;
}

/** The indices in the given ranges, one after the other. */
export function indicesIn({ starts, ends, total }: Ranges): Uint32Array {
  const indices = new Uint32Array(total);
  for (let i = 0, to = 0; i < starts.length; i++) {
    for (let index = starts[i]!; to < ends[i]!;) indices[to++] = index++;
  }
  return indices;
}

function bitAt(bits: Uint8Array, index: number): boolean {
  return ((bits[index >> 3]! >> (index & 7)) & 1) === 1;
}

function isWide(offsets: Offsets): boolean {
  return offsets.BYTES_PER_ELEMENT === 8;
}

function wordsOf({ buffer, byteOffset, byteLength, BYTES_PER_ELEMENT }: TypedArray) {
  if (BYTES_PER_ELEMENT === 1) return new Uint8Array(buffer, byteOffset, byteLength);
  if (BYTES_PER_ELEMENT === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}
