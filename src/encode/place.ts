/**
 * Where the bytes of one value are.
 *
 * @module
 */
import type { Source } from "../schema/field_plan.ts";
import type { Column } from "./column.ts";

const WORD = 0x1_0000_0000;
/** Bytes of a view that stand in the view itself. */
const INLINE = 12;
const NOTHING = new Uint8Array(0);

/** The bytes `[start, end)` of an array. One for many values, so that none costs an object. */
export class Place {
  /** The array. */
  bytes: Uint8Array = NOTHING;
  /** Where the value begins. */
  start = 0;
  /** Where it ends. */
  end = 0;

  /** Finds a value of text or bytes; false if its offsets lead nowhere. */
  find(column: Column, index: number): boolean {
    this.bytes = column.bytes;
    switch (column.source) {
      case 16 satisfies typeof Source.Binary:
        this.start = column.offsets[index]!;
        this.end = column.offsets[index + 1]!;
        break;
      case 17 satisfies typeof Source.LargeBinary: {
        const { offsets } = column;
        this.start = offsets[2 * index + 1]! * WORD + (offsets[2 * index]! >>> 0);
        this.end = offsets[2 * index + 3]! * WORD + (offsets[2 * index + 2]! >>> 0);
        break;
      }
      case 18 satisfies typeof Source.BinaryView: {
        const at = 4 * index;
        const length = column.i32[at]!;
        if (length > INLINE) this.bytes = column.buffers[column.i32[at + 2]!] ?? NOTHING;
        this.start = length <= INLINE ? 4 * at + 4 : column.i32[at + 3]!;
        this.end = this.start + length;
        break;
      }
      case 19 satisfies typeof Source.FixedSizeBinary:
        this.start = index * column.width;
        this.end = this.start + column.width;
        break;
    }
    return this.start >= 0 && this.end >= this.start && this.end <= this.bytes.length;
  }
}
