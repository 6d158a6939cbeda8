/**
 * Some rows of a record batch as a batch of their own.
 *
 * @module
 */
import { Type, UnionMode } from "./arrow_numbers.ts";
import type { ArrowBatch, ArrowData, ArrowType } from "./arrow.ts";
import {
  countZeros,
  gatherBits,
  gatherBytes,
  gatherValues,
  indicesIn,
  type Offsets,
  offsetsLike,
  type Ranges,
  rangesOf,
} from "./take/gather.ts";

/**
 * A new batch with exactly the given rows, in the given order; a row may be taken more than once.
 * Works for every Arrow type, sliced batches included, and gives a batch of the same class (and the
 * same copy of apache-arrow) with plain arrays: offset 0, nothing before the first row or after the
 * last. Values are copied; dictionaries and the data buffers of view types are shared.
 *
 * @param batch where to take from; left as it is
 * @param rows zero-based row indices
 * @throws {RangeError} for an index that is no row of the batch
 */
export function takeRows<B extends ArrowBatch>(
  batch: B,
  rows: readonly number[] | Uint32Array,
): B {
  const { schema, data, numRows } = batch;
  const indices = checkedRows(rows, numRows);
  // Also apache-arrow's placeholder for a stream without batches, whose constructor differs.
  if (numRows === 0) return batch;
  const children = data.children.map((child) => takeData(child, indices));
  const struct = build(data, indices.length, { nullCount: 0, children });
  const { metadata } = batch as { readonly metadata?: unknown };
  const Batch = batch.constructor as new (...parts: unknown[]) => B;
  return metadata === undefined ? new Batch(schema, struct) : new Batch(schema, struct, metadata);
}

/** What an array is made of, besides its type and length. Absent buffers are not needed. */
interface Parts {
  readonly nullCount: number;
  readonly offsets?: unknown;
  readonly values?: unknown;
  readonly validity?: Uint8Array | undefined;
  readonly typeIds?: unknown;
  readonly children?: readonly ArrowData[];
}

/** The members of apache-arrow's `Data` that this file needs on top of {@linkcode ArrowData}. */
interface ClonableData extends ArrowData {
  /** Elements of `values`, or of the child, for one value. */
  readonly stride: number;
  clone(
    type: ArrowType,
    offset: number,
    length: number,
    nullCount: number,
    buffers: readonly unknown[],
    children: readonly ArrowData[],
  ): ArrowData;
}

/** The members of a union type that matter here. */
interface UnionType extends ArrowType {
  readonly mode: number;
  /** The type id of each member. */
  readonly typeIds: ArrayLike<number>;
}

/** What apache-arrow takes for "not counted", and expects of unions. */
const UNKNOWN_NULL_COUNT = -1;

/** One switch on the type; each case is a memory layout of the Arrow format. */
function takeData(data: ArrowData, rows: Uint32Array): ArrowData {
  switch (data.type.typeId) {
    case Type.Null:
      return build(data, rows.length, { nullCount: rows.length });
    case Type.Union:
      return takeUnion(data, rows);
    case Type.Bool: {
      const values = gatherBits(data.values, data.offset, rows);
      return build(data, rows.length, { ...takeValidity(data, rows), values });
    }
    case Type.Int:
    case Type.Float:
    case Type.Decimal:
    case Type.Date:
    case Type.Time:
    case Type.Timestamp:
    case Type.Interval:
    case Type.Duration:
    case Type.FixedSizeBinary:
    case Type.Dictionary:
    case Type.Utf8View:
    case Type.BinaryView: {
      const values = gatherValues(data.values, rows, strideOf(data));
      return build(data, rows.length, { ...takeValidity(data, rows), values });
    }
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Binary:
    case Type.LargeBinary: {
      const { validity, ranges, offsets, nullCount } = takeOffsets(data, rows);
      const values = gatherBytes(data.values, ranges);
      return build(data, rows.length, { nullCount, validity, offsets, values });
    }
    case Type.List:
    case Type.LargeList:
    case Type.Map: {
      const { validity, ranges, offsets, nullCount } = takeOffsets(data, rows);
      const children = takeChildren(data, indicesIn(ranges));
      return build(data, rows.length, { nullCount, validity, offsets, children });
    }
    case Type.FixedSizeList: {
      const children = takeChildren(data, fixedSizeRows(rows, strideOf(data)));
      return build(data, rows.length, { ...takeValidity(data, rows), children });
    }
    case Type.Struct: {
      const children = takeChildren(data, rows);
      return build(data, rows.length, { ...takeValidity(data, rows), children });
    }
    default:
      throw new TypeError(`cannot take rows of type ${data.type}: its layout is not known`);
  }
}

function takeChildren(data: ArrowData, rows: Uint32Array): ArrowData[] {
  return data.children.map((child) => takeData(child, rows));
}

interface Validity {
  readonly nullCount: number;
  readonly validity: Uint8Array | undefined;
}

function takeValidity(data: ArrowData, rows: Uint32Array): Validity {
  const { nullBitmap, nullCount, offset } = data;
  if (nullCount <= 0 || !nullBitmap?.length) return { nullCount: 0, validity: undefined };
  const validity = gatherBits(nullBitmap, offset, rows);
  return { nullCount: countZeros(validity, rows.length), validity };
}

function takeOffsets(
  data: ArrowData,
  rows: Uint32Array,
): Validity & { readonly ranges: Ranges; readonly offsets: Offsets } {
  const valueOffsets: Offsets = data.valueOffsets;
  const { nullCount, validity } = takeValidity(data, rows);
  const ranges = rangesOf(valueOffsets, rows, validity);
  return { nullCount, validity, ranges, offsets: offsetsLike(valueOffsets, ranges) };
}

/** Unions have no validity of their own: a null is a null of the member. */
function takeUnion(data: ArrowData, rows: Uint32Array): ArrowData {
  const type = data.type as UnionType;
  const typeIds = gatherValues(data.typeIds, rows, 1) as Int8Array;
  if (type.mode === UnionMode.Sparse) { // every member is as long as the union
    const children = takeChildren(data, rows);
    return build(data, rows.length, { nullCount: UNKNOWN_NULL_COUNT, typeIds, children });
  }
  // Dense: each member is rewritten to hold its own values only, in row order.
  const memberOf = new Map(Array.from(type.typeIds, (typeId, member) => [typeId, member]));
  const memberRows = data.children.map((): number[] => []);
  const offsets = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    offsets[i] = memberRows[memberOf.get(typeIds[i]!)!]!.push(data.valueOffsets[rows[i]!]) - 1;
  }
  const children = data.children.map((child, member) =>
    takeData(child, Uint32Array.from(memberRows[member]!))
  );
  return build(data, rows.length, { nullCount: UNKNOWN_NULL_COUNT, typeIds, offsets, children });
}

/** Rows of the child of a fixed-size list; nulls have theirs, too. */
function fixedSizeRows(rows: Uint32Array, size: number): Uint32Array {
  const indices = new Uint32Array(rows.length * size);
  for (let i = 0, to = 0; i < rows.length; i++) {
    for (let k = 0; k < size; k++) indices[to++] = rows[i]! * size + k;
  }
  return indices;
}

/** An array like the given one, of other contents. Its dictionary and view buffers go along. */
function build(like: ArrowData, length: number, parts: Parts): ArrowData {
  const { nullCount, offsets, values, validity, typeIds, children = [] } = parts;
  const buffers = [offsets, values, validity, typeIds]; // the order of apache-arrow's BufferType
  return (like as ClonableData).clone(like.type, 0, length, nullCount, buffers, children);
}

function strideOf(data: ArrowData): number {
  return (data as ClonableData).stride;
}

function checkedRows(rows: readonly number[] | Uint32Array, numRows: number): Uint32Array {
  for (const row of rows) {
    if (!Number.isInteger(row) || row < 0 || row >= numRows) {
      throw new RangeError(`expected rows of a batch that has ${numRows}, got row ${row}`);
    }
  }
  return rows instanceof Uint32Array ? rows : Uint32Array.from(rows);
}
