/**
 * Floating-point numbers. What stays in its width is copied bit by bit, so that every NaN keeps its
 * payload; what is widened is widened exactly.
 *
 * @module
 */
import type { FieldDescriptorProto_Type as FieldType } from "@bufbuild/protobuf/wkt";
import type { Source } from "../schema/field_plan.ts";
import type { Column } from "./column.ts";
import type { Sink } from "./sink.ts";

const MOST_BYTES = 13;

/** Writes one floating-point field. */
export function writeFloat(sink: Sink, column: Column, index: number): void {
  sink.reserve(MOST_BYTES);
  sink.tag(column.tag);
  const toDouble = column.type as number === (1 satisfies FieldType.DOUBLE);
  switch (column.source) {
    case 12 satisfies typeof Source.Float16: {
      const half = column.u16[index]!;
      if (toDouble) return writeDouble(sink, valueOfHalf(half));
      return sink.fixed32(singleFromHalf(half));
    }
    case 13 satisfies typeof Source.Float32:
      if (toDouble) return writeDouble(sink, column.f32[index]!);
      return sink.fixed32(column.i32[index]!);
    case 14 satisfies typeof Source.Float64:
      return sink.fixed64(column.i32[2 * index]!, column.i32[2 * index + 1]!);
  }
}

function writeDouble(sink: Sink, value: number): void {
  sink.view.setFloat64(sink.position, value, true);
  sink.position += 8;
}

/** The bits of the single-precision number that a half-precision one is. */
export function singleFromHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f80_0000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Subnormal in ten bits, normal in twenty-three: its first one bit becomes the hidden one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

/** The number that a half-precision one is. */
export function valueOfHalf(half: number): number {
  const sign = (half & 0x8000) === 0 ? 1 : -1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
