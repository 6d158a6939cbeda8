/**
 * Rows of Arrow columns → JSON objects, from buffers to bytes: there is no object of a row.
 *
 * @module
 */
import { FieldDescriptorProto_Type as FieldType } from "@bufbuild/protobuf/wkt";
import { Source } from "../../schema/field_plan.ts";
import type { Column } from "../column.ts";
import { writeDecimal } from "../decimals.ts";
import { indexAt } from "../dictionary_index.ts";
import { writeFloat } from "../floats.ts";
import { writeInteger } from "../integers.ts";
import { Place } from "../place.ts";
import { Refusal } from "../refusal.ts";
import { Sink } from "../sink.ts";
import { isUtf8Bytes } from "../utf8.ts";
import { writeAscii, writeBase64, writeByte, writeInt64, writeString } from "./json_text.ts";

const WORD = 0x1_0000_0000;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;

// For one value at a time; nothing is awaited while they are in use.
const place = new Place();
const scratch = new Sink(512, Infinity);

/**
 * Writes a row as an object. A null is a member that is not there.
 *
 * @throws {Refusal} if a value cannot be written; what has been written is for the caller to take
 * back.
 */
export function writeObject(sink: Sink, columns: readonly Column[], index: number): void {
  writeByte(sink, 0x7b);
  let isFirst = true;
  for (const column of columns) {
    if (isAbsent(column, index)) continue;
    if (!isFirst) writeByte(sink, COMMA);
    isFirst = false;
    writeAscii(sink, `"${nameOf(column)}":`);
    writeValue(sink, column, index);
  }
  writeByte(sink, 0x7d);
}

/** Names are letters, digits and underscores, so the last part of a path is one, and is ASCII. */
function nameOf({ path }: Column): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** Whether a value is null, by its own array or by its dictionary's. */
function isAbsent(column: Column, index: number): boolean {
  if (column.isNull(index)) {
    if (column.nullError !== "") throw new Refusal(column.path, column.nullError);
    return true;
  }
  if (column.source !== Source.Dictionary) return false;
  const [values, at] = meaning(column, index);
  return isAbsent(values, at);
}

/** A value that is there. */
function writeValue(sink: Sink, column: Column, index: number): void {
  const { source, offsets, width } = column;
  switch (source) {
    case Source.Float16:
    case Source.Float32:
    case Source.Float64:
      return writeNumber(sink, column, index);
    case Source.Bool: {
      const bit = column.bitOffset + index;
      return writeAscii(sink, (column.bytes[bit >> 3]! >> (bit & 7) & 1) === 1 ? "true" : "false");
    }
    case Source.Binary:
    case Source.LargeBinary:
    case Source.BinaryView:
    case Source.FixedSizeBinary:
      return writeBlob(sink, column, index);
    case Source.Decimal: {
      scratch.position = 0;
      writeDecimal(scratch, column, index);
      // What it wrote begins with the text's length, in one byte or in two.
      const start = scratch.bytes[0]! < 0x80 ? 1 : 2;
      place.bytes = scratch.bytes;
      place.start = start;
      place.end = scratch.position;
      return writeString(sink, place);
    }
    case Source.Struct:
      return writeObject(sink, column.children, index);
    case Source.List:
      return writeList(sink, column, offsets[index]!, offsets[index + 1]!);
    case Source.LargeList: {
      const start = offsets[2 * index + 1]! * WORD + (offsets[2 * index]! >>> 0);
      const end = offsets[2 * index + 3]! * WORD + (offsets[2 * index + 2]! >>> 0);
      return writeList(sink, column, start, end);
    }
    case Source.FixedSizeList:
      return writeList(sink, column, index * width, index * width + width);
    case Source.Map:
      return writeMap(sink, column, offsets[index]!, offsets[index + 1]!);
    case Source.Dictionary: {
      const [values, at] = meaning(column, index);
      return writeValue(sink, values, at);
    }
    default:
      scratch.position = 0;
      writeInteger(scratch, column, index);
      return writeInt64(sink, scratch.view.getInt32(0, true), scratch.view.getInt32(4, true));
  }
}

/** A number in the fewest digits that mean the same one in its own precision. */
function writeNumber(sink: Sink, column: Column, index: number): void {
  scratch.position = 0;
  writeFloat(scratch, column, index);
  const value = column.type === FieldType.DOUBLE
    ? scratch.view.getFloat64(0, true)
    : shortest(scratch.view.getFloat32(0, true));
  if (!Number.isFinite(value)) {
    throw new Refusal(column.path, "NaN or infinity, which JSON has no number for");
  }
  writeAscii(sink, Object.is(value, -0) ? "-0.0" : String(value));
}

/** The double with the fewest digits that is a number of single precision there. */
function shortest(value: number): number {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return value;
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number.isFinite(value) ? Number(value.toPrecision(9)) : value;
}

function writeBlob(sink: Sink, column: Column, index: number): void {
  if (!place.find(column, index)) throw damaged(column, "offsets that lead outside the data");
  if (column.type !== FieldType.STRING) return writeBase64(sink, place);
  if (!isUtf8Bytes(place.bytes.subarray(place.start, place.end))) {
    throw new Refusal(column.path, "text that is not valid UTF-8");
  }
  writeString(sink, place);
}

function writeList(sink: Sink, column: Column, start: number, end: number): void {
  checkRange(column, start, end);
  const element = column.children[0]!;
  writeByte(sink, 0x5b);
  for (let at = start; at < end; at++) {
    if (at > start) writeByte(sink, COMMA);
    isAbsent(element, at); // throws: a list has no holes
    writeValue(sink, element, at);
  }
  writeByte(sink, 0x5d);
}

function writeMap(sink: Sink, column: Column, start: number, end: number): void {
  checkRange(column, start, end);
  const key = column.children[0]!;
  const value = column.children[1]!;
  writeByte(sink, 0x7b);
  for (let at = start; at < end; at++) {
    if (at > start) writeByte(sink, COMMA);
    isAbsent(key, at);
    isAbsent(value, at);
    writeKey(sink, key, at);
    writeByte(sink, COLON);
    writeValue(sink, value, at);
  }
  writeByte(sink, 0x7d);
}

/** Keys are strings, whatever they were. */
function writeKey(sink: Sink, key: Column, index: number): void {
  const start = sink.position;
  writeValue(sink, key, index);
  if (sink.bytes[start] === QUOTE) return;
  const text = sink.bytes.slice(start, sink.position);
  sink.position = start;
  writeByte(sink, QUOTE);
  sink.append(text);
  writeByte(sink, QUOTE);
}

/** Where the value is that a dictionary's index stands for. */
function meaning(column: Column, index: number): [values: Column, at: number] {
  let at = indexAt(column, index);
  if (at >= 0) {
    for (const chunk of column.children) {
      if (at < chunk.length) return [chunk, at];
      at -= chunk.length;
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
