/**
 * Text and bytes, in every layout that Arrow has for them.
 *
 * @module
 */
import type { FieldDescriptorProto_Type as FieldType } from "@bufbuild/protobuf/wkt";
import type { Column } from "./column.ts";
import { notInEnumeration } from "./integers.ts";
import { Place } from "./place.ts";
import { Refusal } from "./refusal.ts";
import type { Sink } from "./sink.ts";
import { isUtf8 } from "./utf8.ts";

// For one value at a time; nothing is awaited while it is in use.
const place = new Place();

/**
 * Writes one text or bytes field, or an enumeration by the name of its value.
 *
 * @throws {Refusal} for text that is not UTF-8, an unknown name, offsets that lead nowhere.
 */
export function writeBlob(sink: Sink, column: Column, index: number): void {
  if (!place.find(column, index)) throw nowhere(column);
  write(sink, column, place.bytes, place.start, place.end);
}

function write(
  sink: Sink,
  column: Column,
  source: Uint8Array,
  start: number,
  end: number,
): void {
  const type: number = column.type;
  if (type === (14 satisfies FieldType.ENUM)) {
    return writeName(sink, column, source, start, end);
  }
  const length = end - start;
  sink.reserve(10 + length);
  sink.tag(column.tag);
  sink.varint32(length);
  const written = sink.position;
  sink.copy(source, start, end);
  // Checked where it was written to: that is in the cache, and a refused row is taken back anyway.
  if (type === (9 satisfies FieldType.STRING) && !isUtf8(sink.view, written, sink.position)) {
    throw new Refusal(column.path, "text that is not valid UTF-8");
  }
}

function writeName(
  sink: Sink,
  column: Column,
  source: Uint8Array,
  start: number,
  end: number,
): void {
  const names = column.enumeration?.names ?? [];
  for (let at = 0; at < names.length; at++) {
    if (!isSame(names[at]!, source, start, end)) continue;
    const number = column.enumeration!.numberOf[at]!;
    sink.reserve(15);
    sink.tag(column.tag);
    return sink.varint64(number, number >> 31);
  }
  throw notInEnumeration(column);
}

function isSame(name: Uint8Array, source: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let at = 0; at < name.length; at++) {
    if (name[at] !== source[start + at]) return false;
  }
  return true;
}

function nowhere(column: Column): Refusal {
  return new Refusal(column.path, "offsets that lead outside the data: the batch is damaged");
}
