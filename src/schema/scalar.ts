/**
 * The table of conversions: which Protobuf type an Arrow type becomes, which others it may become
 * without loss, and how the encoder reads it.
 *
 * @module
 */
import { FieldDescriptorProto_Type as FieldType } from "@bufbuild/protobuf/wkt";
import { DateUnit, Precision, TimeUnit, Type } from "../core/arrow_numbers.ts";
import type { ArrowType } from "../core/arrow.ts";
import type { ParametricType } from "./arrow_type.ts";
import { Source } from "./field_plan.ts";
import { INTEGER_TYPES } from "./field_type.ts";

/** How values of one Arrow type are read, and what they may be written as. */
export interface Scalar {
  /** How to read them. */
  readonly source: Source;
  /** What to multiply integers by; 1 where there is nothing to do. */
  readonly factor: number;
  /** What a derived descriptor says. */
  readonly type: FieldType;
  /** Everything that a user's descriptor may say, `type` included. */
  readonly exact: ReadonlySet<FieldType>;
  /** Whether a map may have such keys. */
  readonly mapKey: boolean;
}

const INTEGERS = [...INTEGER_TYPES, FieldType.ENUM];
// An integer's range is checked value by value, a float's precision is known beforehand.
const TO_INTEGER: ReadonlySet<FieldType> = new Set(INTEGERS);
const TO_INTEGER_OR_DOUBLE: ReadonlySet<FieldType> = new Set([...INTEGERS, FieldType.DOUBLE]);
const TO_NUMBER: ReadonlySet<FieldType> = new Set([
  ...INTEGERS,
  FieldType.DOUBLE,
  FieldType.FLOAT,
]);
// A count of days or microseconds means nothing in another width: the table reads it by its width.
const TO_DAYS: ReadonlySet<FieldType> = new Set([
  FieldType.INT32,
  FieldType.SINT32,
  FieldType.SFIXED32,
]);
const TO_MICROSECONDS: ReadonlySet<FieldType> = new Set([
  FieldType.INT64,
  FieldType.SINT64,
  FieldType.SFIXED64,
]);
const TO_FLOATING: ReadonlySet<FieldType> = new Set([FieldType.FLOAT, FieldType.DOUBLE]);
const TO_TEXT: ReadonlySet<FieldType> = new Set([
  FieldType.STRING,
  FieldType.BYTES,
  FieldType.ENUM,
]);

/** The conversion of an Arrow type, or undefined for types without a scalar one. */
export function scalarOf(type: ArrowType): Scalar | undefined {
  const { bitWidth, precision, unit } = type as ParametricType;
  switch (type.typeId) {
    case Type.Int:
      return integer(type);
    case Type.Float:
      if (precision === Precision.HALF) return scalar(Source.Float16, FieldType.FLOAT, TO_FLOATING);
      if (precision === Precision.SINGLE) {
        return scalar(Source.Float32, FieldType.FLOAT, TO_FLOATING);
      }
      return scalar(Source.Float64, FieldType.DOUBLE);
    case Type.Bool:
      return { ...scalar(Source.Bool, FieldType.BOOL), mapKey: true };
    case Type.Utf8:
      return text(Source.Binary);
    case Type.LargeUtf8:
      return text(Source.LargeBinary);
    case Type.Utf8View:
      return text(Source.BinaryView);
    case Type.Binary:
      return scalar(Source.Binary, FieldType.BYTES);
    case Type.LargeBinary:
      return scalar(Source.LargeBinary, FieldType.BYTES);
    case Type.BinaryView:
      return scalar(Source.BinaryView, FieldType.BYTES);
    case Type.FixedSizeBinary:
      return scalar(Source.FixedSizeBinary, FieldType.BYTES);
    case Type.Date:
      return scalar(
        unit === DateUnit.DAY ? Source.Int32 : Source.DateMilliseconds,
        FieldType.INT32,
        TO_DAYS,
      );
    case Type.Time:
      return microseconds(unit, bitWidth === 32);
    case Type.Timestamp:
    case Type.Duration:
      return microseconds(unit, false);
    case Type.Decimal:
      return scalar(Source.Decimal, FieldType.STRING);
    default:
      return undefined;
  }
}

/** How the indices of a dictionary are read. */
export function indexSource(type: ArrowType | undefined): Source {
  return type === undefined ? Source.Int32 : integer(type).source;
}

function scalar(
  source: Source,
  type: FieldType,
  exact: ReadonlySet<FieldType> = new Set([type]),
): Scalar {
  return { source, factor: 1, type, exact, mapKey: false };
}

function text(source: Source): Scalar {
  return { ...scalar(source, FieldType.STRING, TO_TEXT), mapKey: true };
}

function integer(type: ArrowType): Scalar {
  const { bitWidth = 32, isSigned = true } = type as ParametricType;
  if (bitWidth === 64) {
    const source = isSigned ? Source.Int64 : Source.Uint64;
    return { ...scalar(source, FieldType.INT64, TO_INTEGER), mapKey: true };
  }
  const source = bitWidth === 32
    ? (isSigned ? Source.Int32 : Source.Uint32)
    : bitWidth === 16
    ? (isSigned ? Source.Int16 : Source.Uint16)
    : (isSigned ? Source.Int8 : Source.Uint8);
  const target = source === Source.Uint32 ? FieldType.INT64 : FieldType.INT32;
  const exact = bitWidth === 32 ? TO_INTEGER_OR_DOUBLE : TO_NUMBER;
  return { ...scalar(source, target, exact), mapKey: true };
}

function microseconds(unit: number | undefined, narrow: boolean): Scalar {
  const of = (source: Source, factor: number): Scalar => ({
    ...scalar(source, FieldType.INT64, TO_MICROSECONDS),
    factor,
  });
  const scaled = narrow ? Source.ScaledInt32 : Source.ScaledInt64;
  switch (unit) {
    case TimeUnit.SECOND:
      return of(scaled, 1_000_000);
    case TimeUnit.MILLISECOND:
      return of(scaled, 1_000);
    case TimeUnit.NANOSECOND:
      return of(Source.Nanoseconds, 1);
    default:
      return of(Source.Int64, 1);
  }
}
