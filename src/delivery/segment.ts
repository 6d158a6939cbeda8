/**
 * What has become of a run of rows so far.
 *
 * @module
 */
import type { ZerobusError } from "../core/errors.ts";
import type { FailedRow } from "../core/result.ts";
import type { RowRange } from "../core/row_range.ts";

/** What is known of rows that could be converted. */
export type Fate = "unknown" | "durable" | ZerobusError;

/** Rows of the input that share a fate. */
export interface Run extends RowRange {
  /** What became of them, those that failed by themselves excepted. */
  readonly fate: Fate;
}

/** A {@linkcode Run} of which every row has the fate, or a row that failed by itself. */
export interface Part extends Run {
  /** Whether it is such a row. */
  readonly isByItself: boolean;
}

/**
 * A run of rows that travels as one request, or in pieces if the service refuses that. Fates become
 * known from its front to its end; a row that fails by itself (it could not be converted, or the
 * service refused it) has no part in the fate of those around it.
 */
export class Segment {
  /** First row of the run, in the whole input. */
  readonly firstRow: number;
  /** Row after the last. */
  readonly endRow: number;
  /** Rows that failed, each by itself, in row order. */
  readonly #failures: FailedRow[];
  readonly #runs: Run[] = [];

  /** @param unconverted rows that could not be converted, in row order */
  constructor(firstRow: number, endRow: number, unconverted: readonly FailedRow[]) {
    this.firstRow = firstRow;
    this.endRow = endRow;
    this.#failures = [...unconverted];
  }

  /** The first row whose fate is unknown; `endRow` when there is none. */
  get openRow(): number {
    return this.#runs.at(-1)?.endRow ?? this.firstRow;
  }

  /** Decides the fate of the rows from `openRow` to `endRow`; without that, of all the rest. */
  settle(fate: Exclude<Fate, "unknown">, endRow: number = this.endRow): void {
    const firstRow = this.openRow;
    if (endRow > firstRow) this.#runs.push({ firstRow, endRow, fate });
  }

  /** Adds a row that failed by itself. */
  fail(failure: FailedRow): void {
    const later = this.#failures.findIndex(({ row }) => row > failure.row);
    this.#failures.splice(later < 0 ? this.#failures.length : later, 0, failure);
  }

  /** Every row of the segment, in runs, in order. */
  *runs(): Generator<Run, void, undefined> {
    yield* this.#runs;
    if (this.openRow < this.endRow) {
      yield { firstRow: this.openRow, endRow: this.endRow, fate: "unknown" };
    }
  }

  /** Every row of the segment, in order, those that failed by themselves cut out of their runs. */
  *parts(): Generator<Part, void, undefined> {
    let next = 0;
    for (const { firstRow, endRow, fate } of this.runs()) {
      let open = firstRow;
      for (let failure = this.#failures[next]; failure !== undefined && failure.row < endRow;) {
        const { row, error } = failure;
        if (row > open) yield { firstRow: open, endRow: row, fate, isByItself: false };
        open = row + 1;
        yield { firstRow: row, endRow: open, fate: error, isByItself: true };
        failure = this.#failures[++next];
      }
      if (endRow > open) yield { firstRow: open, endRow, fate, isByItself: false };
    }
  }
}
