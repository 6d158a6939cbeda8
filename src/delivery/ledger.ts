/**
 * What has become of the rows of one input so far.
 *
 * @module
 */
import type { ArrowBatch } from "../core/arrow.ts";
import type { ZerobusError } from "../core/errors.ts";
import type { FailedRun } from "../core/result.ts";
import type { RowRange } from "../core/row_range.ts";
import { takeAcross } from "../core/take_across.ts";
import type { EncodedRequest } from "./request_plan.ts";
import { type Part, Segment } from "./segment.ts";

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
  add(base: number, rows: Pick<EncodedRequest, "firstRow" | "endRow" | "failedRows">): Segment {
    const segment = new Segment(
      base + rows.firstRow,
      base + rows.endRow,
      rows.failedRows.map(({ row, error }) => ({ row: base + row, error })),
    );
    this.#segments.push(segment);
    this.#encodedRows = segment.endRow;
    return segment;
  }

  /** Every row that did not arrive, in order; rows that were never encoded failed for `rest`. */
  failures(rest: ZerobusError | undefined): FailedRun[] {
    const failed: FailedRun[] = [];
    for (const { firstRow, endRow, fate } of this.#parts()) {
      if (typeof fate !== "string") failed.push({ firstRow, endRow, error: fate });
    }
    if (rest !== undefined) {
      failed.push(...this.#unencoded.map((rows) => ({ ...rows, error: rest })));
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
    const open: RowRange[] = [];
    for (const part of this.#parts()) {
      if (part.fate !== "durable" && !part.isByItself) open.push(part);
    }
    return takeAcross(this.#batches, [...open, ...this.#unencoded]);
  }

  /** What is known of the rows that were encoded, in order. */
  *#parts(): Generator<Part, void, undefined> {
    for (const segment of this.#segments) yield* segment.parts();
  }

  /** The rows that were not encoded, if there are any. */
  get #unencoded(): RowRange[] {
    const { totalRows } = this;
    return this.#encodedRows < totalRows
      ? [{ firstRow: this.#encodedRows, endRow: totalRows }]
      : [];
  }
}
