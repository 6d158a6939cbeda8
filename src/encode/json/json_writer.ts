/**
 * Rows of Arrow columns → JSON objects, from buffers to bytes: there is no object of a row.
 *
 * @module
 */
import type { FieldDescriptorProto_Type as FieldType } from "@bufbuild/protobuf/wkt";
import type { Source } from "../../schema/field_plan.ts";
import type { Column } from "../column.ts";
import { loadDecimal, putDecimal } from "../decimals.ts";
import { indexAt } from "../dictionary_index.ts";
import { singleFromHalf } from "../floats.ts";
import { Place } from "../place.ts";
import { Refusal } from "../refusal.ts";
import type { Sink } from "../sink.ts";
import type { JsonColumn } from "./json_column.ts";
import { writeInteger } from "./json_integers.ts";
import { writeDouble, writeSingle } from "./json_numbers.ts";
import { writeAscii, writeBase64, writeByte, writeString } from "./json_text.ts";

const WORD = 0x1_0000_0000;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

// For one value at a time; nothing is awaited while they are in use.
const place = new Place();
const words = new Int32Array(2);
const single = new Float32Array(words.buffer);
const double = new Float64Array(words.buffer);

/**
 * Writes a row as an object. A null is a member that is not there.
 *
 * @throws {Refusal} if a value cannot be written; what has been written is for the caller to take
 * back.
 */
export function writeObject(sink: Sink, members: readonly JsonColumn[], index: number): void {
  const start = sink.position;
  for (let at = 0; at < members.length; at++) {
    const member = members[at]!;
    if (isAbsent(member, index)) continue;
    writeKeyOf(sink, member);
    writeValue(sink, member, index);
  }
  if (sink.position === start) writeByte(sink, OPEN_BRACE);
  // Where the first member has its comma.
  else sink.bytes[start] = OPEN_BRACE;
  writeByte(sink, CLOSE_BRACE);
}

/** Writes whole words, and goes on where the name ends. */
function writeKeyOf(sink: Sink, { key, keySize }: JsonColumn): void {
  sink.reserve(4 * key.length);
  const { view, position } = sink;
  for (let word = 0; word < key.length; word++) {
    view.setInt32(position + 4 * word, key[word]!, true);
  }
  sink.position = position + keySize;
}

/** Whether a value is null, by its own array or by its dictionary's. */
function isAbsent(member: JsonColumn, index: number): boolean {
  const { column } = member;
  if (column.isNull(index)) {
    if (member.nullError !== "") throw new Refusal(column.path, member.nullError);
    return true;
  }
  if (column.source !== (26 satisfies typeof Source.Dictionary)) return false;
  const at = find(column, index);
  return isAbsent(member.children[chunk]!, at);
}

/** A value that is there. */
function writeValue(sink: Sink, member: JsonColumn, index: number): void {
  const { column } = member;
  // Cases are literals, which compile to a jump table; `satisfies` holds them to the names.
  switch (column.source) {
    case 12 satisfies typeof Source.Float16:
      words[0] = singleFromHalf(column.u16[index]!);
      return writeSingle(sink, column.path, single[0]!);
    case 13 satisfies typeof Source.Float32:
      return writeSingle(sink, column.path, column.f32[index]!);
    case 14 satisfies typeof Source.Float64:
      words[0] = column.i32[2 * index]!;
      words[1] = column.i32[2 * index + 1]!;
      return writeDouble(sink, column.path, double[0]!);
    case 15 satisfies typeof Source.Bool: {
      const bit = column.bitOffset + index;
      return writeAscii(sink, (column.bytes[bit >> 3]! >> (bit & 7) & 1) === 1 ? "true" : "false");
    }
    case 16 satisfies typeof Source.Binary:
    case 17 satisfies typeof Source.LargeBinary:
    case 18 satisfies typeof Source.BinaryView:
    case 19 satisfies typeof Source.FixedSizeBinary:
      return writeBlob(sink, member, index);
    case 20 satisfies typeof Source.Decimal:
      return writeDecimalText(sink, column, index);
    case 21 satisfies typeof Source.Struct:
      return writeObject(sink, member.children, index);
    case 22 satisfies typeof Source.List: {
      const { offsets } = column;
      return writeList(sink, member, offsets[index]!, offsets[index + 1]!);
    }
    case 23 satisfies typeof Source.LargeList: {
      const { offsets } = column;
      const start = offsets[2 * index + 1]! * WORD + (offsets[2 * index]! >>> 0);
      const end = offsets[2 * index + 3]! * WORD + (offsets[2 * index + 2]! >>> 0);
      return writeList(sink, member, start, end);
    }
    case 24 satisfies typeof Source.FixedSizeList:
      return writeList(sink, member, index * column.width, (index + 1) * column.width);
    case 25 satisfies typeof Source.Map: {
      const { offsets } = column;
      return writeMap(sink, member, offsets[index]!, offsets[index + 1]!);
    }
    case 26 satisfies typeof Source.Dictionary: {
      const at = find(column, index);
      return writeValue(sink, member.children[chunk]!, at);
    }
    default:
      return writeInteger(sink, column, index);
  }
}

function writeBlob(sink: Sink, { column, text }: JsonColumn, index: number): void {
  if (!place.find(column, index)) throw damaged(column, "offsets that lead outside the data");
  if (column.type as number !== (9 satisfies FieldType.STRING)) return writeBase64(sink, place);
  const { bytes, start, end } = place;
  if (text?.has(start, end)) return text.write(sink, bytes, start, end);
  if (!writeString(sink, place)) throw new Refusal(column.path, "text that is not valid UTF-8");
}

function writeDecimalText(sink: Sink, column: Column, index: number): void {
  sink.reserve(2 + loadDecimal(column, index));
  sink.bytes[sink.position++] = QUOTE;
  sink.position = putDecimal(sink.bytes, sink.position, column.scale);
  sink.bytes[sink.position++] = QUOTE;
}

function writeList(sink: Sink, member: JsonColumn, start: number, end: number): void {
  checkRange(member.column, start, end);
  const element = member.children[0]!;
  writeByte(sink, 0x5b);
  for (let at = start; at < end; at++) {
    if (at > start) writeByte(sink, COMMA);
    isAbsent(element, at); // throws: a list has no holes
    writeValue(sink, element, at);
  }
  writeByte(sink, 0x5d);
}

function writeMap(sink: Sink, member: JsonColumn, start: number, end: number): void {
  checkRange(member.column, start, end);
  const key = member.children[0]!;
  const value = member.children[1]!;
  writeByte(sink, OPEN_BRACE);
  for (let at = start; at < end; at++) {
    if (at > start) writeByte(sink, COMMA);
    isAbsent(key, at);
    isAbsent(value, at);
    writeKey(sink, key, at);
    writeByte(sink, COLON);
    writeValue(sink, value, at);
  }
  writeByte(sink, CLOSE_BRACE);
}

/** Keys are strings, whatever they were. */
function writeKey(sink: Sink, key: JsonColumn, index: number): void {
  writeByte(sink, QUOTE);
  const start = sink.position;
  writeValue(sink, key, index);
  // What has quotes of its own does not need these.
  if (sink.bytes[start] !== QUOTE) return writeByte(sink, QUOTE);
  sink.bytes.copyWithin(start - 1, start, sink.position);
  sink.position--;
}

/** The chunk of a dictionary that {@linkcode find} found the value in. */
let chunk = 0;

/** Where in its chunk the value is that a dictionary's index stands for. */
function find(column: Column, index: number): number {
  let at = indexAt(column, index);
  if (at >= 0) {
    const { children } = column;
    for (chunk = 0; chunk < children.length; chunk++) {
      const { length } = children[chunk]!;
      if (at < length) return at;
      at -= length;
    }
  }
  throw damaged(column, "dictionary index out of range");
}

function checkRange(column: Column, start: number, end: number): void {
  if (start >= 0 && start <= end && end <= column.elements) return;
  throw damaged(column, "offsets that lead outside the data");
}

function damaged({ path }: Column, what: string): Refusal {
  return new Refusal(path, `${what}: the batch is damaged`);
}
