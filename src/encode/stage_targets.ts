/**
 * Integers as whatever a user's descriptor calls for, made of pairs of words that are on the heap.
 *
 * @module
 */
import type { FieldDescriptorProto_Type as FieldType } from "@bufbuild/protobuf/wkt";
import { Source } from "../schema/field_plan.ts";
import type { Column } from "./column.ts";
import { HEAP, HEAP_I32 } from "./heap.ts";

const WORD = 0x1_0000_0000;
const HEAP_VIEW = new DataView(HEAP);

/**
 * Turns `count` pairs into what the column's Protobuf type looks like: pairs, or, where that takes
 * only one word, words side by side from the same place on.
 *
 * @returns whether all values fit the type; what is there otherwise is of no use.
 */
export function convertPairs(
  { type, source, enumeration }: Column,
  to: number,
  count: number,
): boolean {
  const end = to + 2 * count;
  let fits = true;
  switch (type as number) {
    case 3 satisfies FieldType.INT64:
    case 16 satisfies FieldType.SFIXED64:
      return true;
    case 4 satisfies FieldType.UINT64:
    case 6 satisfies FieldType.FIXED64:
      if (source === Source.Uint64) return true;
      for (let at = to; at < end; at += 2) fits &&= HEAP_I32[at + 1]! >= 0;
      return fits;
    case 13 satisfies FieldType.UINT32:
      for (let at = to; at < end; at += 2) fits &&= HEAP_I32[at + 1] === 0;
      return fits;
    case 7 satisfies FieldType.FIXED32:
      for (let at = to; at < end; at += 2) fits &&= HEAP_I32[at + 1] === 0;
      compact(to, count);
      return fits;
    case 5 satisfies FieldType.INT32:
    case 15 satisfies FieldType.SFIXED32:
      fits = areNarrow(to, end);
      compact(to, count);
      return fits;
    case 14 satisfies FieldType.ENUM:
      fits = areNarrow(to, end);
      for (let at = to; at < end; at += 2) {
        fits &&= enumeration?.numbers.has(HEAP_I32[at]!) === true;
      }
      compact(to, count);
      return fits;
    case 17 satisfies FieldType.SINT32:
      fits = areNarrow(to, end);
      for (let at = to; at < end; at += 2) {
        HEAP_I32[at] = HEAP_I32[at]! << 1 ^ HEAP_I32[at + 1]!;
        HEAP_I32[at + 1] = 0;
      }
      return fits;
    case 18 satisfies FieldType.SINT64:
      for (let at = to; at < end; at += 2) {
        const low = HEAP_I32[at]!;
        const high = HEAP_I32[at + 1]!;
        const sign = high >> 31;
        HEAP_I32[at] = low << 1 ^ sign;
        HEAP_I32[at + 1] = (high << 1 | low >>> 31) ^ sign;
      }
      return true;
    case 1 satisfies FieldType.DOUBLE:
      for (let at = to; at < end; at += 2) HEAP_VIEW.setFloat64(4 * at, numberAt(at), true);
      return true;
    case 2 satisfies FieldType.FLOAT:
      for (let at = to; at < end; at += 2) HEAP_VIEW.setFloat32(4 * at, numberAt(at), true);
      compact(to, count);
      return true;
    default:
      return false;
  }
}

/** Exact, because no column with more than 32 bits becomes a floating-point number. */
function numberAt(word: number): number {
  return HEAP_I32[word + 1]! * WORD + (HEAP_I32[word]! >>> 0);
}

function areNarrow(to: number, end: number): boolean {
  let fits = true;
  for (let at = to; at < end; at += 2) fits &&= HEAP_I32[at + 1] === HEAP_I32[at]! >> 31;
  return fits;
}

/** Moves the lower words together. */
function compact(to: number, count: number): void {
  for (let at = 0; at < count; at++) HEAP_I32[to + at] = HEAP_I32[to + 2 * at]!;
}
