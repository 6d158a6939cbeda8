/**
 * The columns of a batch as a flat program: eight words a field, so that the loop over a row's
 * fields reads one small array from front to back and touches no object. What lies below a field
 * follows it at once, as in a table of contents, and so a struct's members are written by the same
 * round of that loop: a struct of two numbers takes 25 ns, and 29 with a call for its members.
 *
 * @module
 */
import type { FieldDescriptorProto_Type as FieldType } from "@bufbuild/protobuf/wkt";
import { Source } from "../schema/field_plan.ts";
import type { Column } from "./column.ts";
import { HEAP_I32, MOST_ROWS, PROGRAM_START } from "./heap.ts";

/** Words of an instruction. */
export const STRIDE: number = 8;
/** One of {@linkcode Kind}; may differ from block to block. */
export const KIND = 0 as const;
/** The tag's bytes, first one lowest. */
export const TAG = 1 as const;
/** How many bytes of the tag to write before the value; 0 where the kind does that itself. */
export const TAG_SIZE = 2 as const;
/**
 * Where the value of index 0 would be: a word's or a bit's number, by kind. Of a struct: where the
 * body of the one in hand begins; of its end: the struct's instruction.
 */
export const BASE = 3 as const;
/** The number of the bit that says whether value 0 is there, or {@linkcode NO_NULLS}. */
export const VALIDITY = 4 as const;
/** Whether a null is to be reported, 1 or 0; where it is not, no call has to find that out. */
export const REQUIRED = 5 as const;
/** The instruction after this one and all below it. */
export const END = 6 as const;
/** Bytes that the length of the last value took; the next one's probably takes as many. */
export const GUESS = 7 as const;

/** {@linkcode VALIDITY} of a slice whose values are all there. */
export const NO_NULLS: number = -0x8000_0000;

/** How the slices of a column look on the heap. Many ways to read an array become few. */
export const Kind = {
  /** Whatever has no other kind: the general writer is asked, value by value. */
  Other: 0,
  /** Signed words, as varints. */
  Int32: 1,
  /** Pairs of words, as varints. */
  Int64: 2,
  /** Words, as they are. */
  Fixed32: 3,
  /** Pairs of words, as they are. */
  Fixed64: 4,
  /** Bits. */
  Bool: 5,
  /** Addresses; one value's bytes, which are valid UTF-8, end where the next one's begin. */
  Text: 6,
  /** The same with any bytes. */
  Bytes: 7,
  /** Children with the same index, then a {@linkcode Kind.StructEnd}. */
  Struct: 8,
  /** Indices of a child, from one to the next. */
  List: 9,
  /** The same behind one tag and length. */
  PackedList: 10,
  /** Indices of two children, from one to the next. */
  Map: 11,
  /** No field: the struct that began before its children is complete. */
  StructEnd: 12,
} as const;

/** One of the kinds. */
export type Kind = typeof Kind[keyof typeof Kind];

/** Longest tag that fits its word. */
const MAX_TAG = 0x0fff_ffff;

/** Word of the heap at which a program begins, behind the bounds of a block's rows. */
export const START: number = (PROGRAM_START >> 2) + MOST_ROWS + 8;

/** The instructions for some columns and everything below them. */
export interface Program {
  /** {@linkcode STRIDE} words each. */
  readonly code: Int32Array;
  /** Where the instructions end. */
  readonly end: number;
  /**
   * An instruction for the record as a whole, of which only the guess at its length is used, and
   * the base for the index of the row in hand.
   */
  readonly record: number;
  /** The column of each instruction. */
  readonly columns: readonly Column[];
  /** What the kinds are while nothing is odd. */
  readonly kinds: readonly Kind[];
  /** Whether there is room for it on the heap, and no index too large for its arithmetic. */
  readonly fits: boolean;
}

/** Longer arrays have values whose bits have numbers of more than 31 bits. */
const MAX_LENGTH = 2 ** 27;

/** Compiles columns. */
export function compile(fields: readonly Column[]): Program {
  const columns: Column[] = [];
  const kinds: Kind[] = [];
  const code: number[] = [];
  const add = (column: Column, kind: Kind, base: number) => {
    const [tag, size] = packTag(column.tag);
    const writesTag = kind !== Kind.Other && kind <= Kind.Struct;
    const isRequired = column.nullError === "" ? 0 : 1;
    columns.push(column);
    kinds.push(kind);
    code.push(kind, tag, writesTag ? size : 0, base, NO_NULLS, isRequired, 0, 1);
    return code.length - STRIDE;
  };
  const addAll = (column: Column) => {
    const kind = kindOf(column);
    const at = add(column, kind, 0);
    if (kind >= Kind.Struct) column.children.forEach(addAll);
    if (kind === Kind.Struct) add(column, Kind.StructEnd, START + at);
    code[at + END] = START + code.length;
  };
  fields.forEach(addAll);
  const end = START + code.length;
  code.push(0, 0, 0, 0, NO_NULLS, 0, 0, 1);
  return {
    code: Int32Array.from(code),
    end,
    record: end,
    columns,
    kinds,
    fits: START + code.length <= HEAP_I32.length &&
      columns.every(({ length, bitOffset }) => length + bitOffset < MAX_LENGTH),
  };
}

function kindOf({ source, type, tag, children }: Column): Kind {
  if (tag > MAX_TAG) return Kind.Other;
  const target: number = type;
  switch (source) {
    case Source.Float16:
    case Source.Float32:
      return target === (2 satisfies FieldType.FLOAT) ? Kind.Fixed32 : Kind.Fixed64;
    case Source.Float64:
      return Kind.Fixed64;
    case Source.Decimal:
      return Kind.Text;
    case Source.Bool:
      return Kind.Bool;
    case Source.Binary:
    case Source.LargeBinary:
    case Source.BinaryView:
    case Source.FixedSizeBinary:
      if (target === (14 satisfies FieldType.ENUM)) return Kind.Other;
      return target === (9 satisfies FieldType.STRING) ? Kind.Text : Kind.Bytes;
    case Source.Dictionary: {
      // Text and bytes are gathered, numbers unpacked; structures and booleans have no dictionaries.
      const kind = children[0] === undefined ? Kind.Other : kindOf(children[0]);
      return kind >= Kind.Struct || kind === Kind.Bool ? Kind.Other : kind;
    }
    case Source.Struct:
      return Kind.Struct;
    case Source.List:
    case Source.LargeList:
    case Source.FixedSizeList:
      return tag === 0 ? Kind.List : Kind.PackedList;
    case Source.Map:
      return Kind.Map;
    default:
      return integerKind(source, target);
  }
}

/** By how the number looks on the wire. */
function integerKind(source: Source, target: number): Kind {
  switch (target) {
    case 1 satisfies FieldType.DOUBLE:
    case 6 satisfies FieldType.FIXED64:
    case 16 satisfies FieldType.SFIXED64:
      return Kind.Fixed64;
    case 2 satisfies FieldType.FLOAT:
    case 7 satisfies FieldType.FIXED32:
    case 15 satisfies FieldType.SFIXED32:
      return Kind.Fixed32;
    case 5 satisfies FieldType.INT32:
    case 14 satisfies FieldType.ENUM:
      return Kind.Int32;
    case 3 satisfies FieldType.INT64:
      // A negative int32 is written in ten bytes, too, so the two look the same.
      return isNarrow(source) ? Kind.Int32 : Kind.Int64;
    default:
      return Kind.Int64;
  }
}

/** Whether all values fit a signed word. */
export function isNarrow(source: Source): boolean {
  return source <= Source.Int32 || source === Source.Uint8 || source === Source.Uint16 ||
    source === Source.DateMilliseconds;
}

/** A tag as a varint inside a word, and how long it is. */
function packTag(tag: number): [word: number, size: number] {
  let word = 0;
  let size = 0;
  for (let rest = tag; rest > 0; rest >>>= 7) {
    word |= ((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0)) << (8 * size++);
  }
  return [word, size];
}
