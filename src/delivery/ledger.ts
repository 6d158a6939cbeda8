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
import { Segment } from "./segment.ts";

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
    const segment = new Segment(
      base + rows.firstRow,
      base + rows.endRow,
      rows.failedRows.map(({ row, error }) => ({ row: base + row, error })),
    );
    this.#segments.push(segment);
    this.#encodedRows = segment.endRow;
    return segment;
  }

  /** Every row that did not arrive; rows that were never encoded failed for `rest`. */
  failedRows(rest: ZerobusError | undefined): FailedRow[] {
    const failed: FailedRow[] = [];
    for (const segment of this.#segments) {
      const { failures } = segment;
      let next = 0;
      for (const { firstRow, endRow, fate } of segment.runs()) {
        if (typeof fate === "string") {
          while (next < failures.length && failures[next]!.row < endRow) {
            failed.push(failures[next++]!);
          }
          continue;
        }
        for (let row = firstRow; row < endRow; row++) {
          const failure = failures[next]?.row === row ? failures[next++] : undefined;
          failed.push(failure ?? { row, error: fate });
        }
      }
    }
    if (rest !== undefined) {
      for (let row = this.#encodedRows; row < this.totalRows; row++) {
        failed.push({ row, error: rest });
      }
    }
    return failed;
  }

  /** The failure that hit rows together; `rest`, if it is given and there are such rows. */
  failure(rest: ZerobusError | undefined): ZerobusError | undefined {
    if (this.#encodedRows < this.totalRows) return rest;
    for (const segment of this.#segments) {
      for (const { fate } of segment.runs()) if (typeof fate !== "string") return rest ?? fate;
    }
    return undefined;
  }

  /** The rows that are not known to be durable and have not failed by themselves, in order. */
  undelivered(): ArrowBatch[] {
    const rows: number[] = [];
    for (const segment of this.#segments) {
      const skipped = new Set(segment.failures.map(({ row }) => row));
      for (const { firstRow, endRow, fate } of segment.runs()) {
        if (fate === "durable") continue;
        for (let row = firstRow; row < endRow; row++) if (!skipped.has(row)) rows.push(row);
      }
    }
    for (let row = this.#encodedRows; row < this.totalRows; row++) rows.push(row);
    return takeAcross(this.#batches, rows);
  }
}
