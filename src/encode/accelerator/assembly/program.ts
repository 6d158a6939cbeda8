/**
 * The program that rows are written by, as `src/encode/program.ts` lays it out on the heap. Addresses
 * here are those of bytes, four times those of words.
 *
 * @module
 */

/** Bytes of an instruction. */
export const STRIDE: i32 = 32;
/** One of {@linkcode Kind}. */
export const KIND: i32 = 0;
/** The tag's bytes. */
export const TAG: i32 = 4;
/** How many of them to write before the value. */
export const TAG_SIZE: i32 = 8;
/** The word or bit of value 0; of a struct in the making, where its body begins. */
export const BASE: i32 = 12;
/** The bit that says whether value 0 is there. */
export const VALIDITY: i32 = 16;
/** Whether a null is to be reported. */
export const REQUIRED: i32 = 20;
/** The word of the instruction after this one and all below it. */
const END: i32 = 24;
/** Bytes that the length of the last value took. */
export const GUESS: i32 = 28;

/** {@linkcode VALIDITY} of values that are all there. */
export const NO_NULLS: i32 = i32.MIN_VALUE;

/** The same numbers as there. */
export const enum Kind {
  Other,
  Int32,
  Int64,
  Fixed32,
  Fixed64,
  Bool,
  Text,
  Bytes,
  Struct,
  List,
  PackedList,
  Map,
  StructEnd,
  /** How many there are: a test compares. */
  Count,
}

/** Address of the instruction after one and all below it. */
export function endOf(node: i32): i32 {
  return load<i32>(node, END) << 2;
}
