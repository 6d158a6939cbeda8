/**
 * Some rows on their way, as one batch.
 *
 * @module
 */
import type { ArrowBatch } from "../core/arrow.ts";
import { ConversionError, ZerobusError } from "../core/errors.ts";
import type { FailedRun, TransmissionOutcome } from "../core/result.ts";
import type { RowConverter } from "../rows/row_converter.ts";
import type { Delivery } from "./delivery.ts";

/** What sending rows takes. */
export interface RowDeliveryContext {
  /** Makes a batch of them. */
  readonly convert: RowConverter;
  /**
   * Starts the delivery of a batch; throws if there can be none any more. The last argument is of
   * what number a row of the batch was given.
   */
  readonly deliver: (
    batch: ArrowBatch,
    signal: AbortSignal | undefined,
    numberOf: (row: number) => number,
  ) => Delivery;
}

/** Rows that have been converted, and are being sent. */
export interface RowBatch {
  /** Resolves once they are in the window, or will never be. */
  readonly admitted: Promise<void>;
  /** Resolves once every row is durable or failed; rows are numbered from `base`. Never rejects. */
  readonly outcome: Promise<TransmissionOutcome>;
}

/**
 * Converts rows and begins to send them.
 *
 * @param base what number the first row has
 */
export function beginRows(
  rows: readonly unknown[],
  base: number,
  { convert, deliver }: RowDeliveryContext,
  signal: AbortSignal | undefined,
): RowBatch {
  const { batch, kept, problems } = convert(rows, base);
  const own = problems.map(({ row, error }) => ({ firstRow: row, endRow: row + 1, error }));
  const outcomeOf = (
    result: Omit<TransmissionOutcome, "totalRows" | "failures">,
    failed: readonly FailedRun[],
  ): TransmissionOutcome => ({
    ...result,
    totalRows: rows.length,
    failures: [...own, ...translated(failed, kept, base)].sort((a, b) => a.firstRow - b.firstRow),
  });
  const done = (outcome: TransmissionOutcome): RowBatch => ({
    admitted: Promise.resolve(),
    outcome: Promise.resolve(outcome),
  });
  if (batch === undefined) return done(outcomeOf(NOTHING, []));
  let delivery: Delivery;
  try {
    const numberOf = (row: number) => base + (kept === undefined ? row : kept[row] ?? row);
    delivery = deliver(batch as unknown as ArrowBatch, signal, numberOf);
  } catch (reason) {
    const error = ZerobusError.from(reason);
    const { failures, ...lost } = lostFor(error, batch.numRows);
    return done(outcomeOf(lost, failures));
  }
  return {
    admitted: delivery.admitted,
    outcome: delivery.result.then((result) => outcomeOf(result, result.failedRuns)),
  };
}

/** What is to be said of rows of which nothing was sent. */
const NOTHING = {
  error: undefined,
  attempts: 1,
  latencyMs: 0,
  batchSizeBytes: 0,
  encodedBytes: 0,
};

/** What became of rows that all failed for one reason before they were sent. */
export function lostFor(error: ZerobusError, totalRows: number): TransmissionOutcome {
  return { ...NOTHING, error, totalRows, failures: [{ firstRow: 0, endRow: totalRows, error }] };
}

/** Runs of a batch's rows as runs of the rows that the batch was made of. */
function translated(
  runs: readonly FailedRun[],
  kept: Uint32Array | undefined,
  base: number,
): FailedRun[] {
  return runs.flatMap(({ firstRow, endRow, error }) => {
    const found: FailedRun[] = [];
    let first = firstRow;
    while (first < endRow) {
      // As long as there is nothing between them.
      let end = first + 1;
      const row = kept === undefined ? first : kept[first]!;
      if (kept === undefined) end = endRow;
      else while (end < endRow && kept[end] === row + end - first) end++;
      const from = base + row;
      found.push({ firstRow: from, endRow: from + end - first, error: renumbered(error, from) });
      first = end;
    }
    return found;
  });
}

/** An error of one row, under the row's own number. */
export function renumbered(error: ZerobusError, row: number): ZerobusError {
  const { row: before } = error.details;
  if (before === undefined || before === row || error.code !== "conversion") return error;
  const message = error.message.replace(/^row \d+/, `row ${row}`);
  return new ConversionError(message, { cause: error.cause, details: { ...error.details, row } });
}
