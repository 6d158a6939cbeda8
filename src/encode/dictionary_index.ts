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

/** One value of a dictionary. A few for many values, so that none costs an object. */
export class Meaning {
  /** The chunk of the dictionary that it is in; undefined if the index leads nowhere. */
  values: Column | undefined;
  /** Which value of the chunk it is. */
  at = 0;

  /** Finds what stands for an index of a dictionary. */
  find(column: Column, index: number): void {
    const { children } = column;
    let at = indexAt(column, index);
    let which = 0;
    let values = children[0];
    while (values !== undefined && at >= values.length) {
      at -= values.length;
      values = children[++which];
    }
    this.values = at >= 0 ? values : undefined;
    this.at = at;
  }
}
