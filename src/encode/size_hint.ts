/**
 * How large the records of a batch will probably be.
 *
 * @module
 */
import { Source } from "../schema/field_plan.ts";
import type { Column } from "./column.ts";

/** Tag and value of a number, or tag and length of something longer, on the generous side. */
const NUMBER = 10;
const PREFIX = 4;

/**
 * A guess at the bytes that a column takes in all records together, from nothing but the ends of its
 * buffers. It decides how large a buffer is to begin with, so that it seldom has to grow.
 */
export function sizeHint(column: Column): number {
  const { length, children, width } = column;
  switch (column.source) {
    case Source.Binary:
      return PREFIX * length + span(column, 1);
    case Source.LargeBinary:
      return PREFIX * length + span(column, 2);
    case Source.BinaryView:
      return (PREFIX + 16) * length;
    case Source.FixedSizeBinary:
      return (PREFIX + width) * length;
    case Source.Decimal:
      return (PREFIX + 16) * length;
    case Source.Struct:
      return children.reduce((sum, member) => sum + sizeHint(member), PREFIX * length);
    case Source.List:
    case Source.Map:
    case Source.LargeList: {
      const words = column.source === Source.LargeList ? 2 : 1;
      const share = span(column, words) / Math.max(column.elements, 1);
      return children.reduce((sum, child) => sum + share * (PREFIX + sizeHint(child)), 0);
    }
    case Source.FixedSizeList:
      return children.reduce((sum, child) => sum + sizeHint(child), 0);
    case Source.Dictionary: {
      const values = children.reduce((sum, chunk) => sum + chunk.length, 0);
      const bytes = children.reduce((sum, chunk) => sum + sizeHint(chunk), 0);
      return length * bytes / Math.max(values, 1);
    }
    default:
      return NUMBER * length;
  }
}

/** From the first offset to the last; offsets of two words count by the lower one. */
function span({ offsets, length }: Column, words: number): number {
  return Math.max((offsets[words * length] ?? 0) - (offsets[0] ?? 0), 0);
}
