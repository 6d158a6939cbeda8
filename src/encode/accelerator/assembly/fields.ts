/**
 * The fields of one row, or of anything else that has several.
 *
 * @module
 */
import { writeMany } from "./lists";
import {
  BASE,
  endOf,
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
import { bit, writeBytes, writeLength, writeVarint } from "./values";

/** Writes one value of a column that has no fast way. Throws right through this module. */
@external("env", "writeOther")
declare function writeOther(node: i32, index: i32, at: i32): i32;
/** Throws because of a null. */
@external("env", "refuseNull")
declare function refuseNull(node: i32): void;

/** Writes the fields whose instructions are at the addresses `[first, end)`, for one index. */
export function writeFields(first: i32, end: i32, index: i32, start: i32): i32 {
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
        at = writeBytes(at, (base + index) << 2);
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
    // All numbers here, in one place, which keeps the loop small.
    at = writeVarint(at, number);
  }
  return at;
}
