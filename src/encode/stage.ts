/**
 * Slices of columns, brought to the heap in the few forms that the inner loop knows.
 *
 * @module
 */
import { Source } from "../schema/field_plan.ts";
import { bringOffsets, bringRanges } from "./bring_ranges.ts";
import type { Column } from "./column.ts";
import { loadDecimal, putDecimal } from "./decimals.ts";
import { Meaning } from "./dictionary_index.ts";
import { gather } from "./gather.ts";
import { HEAP_I32, HEAP_U8, OVERRUN, PROGRAM_START, STAGE_START, StageFullError } from "./heap.ts";
import { rowWriterInUse } from "./row_writer_in_use.ts";
import { bringPairs, bringWords } from "./stage_numbers.ts";
import {
  BASE,
  END,
  KIND,
  Kind,
  NO_NULLS,
  type Program,
  START,
  STRIDE,
  TAG_SIZE,
  VALIDITY,
} from "./program.ts";
import { unpack } from "./unpack.ts";
import { areUtf8 } from "./utf8.ts";

/** Longest varint. */
const VARINT = 10;
/** Longest length, and longest tag. */
const PREFIX = 5 + 4;

// One for all: nobody looks at its stack.
const FULL = new StageFullError("the stage is full");

/** Brings blocks of a program's columns to the heap. */
export class Stage {
  /** After {@linkcode Stage.load}: the most bytes that the block's rows can take. */
  bound = 0;
  readonly #program: Program;
  #top = STAGE_START;

  /** A stage for the columns of a program. */
  constructor(program: Program) {
    this.#program = program;
  }

  /**
   * Brings the values `[first, end)` of all columns, and what lies below them, and sets the program's
   * addresses accordingly.
   *
   * A slice that is damaged, or has values that the Protobuf type does not take, stays where it is:
   * the general writer, which finds out which row is to blame, gets that column of the block.
   *
   * @throws {StageFullError} if they do not fit.
   */
  load(first: number, end: number): void {
    this.#top = STAGE_START;
    this.bound = 0;
    this.#columns(0, this.#program.kinds.length, first, end);
  }

  /** Brings values of some columns, and what lies below them. */
  #columns(from: number, to: number, first: number, end: number): void {
    const { code, kinds } = this.#program;
    for (let at = from; at < to; at = indexOf(code[STRIDE * at + END]!)) {
      if (kinds[at] === Kind.StructEnd) return;
      this.#column(at, first, end);
    }
  }

  #column(at: number, first: number, end: number): void {
    const { code, columns, kinds } = this.#program;
    const node = START + STRIDE * at;
    const column = columns[at]!;
    const kind = kinds[at]!;
    const base = kind === Kind.Other ? undefined : this.#values(at, kind, column, first, end);
    if (base === undefined) {
      HEAP_I32[node + KIND] = Kind.Other;
      HEAP_I32[node + TAG_SIZE] = 0;
      HEAP_I32[node + VALIDITY] = NO_NULLS;
      return;
    }
    HEAP_I32[node + KIND] = kind;
    HEAP_I32[node + TAG_SIZE] = code[STRIDE * at + TAG_SIZE]!;
    HEAP_I32[node + BASE] = base;
    const hasNullMeanings = column.source === Source.Dictionary && column.children.some(hasNulls);
    HEAP_I32[node + VALIDITY] = hasNullMeanings
      ? this.#meaningful(column, first, end)
      : column.hasNulls
      ? this.#bits(column.validity, column.bitOffset, first, end)
      : NO_NULLS;
  }

  /** Brings the values; undefined if the general writer is to have them. */
  #values(at: number, kind: Kind, column: Column, first: number, end: number): number | undefined {
    const count = end - first;
    if (column.source === Source.Dictionary && !isBlob(column.children[0]!.source)) {
      const plain = unpack(column, first, end);
      const base = plain && this.#values(at, kind, plain, 0, count);
      const isPair = kind === Kind.Int64 || kind === Kind.Fixed64;
      return base && base - (isPair ? 2 * first : first);
    }
    switch (kind) {
      case Kind.Int32:
        this.bound += count * (PREFIX + VARINT);
        return this.#words(column, first, end);
      case Kind.Int64:
        this.bound += count * (PREFIX + VARINT);
        return this.#pairs(column, first, end);
      case Kind.Fixed32:
        this.bound += count * (PREFIX + 4);
        return this.#words(column, first, end);
      case Kind.Fixed64:
        this.bound += count * (PREFIX + 8);
        return this.#pairs(column, first, end);
      case Kind.Bool:
        this.bound += count * (PREFIX + 1);
        return this.#bits(column.bytes, column.bitOffset, first, end);
      case Kind.Bytes:
      case Kind.Text:
        return this.#blobs(kind, column, first, end);
      case Kind.Struct:
        this.bound += count * PREFIX;
        this.#children(at, first, end);
        return 0;
      default:
        return this.#ranges(at, column, first, end);
    }
  }

  #children(at: number, first: number, end: number): void {
    this.#columns(at + 1, indexOf(this.#program.code[STRIDE * at + END]!), first, end);
  }

  #words(column: Column, first: number, end: number): number | undefined {
    const word = this.#reserve(8 * (end - first)) >> 2;
    if (!bringWords(column, first, end, word)) return undefined;
    this.#top = 4 * (word + end - first);
    return word - first;
  }

  #pairs(column: Column, first: number, end: number): number | undefined {
    const word = this.#reserve(8 * (end - first)) >> 2;
    return bringPairs(column, first, end, word) ? word - 2 * first : undefined;
  }

  /** Brings whole bytes; the number that the bit of index 0 would have says where bits begin. */
  #bits(bits: Uint8Array, offset: number, first: number, end: number): number {
    const from = (offset + first) >> 3;
    const to = (offset + end + 7) >> 3;
    const address = this.#reserve(to - from);
    HEAP_U8.set(bits.subarray(from, to), address);
    return 8 * address + ((offset + first) & 7) - first;
  }

  /** Brings offsets as indices of the child, then as much of the child as they span. */
  #ranges(at: number, column: Column, first: number, end: number): number | undefined {
    const count = end - first;
    const word = this.#reserve(4 * (count + 1)) >> 2;
    if (!bringRanges(column, first, end, word)) return undefined;
    const from = HEAP_I32[word]!;
    const to = HEAP_I32[word + count]!;
    this.bound += count * PREFIX + (to - from) * PREFIX;
    this.#children(at, from, to);
    return word - first;
  }

  /** Brings bytes and where each value begins on the heap. */
  #blobs(kind: Kind, column: Column, first: number, end: number): number | undefined {
    const count = end - first;
    const word = this.#reserve(4 * (count + 1)) >> 2;
    const from = column.source === Source.Binary
      ? this.#slice(column, first, end, word)
      : column.source === Source.Decimal
      ? this.#decimals(column, first, end, word)
      : this.#gathered(column, first, end, word);
    if (from < 0) return undefined;
    const to = HEAP_I32[word + count]!;
    this.bound += count * PREFIX + to - from;
    // Text is copied in steps of eight bytes, and what the last step reads must not be odd.
    HEAP_U8.fill(0, to, to + 8);
    this.#top += 8;
    if (kind === Kind.Text) {
      const { isAscii } = rowWriterInUse();
      if (!areUtf8(HEAP_I32, HEAP_U8, word, count, isAscii)) return undefined;
    }
    return word - first;
  }

  /** A run of values in one piece. Returns where it begins, −1 if the offsets are damaged. */
  #slice({ bytes, offsets }: Column, first: number, end: number, word: number): number {
    const from = offsets[first]!;
    const to = offsets[end]!;
    if (!(from >= 0 && to >= from && to <= bytes.length)) return -1;
    const address = this.#reserve(to - from);
    HEAP_U8.set(bytes.subarray(from, to), address);
    return bringOffsets(offsets, first, end, address - from, word) ? address : -1;
  }

  /** Values from wherever they are. Returns where they begin, −1 if they are damaged. */
  #gathered(column: Column, first: number, end: number, word: number): number {
    const begin = this.#reserve(0);
    const to = gather(column, first, end, word, begin);
    if (to < 0) return -1;
    this.#top = to;
    return begin;
  }

  /** Numbers as text. Returns where it begins. */
  #decimals(column: Column, first: number, end: number, word: number): number {
    const begin = this.#reserve(0);
    let address = begin;
    for (let index = first; index < end; index++, word++) {
      HEAP_I32[word] = address;
      if (column.hasNulls && column.isNull(index)) continue;
      const size = loadDecimal(column, index);
      if (!(address + size <= PROGRAM_START - OVERRUN)) throw FULL;
      address = putDecimal(HEAP_U8, address, column.scale);
    }
    HEAP_I32[word] = address;
    this.#top = address;
    return begin;
  }

  /** A bit for each index of a dictionary: that it is not null, and what it stands for neither. */
  #meaningful(column: Column, first: number, end: number): number {
    const address = this.#reserve((end - first + 7) >> 3);
    HEAP_U8.fill(0, address, this.#top);
    const meaning = new Meaning();
    for (let index = first, bit = 0; index < end; index++, bit++) {
      if (column.isNull(index)) continue;
      meaning.find(column, index);
      if (!meaning.values!.isNull(meaning.at)) HEAP_U8[address + (bit >> 3)]! |= 1 << (bit & 7);
    }
    return 8 * address - first;
  }

  /** Takes room; it begins at a word. */
  #reserve(size: number): number {
    const address = (this.#top + 3) & ~3;
    if (!(address + size <= PROGRAM_START - OVERRUN)) throw FULL;
    this.#top = address + size;
    return address;
  }
}

/** The number of an instruction. */
function indexOf(node: number): number {
  return (node - START) / STRIDE;
}

function hasNulls(column: Column): boolean {
  return column.hasNulls;
}

function isBlob(source: Source): boolean {
  return source >= Source.Binary && source <= Source.FixedSizeBinary;
}
