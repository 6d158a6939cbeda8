/**
 * The inner loop of the encoder as WebAssembly: what `src/encode/write_row.ts` and its neighbours do
 * in JavaScript, over the same heap, by the same program, with the same bytes as the result. What the
 * kinds mean, and why rows are written like this, is said there; here stands what is different.
 *
 * This is AssemblyScript, and `deno task wasm` builds it. The module has no memory of its own, no
 * data and no state, and tests nothing: everything has been checked before rows are written.
 *
 * Gains are those of whole batches, columns brought to the heap and records copied away included, as
 * ratios of throughput on Node and Deno: corpora `a` to `e` of `bench`, or one of its types.
 *
 * @module
 */
import { writeFields } from "./fields";
import { BASE, GUESS, Kind } from "./program";
import { writeLength } from "./values";

export { isAscii } from "./text";

/** Tells this module from those of other versions: a hash of its source, by whoever builds it. */
export const FINGERPRINT: i32 = SOURCE_HASH;

/** The number of kinds that this module knows. */
export const KINDS: i32 = Kind.Count;

/** Tag of `ProtoEncodedRecordBatch.records`: field 1, length-delimited. */
const RECORD_TAG: u8 = 0x0a;

/**
 * Writes the rows `[from, to)`, each framed as a record, until one is longer than `longest`.
 *
 * @param first word of the first instruction; the last is followed by `record`, the record's own
 * @param bounds word that says where the first row begins; those after it will say it of the next
 * @returns the row after the last one written
 */
export function writeRows(
  first: i32,
  record: i32,
  bounds: i32,
  longest: i32,
  from: i32,
  to: i32,
): i32 {
  const start = first << 2;
  const end = record << 2;
  let bound = bounds << 2;
  let at = load<i32>(bound);
  for (let row = from; row < to; row++) {
    // For whoever catches what is thrown.
    store<i32>(end, row, BASE);
    store<u8>(at, RECORD_TAG);
    const body = at + 1 + load<i32>(end, GUESS);
    const stop = writeFields(start, end, row, body);
    if (stop - body > longest) return row;
    at = writeLength(end, body, stop);
    bound += 4;
    store<i32>(bound, at);
  }
  return to;
}
