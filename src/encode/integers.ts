/**
 * Integers of every width, and everything that is an integer underneath: dates, times, timestamps,
 * durations. A value is its two 32-bit words throughout, because a `BigInt` costs ten times as much.
 *
 * @module
 */
import type { FieldDescriptorProto_Type as FieldType } from "@bufbuild/protobuf/wkt";
import { fieldTypeName } from "../schema/field_type.ts";
import type { Source } from "../schema/field_plan.ts";
import type { Column } from "./column.ts";
import { Refusal } from "./refusal.ts";
import type { Sink } from "./sink.ts";

const WORD = 0x1_0000_0000;
/** Tag and value. */
const MOST_BYTES = 15;

/**
 * Writes one integer field: reads it, converts its unit, checks the range of the Protobuf type.
 *
 * @throws {Refusal} if the value does not fit.
 */
export function writeInteger(sink: Sink, column: Column, index: number): void {
  // Cases are literals, which compile to a jump table; `satisfies` holds them to the names.
  switch (column.source) {
    case 0 satisfies typeof Source.Int8:
      return writeSmall(sink, column, column.i8[index]!);
    case 1 satisfies typeof Source.Int16:
      return writeSmall(sink, column, column.i16[index]!);
    case 2 satisfies typeof Source.Int32:
      return writeSmall(sink, column, column.i32[index]!);
    case 3 satisfies typeof Source.Int64:
      return writeLarge(sink, column, column.i32[2 * index]!, column.i32[2 * index + 1]!);
    case 4 satisfies typeof Source.Uint8:
      return writeSmall(sink, column, column.bytes[index]!);
    case 5 satisfies typeof Source.Uint16:
      return writeSmall(sink, column, column.u16[index]!);
    case 6 satisfies typeof Source.Uint32:
      return writeWords(sink, column, column.i32[index]!, 0);
    case 7 satisfies typeof Source.Uint64:
      return writeUint64(sink, column, column.i32[2 * index]!, column.i32[2 * index + 1]!);
    case 8 satisfies typeof Source.ScaledInt32: {
      const value = column.i32[index]!;
      return writeScaled(sink, column, value, value >> 31);
    }
    case 9 satisfies typeof Source.ScaledInt64:
      return writeScaled(sink, column, column.i32[2 * index]!, column.i32[2 * index + 1]!);
    case 10 satisfies typeof Source.Nanoseconds:
      return writeThousandth(sink, column, column.i32[2 * index]!, column.i32[2 * index + 1]!);
    case 11 satisfies typeof Source.DateMilliseconds:
      return writeDays(sink, column, column.i32[2 * index]!, column.i32[2 * index + 1]!);
  }
}

/** A number of 32 bits at most; on its own because most integers are, and most become int32. */
function writeSmall(sink: Sink, column: Column, value: number): void {
  if (column.type as number !== (5 satisfies FieldType.INT32)) {
    return writeWords(sink, column, value, value >> 31);
  }
  sink.reserve(MOST_BYTES);
  sink.tag(column.tag);
  if (value >= 0) sink.varint32(value);
  else sink.varint64(value, -1);
}

/** A number of 64 bits; on its own because most become int64, where every value fits. */
function writeLarge(sink: Sink, column: Column, low: number, high: number): void {
  if (column.type as number !== (3 satisfies FieldType.INT64)) {
    return writeWords(sink, column, low, high);
  }
  sink.reserve(MOST_BYTES);
  sink.tag(column.tag);
  if (high === 0) sink.varint32(low);
  else sink.varint64(low, high);
}

/** From 2^63 on only the unsigned types take the value; to all others it would look negative. */
function writeUint64(sink: Sink, column: Column, low: number, high: number): void {
  const type: number = column.type;
  const unsigned = type === (4 satisfies FieldType.UINT64) ||
    type === (6 satisfies FieldType.FIXED64);
  if (high < 0 && !unsigned) throw outOfRange(column);
  writeWords(sink, column, low, high, true);
}

/** Times the column's factor, at most 10^6, so that every step is exact in a double. */
function writeScaled(sink: Sink, column: Column, low: number, high: number): void {
  const lowProduct = (low >>> 0) * column.factor;
  const carry = Math.floor(lowProduct / WORD);
  const highProduct = high * column.factor + carry;
  if (highProduct < -0x8000_0000 || highProduct > 0x7fff_ffff) throw outOfRange(column);
  writeWords(sink, column, lowProduct - carry * WORD | 0, highProduct);
}

/** A thousandth, rounded down: word by word, as on paper. */
function writeThousandth(sink: Sink, column: Column, low: number, high: number): void {
  const highQuotient = Math.floor(high / 1000);
  const rest = (high - highQuotient * 1000) * WORD + (low >>> 0);
  writeWords(sink, column, Math.floor(rest / 1000) | 0, highQuotient);
}

/** Whole days, rounded down. A day is 2^10 × 84,375 ms, and 54 bits are left after the shift. */
function writeDays(sink: Sink, column: Column, low: number, high: number): void {
  const days = Math.floor((high * 0x40_0000 + (low >>> 10)) / 84_375);
  if (days < -0x8000_0000 || days > 0x7fff_ffff) throw outOfRange(column);
  writeSmall(sink, column, days);
}

/** Writes a signed number, or an unsigned one below 2^63 unless `unsigned` says otherwise. */
function writeWords(
  sink: Sink,
  column: Column,
  low: number,
  high: number,
  unsigned: boolean = false,
): void {
  sink.reserve(MOST_BYTES);
  switch (column.type as number) {
    case 3 satisfies FieldType.INT64:
      sink.tag(column.tag);
      return sink.varint64(low, high);
    case 4 satisfies FieldType.UINT64:
      if (high < 0 && !unsigned) throw outOfRange(column);
      sink.tag(column.tag);
      return sink.varint64(low, high);
    case 5 satisfies FieldType.INT32:
      if (high !== low >> 31) throw outOfRange(column);
      sink.tag(column.tag);
      return sink.varint64(low, high);
    case 6 satisfies FieldType.FIXED64:
      if (high < 0 && !unsigned) throw outOfRange(column);
      sink.tag(column.tag);
      return sink.fixed64(low, high);
    case 7 satisfies FieldType.FIXED32:
      if (high !== 0) throw outOfRange(column);
      sink.tag(column.tag);
      return sink.fixed32(low);
    case 13 satisfies FieldType.UINT32:
      if (high !== 0) throw outOfRange(column);
      sink.tag(column.tag);
      return sink.varint32(low);
    case 14 satisfies FieldType.ENUM:
      if (high !== low >> 31 || !column.enumeration?.numbers.has(low)) {
        throw notInEnumeration(column);
      }
      sink.tag(column.tag);
      return sink.varint64(low, high);
    case 15 satisfies FieldType.SFIXED32:
      if (high !== low >> 31) throw outOfRange(column);
      sink.tag(column.tag);
      return sink.fixed32(low);
    case 16 satisfies FieldType.SFIXED64:
      sink.tag(column.tag);
      return sink.fixed64(low, high);
    case 17 satisfies FieldType.SINT32:
      if (high !== low >> 31) throw outOfRange(column);
      sink.tag(column.tag);
      return sink.varint32((low << 1) ^ high);
    case 18 satisfies FieldType.SINT64: {
      const sign = high >> 31;
      sink.tag(column.tag);
      return sink.varint64((low << 1) ^ sign, ((high << 1) | (low >>> 31)) ^ sign);
    }
    case 1 satisfies FieldType.DOUBLE:
      sink.tag(column.tag);
      sink.view.setFloat64(sink.position, high * WORD + (low >>> 0), true);
      sink.position += 8;
      return;
    case 2 satisfies FieldType.FLOAT:
      sink.tag(column.tag);
      sink.view.setFloat32(sink.position, high * WORD + (low >>> 0), true);
      sink.position += 4;
      return;
  }
}

function outOfRange(column: Column): Refusal {
  return new Refusal(column.path, `value out of range for Protobuf ${fieldTypeName(column.type)}`);
}

/** The value is not one that the descriptor's enumeration has. */
export function notInEnumeration(column: Column): Refusal {
  const name = column.enumeration?.name.slice(1);
  return new Refusal(column.path, `value that enumeration "${name}" does not have`);
}
