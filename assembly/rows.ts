/**
 * The inner loop of the encoder as WebAssembly: what `src/encode/write_row.ts` and its neighbours do, over the same
 * heap, by the same program, and with the same bytes as the result. That file says what the kinds
 * mean and why rows are written like this; here stands what is different.
 *
 * The module has no memory of its own, no data and no state. Everything it reads has been checked
 * before.
 *
 * @module
 */
import {
  BASE,
  END,
  GUESS,
  KIND,
  Kind,
  NO_NULLS,
  REQUIRED,
  STRIDE,
  TAG,
  TAG_SIZE,
  VALIDITY,
} from "./program";
import { wordSize, writeBytes, writeLength, writeVarint } from "./values";

/** Writes one value of a column that has no fast way. Throws right through this module. */
declare function writeOther(node: i32, index: i32, at: i32): i32;
/** Throws because of a null. */
declare function refuseNull(node: i32): void;

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

/** Writes the fields whose instructions are at the addresses `[first, end)`, for one index. */
function writeFields(first: i32, end: i32, index: i32, start: i32): i32 {
  let at = start;
  for (let node = first; node < end; node += STRIDE) {
    const validity = load<i32>(node, VALIDITY);
    if (validity != NO_NULLS && !bit(validity + index)) {
      if (load<i32>(node, REQUIRED)) refuseNull(node >> 2);
      node = endOf(node) - STRIDE;
      continue;
    }
    // Always a whole word, however long the tag is.
    store<i32>(at, load<i32>(node, TAG));
    at += load<i32>(node, TAG_SIZE);
    const base = load<i32>(node, BASE);
    let number: i64;
    switch (load<i32>(node, KIND)) {
      case Kind.Int32: {
        number = load<i32>((base + index) << 2);
        break;
      }
      case Kind.Int64: {
        number = load<i64>((base + 2 * index) << 2);
        break;
      }
      case Kind.Fixed32: {
        store<i32>(at, load<i32>((base + index) << 2));
        at += 4;
        continue;
      }
      case Kind.Fixed64: {
        store<i64>(at, load<i64>((base + 2 * index) << 2));
        at += 8;
        continue;
      }
      case Kind.Bool: {
        store<u8>(at++, bit(base + index));
        continue;
      }
      case Kind.Text:
      case Kind.Bytes: {
        const word = (base + index) << 2;
        at = writeBytes(at, load<i32>(word), load<i32>(word, 4));
        continue;
      }
      case Kind.Struct: {
        at += load<i32>(node, GUESS);
        store<i32>(node, at, BASE);
        continue;
      }
      case Kind.StructEnd: {
        const begin = base << 2;
        at = writeLength(begin, load<i32>(begin, BASE), at);
        continue;
      }
      case Kind.Other: {
        at = writeOther(node >> 2, index, at);
        node = endOf(node) - STRIDE;
        continue;
      }
      default: {
        at = writeMany(node, (base + index) << 2, at);
        node = endOf(node) - STRIDE;
        continue;
      }
    }
    // All numbers here, in one place: once, it is compiled right into the loop.
    at = writeVarint(at, number);
  }
  return at;
}

/** Writes a list or map; the words at `range` are its first element and the one after its last. */
function writeMany(node: i32, range: i32, start: i32): i32 {
  const kind = load<i32>(node, KIND);
  const child = node + STRIDE;
  const end = endOf(node);
  const first = load<i32>(range);
  const last = load<i32>(range, 4);
  if (kind == Kind.List) return writeElements(child, end, first, last, start);
  const tag = load<i32>(node, TAG);
  const tagSize = wordSize(tag);
  let at = start;
  if (kind == Kind.PackedList) {
    if (first == last) return at;
    store<i32>(at, tag);
    const body = at + tagSize + load<i32>(node, GUESS);
    return writeLength(node, body, writeElements(child, end, first, last, body));
  }
  for (let entry = first; entry < last; entry++) {
    store<i32>(at, tag);
    const body = at + tagSize + load<i32>(node, GUESS);
    at = writeLength(node, body, writeFields(child, end, entry, body));
  }
  return at;
}

function writeElements(node: i32, end: i32, first: i32, last: i32, start: i32): i32 {
  let at = start;
  for (let element = first; element < last; element++) at = writeFields(node, end, element, at);
  return at;
}

/** Address of the instruction after one and all below it. */
function endOf(node: i32): i32 {
  return load<i32>(node, END) << 2;
}

function bit(number: i32): i32 {
  return i32(load<u8>(number >> 3)) >> (number & 7) & 1;
}
