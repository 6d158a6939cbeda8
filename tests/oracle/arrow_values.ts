/**
 * What a cell of an Arrow batch should be as Protobuf, as JSON, or in the service's Arrow types,
 * worked out from apache-arrow's own vectors in the slow and obvious way.
 */
import {
  Binary,
  BinaryView,
  type Data,
  type DataType,
  DateUnit,
  type Field,
  LargeBinary,
  Precision,
  type RecordBatch,
  TimeUnit,
  Type,
  Vector,
} from "apache-arrow";
import type { Decoded } from "./decode_records.ts";

/** A type with the parameters of all types; each has its own few. */
type Parametric = DataType & {
  readonly bitWidth: number;
  readonly isSigned: boolean;
  readonly precision: Precision;
  readonly scale: number;
  readonly unit: number;
  readonly dictionary: DataType;
};

/** The row cannot be sent. */
export class Unsendable extends Error {}

/** The fields that the record of a row has; throws {@linkcode Unsendable} if there is none. */
export function expectedRecord(batch: RecordBatch, row: number): { [field: string]: Decoded } {
  return struct(batch.schema.fields, batch.data, row, "protobuf") as { [field: string]: Decoded };
}

/**
 * A row as the service gets it in Arrow: nulls and empty lists are there, nulls may be in lists;
 * throws {@linkcode Unsendable} if it cannot be sent.
 */
export function expectedArrowRow(batch: RecordBatch, row: number): { [field: string]: unknown } {
  return struct(batch.schema.fields, batch.data, row, "arrow");
}

/** A row as the text of its JSON record reads; throws {@linkcode Unsendable} if there is none. */
export function expectedJsonRow(batch: RecordBatch, row: number): { [field: string]: unknown } {
  return struct(batch.schema.fields, batch.data, row, "json");
}

type Format = "protobuf" | "arrow" | "json";

function struct(
  fields: readonly Field[],
  data: Data,
  row: number,
  format: Format,
): { [field: string]: Decoded | null } {
  const record: { [field: string]: Decoded | null } = {};
  for (const [index, field] of fields.entries()) {
    if (bare(field.type).typeId === Type.Null) continue;
    const value = cell(data.children[index]!, row, format);
    if (value === null && !field.nullable) throw new Unsendable("null");
    if (format === "arrow") {
      record[field.name] = value;
      continue;
    }
    if (value === null) continue;
    if (format === "json") {
      record[field.name] = value;
      continue;
    }
    const isEmpty = Array.isArray(value) ? value.length === 0 : value instanceof Map && !value.size;
    if (!isEmpty) record[field.name] = value;
  }
  return record;
}

function bare(type: DataType): DataType {
  return type.typeId === Type.Dictionary ? bare((type as Parametric).dictionary) : type;
}

function cell(data: Data, row: number, format: Format): Decoded | null {
  if (!data.getValid(row)) return null;
  const { type } = data;
  switch (type.typeId) {
    case Type.Dictionary: {
      let index = Number(data.values[row]);
      for (const chunk of data.dictionary!.data) {
        if (index < chunk.length) return cell(chunk, index, format);
        index -= chunk.length;
      }
      throw new Error("index out of range");
    }
    case Type.Struct:
      return struct(type.children, data, row, format) as Decoded;
    case Type.List:
    case Type.LargeList:
    case Type.FixedSizeList: {
      const [elements] = (new Vector([data]).get(row) as Vector).data;
      return Array.from({ length: elements!.length }, (_, at) => present(elements!, at, format));
    }
    case Type.Map: {
      const [keys, values] = data.children[0]!.children as [Data, Data];
      const map = new Map<unknown, Decoded>();
      for (let at = data.valueOffsets[row]; at < data.valueOffsets[row + 1]!; at++) {
        const key = present(keys, at, format === "json" ? "json" : "protobuf");
        map.set(key, present(values, at, format));
      }
      return format === "json" ? Object.fromEntries(map) as Decoded : map;
    }
    default: {
      const value = scalar(data, type as Parametric, row);
      return format === "json" ? jsonScalar(value, type as Parametric) : value;
    }
  }
}

/** A value as a reader of JSON has it. */
function jsonScalar(value: Decoded, type: Parametric): Decoded {
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
  if (value instanceof Uint8Array) return btoa(String.fromCharCode(...value));
  if (typeof value !== "number") return value;
  if (!Number.isFinite(value)) throw new Unsendable("no number in JSON");
  return type.typeId === Type.Float && type.precision !== Precision.DOUBLE
    ? shortest(value)
    : value;
}

/** The number with the fewest digits that is the same one in single precision. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number(value.toPrecision(9));
}

function present(data: Data, row: number, format: Format): Decoded {
  const value = cell(data, row, format);
  if (value === null && format !== "arrow") throw new Unsendable("null inside a list or map");
  return value as Decoded;
}

function scalar(data: Data, type: Parametric, row: number): Decoded {
  switch (type.typeId) {
    case Type.Int: {
      const value = new Vector([data]).get(row) as number | bigint;
      return type.bitWidth === 64 || (type.bitWidth === 32 && !type.isSigned)
        ? int64(BigInt(value))
        : value;
    }
    case Type.Utf8:
      return text(data.clone(new Binary() as never), row);
    case Type.LargeUtf8:
      return text(data.clone(new LargeBinary() as never), row);
    case Type.Utf8View:
      return text(data.clone(new BinaryView() as never), row);
    // apache-arrow's getters turn these into milliseconds as doubles; the values themselves do not lie.
    case Type.Date: {
      const value = BigInt(data.values[row]);
      return type.unit === DateUnit.DAY ? Number(value) : int32(floor(value, 86_400_000n));
    }
    case Type.Timestamp:
    case Type.Time:
    case Type.Duration:
      return int64(micros(BigInt(data.values[row]), type.unit));
    case Type.Decimal:
      return decimal(data, type, row);
    default:
      return new Vector([data]).get(row);
  }
}

function micros(value: bigint, unit: TimeUnit): bigint {
  switch (unit) {
    case TimeUnit.SECOND:
      return value * 1_000_000n;
    case TimeUnit.MILLISECOND:
      return value * 1_000n;
    case TimeUnit.MICROSECOND:
      return value;
    default:
      return floor(value, 1_000n);
  }
}

function floor(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value < quotient * divisor ? quotient - 1n : quotient;
}

function int64(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new Unsendable("64 bits");
  return value;
}

function int32(value: bigint): number {
  if (BigInt.asIntN(32, value) !== value) throw new Unsendable("32 bits");
  return Number(value);
}

/** Takes the text's array as one of bytes, because the getter of text replaces what is not UTF-8. */
function text(data: Data, row: number): string {
  const bytes: Uint8Array = new Vector([data]).get(row);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Unsendable("UTF-8");
  }
}

function decimal(data: Data, type: Parametric, row: number): string {
  const width = type.bitWidth / 32;
  let unsigned = 0n;
  for (let word = width - 1; word >= 0; word--) {
    unsigned = (unsigned << 32n) | BigInt(data.values[row * width + word]);
  }
  const value = BigInt.asIntN(type.bitWidth, unsigned);
  const sign = value < 0n ? "-" : "";
  const digits = (value < 0n ? -value : value).toString();
  if (type.scale <= 0) return sign + (digits === "0" ? digits : digits + "0".repeat(-type.scale));
  const padded = digits.padStart(type.scale + 1, "0");
  return `${sign}${padded.slice(0, -type.scale)}.${padded.slice(-type.scale)}`;
}
