/**
 * A column of each Arrow type, made of raw buffers.
 *
 * @module
 */
import {
  BinaryView,
  type Data,
  type DataType,
  DateMillisecond,
  Decimal,
  Dictionary,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float16,
  Int16,
  Int32,
  makeData,
  TimestampNanosecond,
  TimestampSecond,
  Uint32,
  Uint64,
  Utf8View,
  Vector,
} from "apache-arrow";
import {
  bool,
  type ColumnMaker,
  float32,
  float64,
  int32,
  list,
  map,
  nullable,
  struct,
  text,
  wideInt64,
} from "./columns.ts";
import type { Random } from "./random.ts";

/** Bytes of a view. */
const VIEW = 16;
/** Bytes of a value that stand in the view itself. */
const INLINE = 12;

/** By name of the type; lists of what is called packed are to be packed by a descriptor. */
export const TYPES: Readonly<Record<string, ColumnMaker>> = {
  "int16": words(new Int16(), Int16Array),
  "int32": int32,
  "int64": wideInt64,
  "uint32": words(new Uint32(), Uint32Array),
  "uint64": small(new Uint64(), BigUint64Array),
  "float16": words(new Float16(), Uint16Array),
  "float32": float32,
  "float64": float64,
  "bool": bool,
  "date64": small(new DateMillisecond(), BigInt64Array),
  "timestamp s": small(new TimestampSecond(), BigInt64Array, 2e9),
  "timestamp ns": small(new TimestampNanosecond(), BigInt64Array),
  "decimal128, 12 digits": decimal(4, 38, 3, 1e12),
  "decimal128, 30 digits": decimal(4, 38, 3, 1e12, 0x2000_0000),
  "decimal256, 12 digits": decimal(8, 76, 3, 1e12),
  "utf8, 8 to 24": text(8, 24),
  "utf8view, 4 to 12": views(4, 12),
  "utf8view, 8 to 24": views(8, 24),
  "utf8view, 60 to 140": views(60, 140),
  "binaryview, 8 to 24": views(8, 24, new BinaryView()),
  "fixedbinary 16": fixed(16),
  "dictionary utf8": dictionary(text(8, 24), 1),
  "dictionary utf8, 4 chunks": dictionary(text(8, 24), 4),
  "dictionary utf8, nulls": dictionary(nullable(text(8, 24)), 1),
  "dictionary int64": dictionary(wideInt64, 1),
  "dictionary date64": dictionary(small(new DateMillisecond(), BigInt64Array), 2),
  "nullable int64": nullable(wideInt64),
  "struct": struct({ x: float64, n: int32 }),
  "list of int64": list(wideInt64, 5),
  "packed int64": list(wideInt64, 5),
  "packed float64": list(float64, 16),
  "packed bool": list(bool, 16),
  "list of utf8": list(text(8, 24), 5),
  "list of struct": list(struct({ x: float64, n: int32 }), 3),
  "fixedlist of float32": fixedList(float32, 4),
  "map": map(text(8, 12), wideInt64, 3),
};

interface Words {
  new (length: number): { [index: number]: number };
}

/** Values of any bits. */
function words(type: DataType, Kind: Words): ColumnMaker {
  return (random, rows) => {
    const data = new Kind(rows);
    for (let row = 0; row < rows; row++) data[row] = random.next();
    return make({ type, data });
  };
}

interface BigWords {
  new (length: number): { [index: number]: bigint };
}

/** 64-bit values that every unit can express: up to 48 bits, or less. */
function small(type: DataType, Kind: BigWords, most = 2 ** 48): ColumnMaker {
  return (random, rows) => {
    const data = new Kind(rows);
    for (let row = 0; row < rows; row++) data[row] = BigInt(random.wide() % most);
    return make({ type, data });
  };
}

/** Decimals, half of them negative; `third` is the most of the third word. */
function decimal(
  width: number,
  precision: number,
  scale: number,
  most: number,
  third = 0,
): ColumnMaker {
  return (random, rows) => {
    const data = new Uint32Array(width * rows);
    for (let at = 0; at < data.length; at += width) {
      const value = random.wide() * 997 % most;
      const isNegative = random.next() % 2;
      data[at] = value;
      data[at + 1] = value / 2 ** 32;
      if (third > 0) data[at + 2] = random.next() % third;
      // Not quite the negative, but one of as many digits.
      for (let word = 0; word < width; word++) data[at + word]! ^= -isNegative;
    }
    return make({ type: new Decimal(scale, precision, 32 * width), data });
  };
}

function views(min: number, max: number, type: DataType = new Utf8View()): ColumnMaker {
  return (random, rows) => {
    const data = new Uint8Array(VIEW * rows);
    const words = new Int32Array(data.buffer);
    const long = new Uint8Array(rows * max);
    let used = 0;
    for (let row = 0; row < rows; row++) {
      const length = random.between(min, max);
      const at = VIEW * row;
      words[at / 4] = length;
      if (length <= INLINE) random.text(data, at + 4, length);
      else {
        random.text(long, used, length);
        data.set(long.subarray(used, used + 4), at + 4);
        words[at / 4 + 3] = used;
        used += length;
      }
    }
    const variadicBuffers = [long.subarray(0, used)];
    return make({ type, views: data, variadicBuffers, length: rows });
  };
}

function fixed(width: number): ColumnMaker {
  return (random, rows) => {
    const data = new Uint8Array(width * rows);
    random.text(data, 0, data.length);
    return make({ type: new FixedSizeBinary(width), data, length: rows });
  };
}

function fixedList(element: ColumnMaker, width: number): ColumnMaker {
  return (random, rows) => {
    const child = element(random, width * rows);
    const type = new FixedSizeList(width, new Field("item", child.type, false));
    return make({ type, child, length: rows });
  };
}

/** 1,000 different values in some chunks. */
function dictionary(values: ColumnMaker, chunks: number): ColumnMaker {
  return (random: Random, rows: number) => {
    const all = values(random, 1_000);
    const size = 1_000 / chunks;
    const parts = Array.from({ length: chunks }, (_, part) => all.slice(part * size, size));
    const data = new Int32Array(rows);
    for (let row = 0; row < rows; row++) data[row] = random.next() % 1_000;
    const type = new Dictionary(all.type, new Int32());
    return make({ type, data, dictionary: new Vector(parts as never) });
  };
}

/** apache-arrow's `makeData`, whose overloads want a type that is known beforehand. */
function make(props: { type: DataType } & Record<string, unknown>): Data {
  return makeData({ nullCount: 0, ...props } as never);
}
