/**
 * What has become of the rows of one input so far.
 *
 * @module
 */
import type { ArrowBatch } from "../core/arrow.ts";
import type { ZerobusError } from "../core/errors.ts";
import type { FailedRow } from "../core/result.ts";
import { takeAcross } from "../core/take_across.ts";
import type { EncodedRows } from "../encode/encoded_rows.ts";

/** A run of rows that travels as one request. */
export interface Segment {
  /** First row of the run, in the whole input. */
  readonly firstRow: number;
  /** Row after the last. */
  readonly endRow: number;
  /** Rows of the run that could not be converted, with rows of the whole input. */
  readonly unconverted: readonly FailedRow[];
  /** What is known of the others. */
  fate: "unknown" | "durable" | ZerobusError;
}

/**
 * The single place that decides what is reported of a row, and whether it is still in our hands.
 * It works on runs of rows; single rows appear only where they failed.
 */
export class Ledger {
  readonly #batches: readonly ArrowBatch[];
  readonly #segments: Segment[] = [];
  /** Rows of the input in all batches. */
  readonly totalRows: number;
  #encodedRows = 0;

  /** Starts with every row in our hands. */
  constructor(batches: readonly ArrowBatch[]) {
    this.#batches = batches;
    this.totalRows = batches.reduce((sum, batch) => sum + batch.numRows, 0);
  }

  /** Notes what was encoded; `base` is the row of the input at which the batch begins. */
  add(base: number, rows: EncodedRows): Segment {
    const segment: Segment = {
      firstRow: base + rows.firstRow,
      endRow: base + rows.endRow,
      unconverted: rows.failedRows.map(({ row, error }) => ({ row: base + row, error })),
      fate: "unknown",
    };
    this.#segments.push(segment);
    this.#encodedRows = segment.endRow;
    return segment;
  }

  /** Every row that did not arrive; rows that were never encoded failed for `rest`. */
  failedRows(rest: ZerobusError | undefined): FailedRow[] {
    const failed: FailedRow[] = [];
    for (const { firstRow, endRow, unconverted, fate } of this.#segments) {
      if (typeof fate === "string") {
        for (const failure of unconverted) failed.push(failure);
        continue;
      }
      let next = 0;
      for (let row = firstRow; row < endRow; row++) {
        const failure = unconverted[next]?.row === row ? unconverted[next++] : undefined;
        failed.push(failure ?? { row, error: fate });
      }
    }
    if (rest !== undefined) {
      for (let row = this.#encodedRows; row < this.totalRows; row++) {
        failed.push({ row, error: rest });
      }
    }
    return failed;
  }

  /** The convertible rows that are not known to be durable, in order. */
  undelivered(): ArrowBatch[] {
    const rows: number[] = [];
    for (const { firstRow, endRow, unconverted, fate } of this.#segments) {
      if (fate === "durable") continue;
      const skipped = new Set(unconverted.map(({ row }) => row));
      for (let row = firstRow; row < endRow; row++) if (!skipped.has(row)) rows.push(row);
    }
    for (let row = this.#encodedRows; row < this.totalRows; row++) rows.push(row);
    return takeAcross(this.#batches, rows);
  }
}
