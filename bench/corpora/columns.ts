/**
 * Random Arrow arrays, made of raw buffers: apache-arrow's builders would take minutes.
 *
 * @module
 */
import {
  Bool,
  type Data,
  type DataType,
  Field,
  Float32,
  Float64,
  Int32,
  Int64,
  List,
  makeData,
  Map_,
  RecordBatch,
  Schema,
  Struct,
  TimestampMicrosecond,
  Utf8,
} from "apache-arrow";
import type { Random } from "./random.ts";

/** Makes an array of so many values. */
export type ColumnMaker = (random: Random, rows: number) => Data;

/** A batch of named columns, filled one after the other. */
export function batchOf(
  random: Random,
  rows: number,
  columns: Readonly<Record<string, ColumnMaker>>,
): RecordBatch {
  const { fields, children } = members(random, rows, columns);
  const data = makeData({ type: new Struct(fields), length: rows, nullCount: 0, children });
  return new RecordBatch(new Schema(fields), data);
}

/** 1, 2, 3 … as int64. */
export const counter: ColumnMaker = (_random, rows) => {
  const data = new BigInt64Array(rows);
  for (let row = 0; row < rows; row++) data[row] = BigInt(row + 1);
  return make({ type: new Int64(), data });
};

/** Int64 of 1 to 48 bits. */
export const wideInt64: ColumnMaker = (random, rows) =>
  make({ type: new Int64(), data: wideNumbers(random, rows) });

/** Timestamps in microseconds without a time zone. */
export const timestamp: ColumnMaker = (random, rows) => {
  const data = new BigInt64Array(rows);
  for (let row = 0; row < rows; row++) data[row] = BigInt(1.7e15 + random.next());
  return make({ type: new TimestampMicrosecond(), data });
};

/** Int32 of any size. */
export const int32: ColumnMaker = (random, rows) => {
  const data = new Int32Array(rows);
  for (let row = 0; row < rows; row++) data[row] = random.next() >> random.next() % 32;
  return make({ type: new Int32(), data });
};

/** Float64 with a fraction. */
export const float64: ColumnMaker = (random, rows) => {
  const data = new Float64Array(rows);
  for (let row = 0; row < rows; row++) data[row] = (random.next() - 2 ** 31) / 1024;
  return make({ type: new Float64(), data });
};

/** Float32 with a fraction. */
export const float32: ColumnMaker = (random, rows) => {
  const data = new Float32Array(rows);
  for (let row = 0; row < rows; row++) data[row] = (random.next() >>> 8) / 256;
  return make({ type: new Float32(), data });
};

/** Booleans, half of them true. */
export const bool: ColumnMaker = (random, rows) => {
  const data = new Uint8Array((rows + 7) >> 3);
  for (let row = 0; row < rows; row++) data[row >> 3]! |= (random.next() & 1) << (row & 7);
  return make({ type: new Bool(), data, length: rows });
};

/** Text of `min` to `max` characters. */
export function text(min: number, max: number): ColumnMaker {
  return (random, rows) => {
    const valueOffsets = new Int32Array(rows + 1);
    let data = new Uint8Array(rows * max);
    let at = 0;
    for (let row = 0; row < rows; row++) {
      const length = random.between(min, max);
      random.text(data, at, length);
      valueOffsets[row + 1] = at += length;
    }
    data = data.slice(0, at);
    return make({ type: new Utf8(), data, valueOffsets, length: rows });
  };
}

/** The same values, a tenth of them null on top. */
export function nullable(column: ColumnMaker): ColumnMaker {
  return (random, rows) => {
    const data = column(random, rows);
    const nullBitmap = new Uint8Array((rows + 7) >> 3);
    let nullCount = 0;
    for (let row = 0; row < rows; row++) {
      if (random.next() % 10 === 0) nullCount++;
      else nullBitmap[row >> 3]! |= 1 << (row & 7);
    }
    return data.clone(data.type, 0, rows, nullCount, [
      data.valueOffsets,
      data.values,
      nullBitmap,
    ] as never);
  };
}

/** Structs of named members. */
export function struct(columns: Readonly<Record<string, ColumnMaker>>): ColumnMaker {
  return (random, rows) => {
    const { fields, children } = members(random, rows, columns);
    return make({ type: new Struct(fields), length: rows, children });
  };
}

/** Lists of 0 to `most` elements. */
export function list(element: ColumnMaker, most: number): ColumnMaker {
  return (random, rows) => {
    const valueOffsets = lengths(random, rows, most);
    const child = element(random, valueOffsets[rows]!);
    return make({
      type: new List(new Field("item", child.type, false)),
      valueOffsets,
      child,
      length: rows,
    });
  };
}

/** Maps of 0 to `most` entries. Keys are not checked for being different; the encoder does not care. */
export function map(key: ColumnMaker, value: ColumnMaker, most: number): ColumnMaker {
  return (random, rows) => {
    const valueOffsets = lengths(random, rows, most);
    const { fields, children } = members(random, valueOffsets[rows]!, { key, value }, false);
    const child = make({ type: new Struct(fields), length: valueOffsets[rows]!, children });
    const type = new Map_(new Field("entries", child.type, false) as never);
    return make({ type, valueOffsets, child, length: rows });
  };
}

function wideNumbers(random: Random, rows: number): BigInt64Array {
  const data = new BigInt64Array(rows);
  for (let row = 0; row < rows; row++) data[row] = BigInt(random.wide());
  return data;
}

function lengths(random: Random, rows: number, most: number): Int32Array {
  const offsets = new Int32Array(rows + 1);
  for (let row = 0; row < rows; row++) offsets[row + 1] = offsets[row]! + random.between(0, most);
  return offsets;
}

function members(
  random: Random,
  rows: number,
  columns: Readonly<Record<string, ColumnMaker>>,
  mayBeNull: boolean = true,
): { fields: Field[]; children: Data[] } {
  const children = Object.values(columns).map((column) => column(random, rows));
  const fields = Object.keys(columns).map((name, index) =>
    new Field(name, children[index]!.type, mayBeNull)
  );
  return { fields, children };
}

/** apache-arrow's `makeData`, whose overloads want a type that is known beforehand. */
function make(props: { type: DataType } & Record<string, unknown>): Data {
  return makeData({ nullCount: 0, ...props } as never);
}
