/**
 * Where the elements of lists and the entries of maps begin, brought to the heap.
 *
 * @module
 */
import { Source } from "../schema/field_plan.ts";
import type { Column } from "./column.ts";
import { HEAP_I32 } from "./heap.ts";

const WORD = 0x1_0000_0000;

/**
 * Brings the offsets of the values `[first, end)` as indices of the child, one more than there are
 * values, to the words from `word` on.
 *
 * @returns whether they lead somewhere.
 */
export function bringRanges(column: Column, first: number, end: number, word: number): boolean {
  const { source, offsets, width, elements } = column;
  switch (source) {
    case Source.FixedSizeList:
      for (let index = first; index <= end; index++) HEAP_I32[word++] = index * width;
      return end * width <= elements;
    case Source.LargeList: {
      let previous = 0;
      for (let index = first; index <= end; index++) {
        const offset = offsets[2 * index + 1]! * WORD + (offsets[2 * index]! >>> 0);
        if (!(offset >= previous && offset <= elements)) return false;
        HEAP_I32[word++] = previous = offset;
      }
      return true;
    }
    default:
      return bringOffsets(offsets, first, end, 0, word) &&
        HEAP_I32[word + end - first]! <= elements;
  }
}

/**
 * Brings the offsets `[first, end]`, moved by some bytes, to the words from `word` on.
 *
 * @returns whether they are all there, none below 0 and none below the one before.
 */
export function bringOffsets(
  offsets: Int32Array,
  first: number,
  end: number,
  shift: number,
  word: number,
): boolean {
  // Arrow's own tools pad a short column with nulls and do not lengthen its offsets for them.
  if (end >= offsets.length) return false;
  const words = HEAP_I32;
  let previous = 0;
  // What is negative has the highest bit set, and so has a difference of what is not; a union keeps
  // it, and the loop has no branch: 3 % of nested rows.
  let union = 0;
  for (let index = first; index <= end; index++, word++) {
    const offset = offsets[index]!;
    union |= offset | (offset - previous);
    words[word] = offset + shift;
    previous = offset;
  }
  return union >= 0;
}
