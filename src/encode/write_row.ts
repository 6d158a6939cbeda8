/**
 * The inner loop: an interpreter that walks the fields of one row and writes each value where it
 * belongs, from heap to heap.
 *
 * @module
 */
import { HEAP } from "./heap.ts";
import type { OtherWriter, Rows, RowWriter } from "./inner_loop.ts";
import type { BASE, END, GUESS, KIND, Kind, REQUIRED, TAG, TAG_SIZE, VALIDITY } from "./program.ts";
import { elementWriter } from "./write_elements.ts";
import { spread, valueWriter, varintSize } from "./write_values.ts";

/** Tag of `ProtoEncodedRecordBatch.records`: field 1, length-delimited. */
const RECORD_TAG = 0x0a;

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
  const values = valueWriter(memory);
  const { writeLength, writeBytes, writeText } = values;
  const { writeMany } = elementWriter(memory, values, writeFields);

  function writeRows(
    { first, record, bounds, maxRecordBytes }: Rows,
    from: number,
    to: number,
    other: OtherWriter,
  ): number {
    let word = bounds;
    let at = i32[word]!;
    for (let row = from; row < to; row = row + 1 | 0) {
      i32[record + (3 satisfies typeof BASE) | 0] = row;
      u8[at] = RECORD_TAG;
      const body = at + 1 + i32[record + (7 satisfies typeof GUESS) | 0]! | 0;
      const stop = writeFields(first, record, row, body, other) | 0;
      if (stop - body > maxRecordBytes) return row;
      at = writeLength(record, body, stop);
      word = word + 1 | 0;
      i32[word] = at;
    }
    return to;
  }

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
          if (i32[node + (5 satisfies typeof REQUIRED) | 0] !== 0) other.refuseNull(node);
          node = i32[node + (6 satisfies typeof END) | 0]! - 8 | 0;
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
        case 8 satisfies typeof Kind.Struct:
          at = at + i32[node + (7 satisfies typeof GUESS) | 0]! | 0;
          i32[node + (3 satisfies typeof BASE) | 0] = at;
          continue;
        case 12 satisfies typeof Kind.StructEnd:
          at = writeLength(base, i32[base + (3 satisfies typeof BASE) | 0]!, at);
          continue;
        case 0 satisfies typeof Kind.Other:
          at = other.writeOther(node, value, at) | 0;
          node = i32[node + (6 satisfies typeof END) | 0]! - 8 | 0;
          continue;
        default:
          at = writeMany(node, value, at, other) | 0;
          node = i32[node + (6 satisfies typeof END) | 0]! - 8 | 0;
          continue;
      }
      // `writeVarint` once more, and explained there: calling it makes narrow rows 4 % slower on Node.
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
      const size = varintSize(rest);
      view.setInt32(at, spread(rest) | 0x80_8080 >>> (32 - 8 * size), true);
      at = at + size | 0;
    }
    return at;
  }

  return { writeRows };
}
