/**
 * Indices of dictionaries.
 *
 * @module
 */
import type { Source } from "../schema/field_plan.ts";
import type { Column } from "./column.ts";

const WORD = 0x1_0000_0000;

/** Which value of the dictionary stands at an index; perhaps none that the dictionary has. */
export function indexAt(column: Column, index: number): number {
  switch (column.indices) {
    case 0 satisfies typeof Source.Int8:
      return column.i8[index]!;
    case 1 satisfies typeof Source.Int16:
      return column.i16[index]!;
    case 4 satisfies typeof Source.Uint8:
      return column.bytes[index]!;
    case 5 satisfies typeof Source.Uint16:
      return column.u16[index]!;
    case 2 satisfies typeof Source.Int32:
      return column.i32[index]!;
    case 6 satisfies typeof Source.Uint32:
      return column.i32[index]! >>> 0;
    default:
      return column.i32[2 * index + 1]! * WORD + (column.i32[2 * index]! >>> 0);
  }
}
