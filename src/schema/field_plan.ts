/**
 * The encoder's instructions for one field.
 *
 * @module
 */
import type { FieldDescriptorProto_Type as FieldType } from "@bufbuild/protobuf/wkt";
import type { Enumeration } from "./enumeration.ts";

/**
 * How the encoder reads an Arrow array. Dense numbers, so that a `switch` over them is a jump table.
 */
export const Source = {
  /** Signed, 8 bits. */
  Int8: 0,
  /** Signed, 16 bits. */
  Int16: 1,
  /** Signed, 32 bits; days of Date32. */
  Int32: 2,
  /** Signed, 64 bits. */
  Int64: 3,
  /** Unsigned, 8 bits. */
  Uint8: 4,
  /** Unsigned, 16 bits. */
  Uint16: 5,
  /** Unsigned, 32 bits. */
  Uint32: 6,
  /** Unsigned, 64 bits. */
  Uint64: 7,
  /** Signed, 32 bits, to be multiplied by `factor`. */
  ScaledInt32: 8,
  /** Signed, 64 bits, to be multiplied by `factor`. */
  ScaledInt64: 9,
  /** Signed, 64 bits, to be divided by 1,000, rounding down. */
  Nanoseconds: 10,
  /** Signed, 64 bits, to be divided by the milliseconds of a day, rounding down. */
  DateMilliseconds: 11,
  /** IEEE half precision. */
  Float16: 12,
  /** IEEE single precision. */
  Float32: 13,
  /** IEEE double precision. */
  Float64: 14,
  /** One bit. */
  Bool: 15,
  /** Bytes between 32-bit offsets. */
  Binary: 16,
  /** Bytes between 64-bit offsets. */
  LargeBinary: 17,
  /** Bytes inline or in one of several buffers. */
  BinaryView: 18,
  /** Bytes, always as many. */
  FixedSizeBinary: 19,
  /** A two's complement integer of any width and a scale, written as text. */
  Decimal: 20,
  /** Members: `children`. */
  Struct: 21,
  /** Elements (`children[0]`) between 32-bit offsets. */
  List: 22,
  /** Elements (`children[0]`) between 64-bit offsets. */
  LargeList: 23,
  /** Elements (`children[0]`), always as many. */
  FixedSizeList: 24,
  /** Entries of key and value (`children`) between 32-bit offsets. */
  Map: 25,
  /** Indices into an array that `children[0]` describes. */
  Dictionary: 26,
} as const;

/** One of the ways to read an Arrow array. */
export type Source = typeof Source[keyof typeof Source];

/** How to write one field: a tree that has the shape of the Arrow type, dictionaries included. */
export interface FieldPlan {
  /** Where the column is, for messages: `address.street`, `tags[]`, `labels.value`. */
  readonly path: string;
  /** Which child of the parent's data it is. */
  readonly index: number;
  /** How to read it. */
  readonly source: Source;
  /** What to write. */
  readonly type: FieldType;
  /**
   * Number and wire type as they go on the wire; 0 where none goes there: elements of a packed
   * field have none, and the elements of others carry their list's.
   */
  readonly tag: number;
  /** Why a null fails its row; empty where a null is left out. */
  readonly nullError: string;
  /** `ScaledInt32`, `ScaledInt64`: the factor. 1 elsewhere. */
  readonly factor: number;
  /** `Decimal`: digits after the point, may be negative. 0 elsewhere. */
  readonly scale: number;
  /**
   * `FixedSizeBinary`: bytes per value. `FixedSizeList`: elements per value. `Decimal`: 32-bit words
   * per value. 0 elsewhere.
   */
  readonly width: number;
  /** `Dictionary`: how to read the indices. */
  readonly indices: Source;
  /** Where `type` is an enumeration: which. */
  readonly enumeration: Enumeration | undefined;
  /** See {@linkcode Source}. */
  readonly children: readonly FieldPlan[];
}
