/**
 * What the encoder puts out.
 *
 * @module
 */
import type { ConversionError } from "../core/errors.ts";

/** A row that could not be encoded. */
export interface RowFailure {
  /** Zero-based row of the batch. */
  readonly row: number;
  /** Why; `details` name row and column. */
  readonly error: ConversionError;
}

/** What {@linkcode EncodedRows} is made of. */
export interface EncodedRowsParts {
  /** See {@linkcode EncodedRows}. */
  readonly bytes: Uint8Array;
  /** See {@linkcode EncodedRows}. */
  readonly rowCount: number;
  /** See {@linkcode EncodedRows}. */
  readonly firstRow: number;
  /** See {@linkcode EncodedRows}. */
  readonly endRow: number;
  /** See {@linkcode EncodedRows}. */
  readonly failedRows: readonly RowFailure[];
}

/**
 * A range of a batch's rows as Protobuf, ready to be sent.
 *
 * Every row of `[firstRow, endRow)` is here exactly once: as a record, or in `failedRows`.
 *
 * @example
 * ```ts
 * import { encodeBatch } from "@zerobus/wrapper";
 * import { assertEquals } from "@std/assert";
 * import { makeVector, Table } from "apache-arrow";
 *
 * const { batches } = new Table({ total: makeVector(BigUint64Array.of(1n, 2n ** 63n, 3n)) });
 * const rows = encodeBatch(batches[0]!);
 *
 * assertEquals(rows.row(1), Uint8Array.of(0x08, 3)); // field 1 is 3
 * assertEquals(rows.sourceRow(1), 2); // the batch's row 1 failed
 * ```
 */
export class EncodedRows {
  /**
   * Body of a `ProtoEncodedRecordBatch`: for each record the tag 0x0A, its length as a varint, and
   * the message.
   */
  readonly bytes: Uint8Array;
  /** Number of records in `bytes`. */
  readonly rowCount: number;
  /** First row of the batch that is covered. */
  readonly firstRow: number;
  /** The row after the last one covered. */
  readonly endRow: number;
  /** Rows that are not in `bytes`, in row order. */
  readonly failedRows: readonly RowFailure[];
  // Where records begin and end, and which rows they are; found when somebody asks.
  #bounds: Float64Array | undefined;
  #rows: Uint32Array | undefined;

  /** Takes the parts as they are. */
  constructor(parts: EncodedRowsParts) {
    this.bytes = parts.bytes;
    this.rowCount = parts.rowCount;
    this.firstRow = parts.firstRow;
    this.endRow = parts.endRow;
    this.failedRows = parts.failedRows;
  }

  /**
   * The message of one record, without framing: a view into `bytes`.
   *
   * @param index from 0 to `rowCount` − 1; failed rows do not count.
   * @throws {RangeError} for any other index.
   */
  row(index: number): Uint8Array {
    this.#check(index);
    this.#bounds ??= boundsOf(this.bytes, this.rowCount);
    return this.bytes.subarray(this.#bounds[2 * index], this.#bounds[2 * index + 1]);
  }

  /**
   * Some of the records as a smaller request: the body of a `ProtoEncodedRecordBatch`, too, and a
   * view into `bytes`.
   *
   * @param start first record, from 0; failed rows do not count.
   * @param end record after the last, larger than `start`, at most `rowCount`.
   * @throws {RangeError} for anything else.
   */
  piece(start: number, end: number): { readonly bytes: Uint8Array; readonly rowCount: number } {
    const rowCount = end - start;
    if (start === 0 && end === this.rowCount) return { bytes: this.bytes, rowCount };
    if (!(rowCount > 0)) throw new RangeError(`no records from ${start} to ${end}`);
    return { bytes: this.bytes.subarray(this.#frameEnd(start), this.#frameEnd(end)), rowCount };
  }

  /**
   * The row of the batch that a record was made of.
   *
   * @param index from 0 to `rowCount` − 1; failed rows do not count.
   * @throws {RangeError} for any other index.
   */
  sourceRow(index: number): number {
    this.#check(index);
    if (this.failedRows.length === 0) return this.firstRow + index;
    this.#rows ??= rowsBetween(this.firstRow, this.endRow, this.failedRows);
    return this.#rows[index] ?? this.endRow;
  }

  /** Where the frames of the records before this one end. */
  #frameEnd(record: number): number {
    if (record === 0) return 0;
    const { byteOffset, byteLength } = this.row(record - 1);
    return byteOffset + byteLength - this.bytes.byteOffset;
  }

  #check(index: number): void {
    if (Number.isInteger(index) && index >= 0 && index < this.rowCount) return;
    throw new RangeError(`record ${index} does not exist: there are ${this.rowCount}`);
  }
}

/** Start and end of every message, found by walking the frames. */
function boundsOf(bytes: Uint8Array, count: number): Float64Array {
  const bounds = new Float64Array(2 * count);
  let at = 0;
  for (let record = 0; record < count; record++) {
    at++; // the tag
    let length = 0;
    for (let scale = 1;; scale *= 0x80) {
      const byte = bytes[at++]!;
      length += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    bounds[2 * record] = at;
    bounds[2 * record + 1] = at += length;
  }
  return bounds;
}

function rowsBetween(first: number, end: number, failures: readonly RowFailure[]): Uint32Array {
  const rows = new Uint32Array(end - first - failures.length);
  let next = 0;
  let failure = 0;
  for (let row = first; row < end; row++) {
    if (failures[failure]?.row === row) failure++;
    else rows[next++] = row;
  }
  return rows;
}
