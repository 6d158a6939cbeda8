/**
 * Rows of Arrow columns → Protobuf messages: an interpreter that walks the columns of one row after
 * the other and writes each value straight to where it belongs.
 *
 * @module
 */
import type { Source } from "../schema/field_plan.ts";
import { writeBlob } from "./blobs.ts";
import type { Column } from "./column.ts";
import { writeDecimal } from "./decimals.ts";
import { indexAt } from "./dictionary_index.ts";
import { writeFloat } from "./floats.ts";
import { writeInteger } from "./integers.ts";
import { Refusal } from "./refusal.ts";
import type { Sink } from "./sink.ts";

const WORD = 0x1_0000_0000;

/**
 * Writes a message's fields, without a length before them.
 *
 * @throws {Refusal} if a value cannot be written; what has been written is for the caller to take
 * back.
 * @throws {SinkFullError} if there is no room.
 */
export function writeMembers(sink: Sink, columns: readonly Column[], row: number): void {
  for (let at = 0; at < columns.length; at++) writeField(sink, columns[at]!, row);
}

/**
 * Writes one value of a column, with its tag.
 *
 * @throws as {@linkcode writeMembers}.
 */
export function writeField(sink: Sink, column: Column, index: number): void {
  if (column.hasNulls) {
    const bit = column.bitOffset + index;
    if ((column.validity[bit >> 3]! >> (bit & 7) & 1) === 0) {
      if (column.nullError !== "") throw new Refusal(column.path, column.nullError);
      return;
    }
  }
  // Cases are literals, which compile to a jump table; `satisfies` holds them to the names.
  switch (column.source) {
    case 12 satisfies typeof Source.Float16:
    case 13 satisfies typeof Source.Float32:
    case 14 satisfies typeof Source.Float64:
      return writeFloat(sink, column, index);
    case 15 satisfies typeof Source.Bool:
      return writeBool(sink, column, index);
    case 16 satisfies typeof Source.Binary:
    case 17 satisfies typeof Source.LargeBinary:
    case 18 satisfies typeof Source.BinaryView:
    case 19 satisfies typeof Source.FixedSizeBinary:
      return writeBlob(sink, column, index);
    case 20 satisfies typeof Source.Decimal:
      return writeDecimal(sink, column, index);
    case 21 satisfies typeof Source.Struct:
      return writeStruct(sink, column, index);
    case 22 satisfies typeof Source.List:
      return writeList(sink, column, column.offsets[index]!, column.offsets[index + 1]!);
    case 23 satisfies typeof Source.LargeList: {
      const { offsets } = column;
      const start = offsets[2 * index + 1]! * WORD + (offsets[2 * index]! >>> 0);
      const end = offsets[2 * index + 3]! * WORD + (offsets[2 * index + 2]! >>> 0);
      return writeList(sink, column, start, end);
    }
    case 24 satisfies typeof Source.FixedSizeList: {
      const { width } = column;
      return writeList(sink, column, index * width, index * width + width);
    }
    case 25 satisfies typeof Source.Map:
      return writeMap(sink, column, column.offsets[index]!, column.offsets[index + 1]!);
    case 26 satisfies typeof Source.Dictionary:
      return writeMeaning(sink, column, index);
    default:
      return writeInteger(sink, column, index);
  }
}

function writeBool(sink: Sink, column: Column, index: number): void {
  const bit = column.bitOffset + index;
  sink.reserve(6);
  sink.tag(column.tag);
  sink.bytes[sink.position++] = column.bytes[bit >> 3]! >> (bit & 7) & 1;
}

function writeStruct(sink: Sink, column: Column, index: number): void {
  sink.reserve(5);
  sink.tag(column.tag);
  const guess = column.lengthSize;
  const start = sink.open(guess);
  writeMembers(sink, column.children, index);
  column.lengthSize = sink.close(start, guess);
}

function writeList(sink: Sink, column: Column, start: number, end: number): void {
  checkRange(column, start, end);
  const element = column.children[0]!;
  // Elements carry the tag themselves, unless they are packed behind one tag; nothing if none.
  if (column.tag === 0) {
    for (let at = start; at < end; at++) writeField(sink, element, at);
  } else if (start < end) {
    sink.reserve(5);
    sink.tag(column.tag);
    const guess = column.lengthSize;
    const from = sink.open(guess);
    for (let at = start; at < end; at++) writeField(sink, element, at);
    column.lengthSize = sink.close(from, guess);
  }
}

function writeMap(sink: Sink, column: Column, start: number, end: number): void {
  checkRange(column, start, end);
  const key = column.children[0]!;
  const value = column.children[1]!;
  for (let at = start; at < end; at++) {
    sink.reserve(5);
    sink.tag(column.tag);
    const guess = column.lengthSize;
    const from = sink.open(guess);
    writeField(sink, key, at);
    writeField(sink, value, at);
    column.lengthSize = sink.close(from, guess);
  }
}

/** Writes what a dictionary's index stands for, which may be null again. */
function writeMeaning(sink: Sink, column: Column, index: number): void {
  let at = indexAt(column, index);
  if (at >= 0) {
    for (const chunk of column.children) {
      if (at < chunk.length) return writeField(sink, chunk, at);
      at -= chunk.length;
    }
  }
  throw new Refusal(column.path, "dictionary index out of range: the batch is damaged");
}

function checkRange(column: Column, start: number, end: number): void {
  if (start >= 0 && start <= end && end <= column.elements) return;
  throw new Refusal(column.path, "offsets that lead outside the data: the batch is damaged");
}
