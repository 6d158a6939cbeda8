/**
 * What became of every row of a batch.
 *
 * @module
 */
import type { Table } from "apache-arrow";
import {
  type ArrowBatch,
  type ArrowTable,
  isTable,
  recordBatchesOf,
  tableFromBytes,
} from "./arrow.ts";
import { kindOf } from "./kind.ts";
import type { ZerobusError } from "./errors.ts";
import { countRows, type RowRange, rowsBetween, rowsIn } from "./row_range.ts";
import { takeAcross } from "./take_across.ts";

/** A row that did not arrive, and why. */
export interface FailedRow {
  /** Zero-based row in the batch (or table) that was sent. */
  readonly row: number;
  /** Why. Rows that failed for one common reason share the error. */
  readonly error: ZerobusError;
}

/** Counts over one result; what {@linkcode TransmissionResult.errorStatistics} gives. */
export interface ErrorStatistics {
  /** Rows sent. */
  readonly totalRows: number;
  /** Rows that are durable. */
  readonly successfulCount: number;
  /** Rows that are not. */
  readonly failedCount: number;
  /** Share of durable rows, 0 to 1; 0 for an empty batch. */
  readonly successRate: number;
  /** Share of failed rows, 0 to 1; 0 for an empty batch. */
  readonly failureRate: number;
  /** Failed rows by error class name, such as `ConversionError`. */
  readonly errorCounts: Readonly<Record<string, number>>;
}

/** What a {@linkcode TransmissionResult} is made of. */
export interface TransmissionOutcome {
  /** Rows of the batch. */
  readonly totalRows: number;
  /** The rows that failed, in row order, each at most once; a run is never empty. */
  readonly failures: readonly {
    /** First row of the run. */
    readonly firstRow: number;
    /** Row after the last. */
    readonly endRow: number;
    /** Why they failed. */
    readonly error: ZerobusError;
  }[];
  /** The failure that hit the batch as a whole, or the rest of it. */
  readonly error: ZerobusError | undefined;
  /** See {@linkcode TransmissionResult.attempts}. */
  readonly attempts: number;
  /** See {@linkcode TransmissionResult.latencyMs}. */
  readonly latencyMs: number;
  /** See {@linkcode TransmissionResult.batchSizeBytes}. */
  readonly batchSizeBytes: number;
  /** See {@linkcode TransmissionResult.encodedBytes}. */
  readonly encodedBytes: number;
}

/** Rows that failed for one reason: a whole batch that is lost is one of these. */
export type FailedRun = TransmissionOutcome["failures"][number];

/**
 * The report on one batch. Every row is either successful (the service acknowledged it as durable)
 * or failed, exactly once: `successfulCount + failedCount === totalRows`, always.
 *
 * @example
 * ```ts
 * import { createWrapper } from "@zerobus/wrapper";
 * import { assertEquals } from "@std/assert";
 * import { makeVector, Table } from "apache-arrow";
 *
 * await using wrapper = await createWrapper({
 *   endpoint: "https://example.com",
 *   tableName: "main.iot.readings",
 *   writerDisabled: true, // converts and reports, and sends nothing
 * });
 * const table = new Table({ total: makeVector(BigUint64Array.of(1n, 2n ** 63n)) });
 * const result = await wrapper.sendBatch(table);
 *
 * assertEquals(result.isPartialSuccess(), true);
 * assertEquals(result.failedRowIndices(), [1]); // larger than any BIGINT
 * assertEquals(result.errorStatistics().errorCounts, { ConversionError: 1 });
 * assertEquals(result.extractFailedBatch(table)?.numRows, 1); // to be mended, or put aside
 * ```
 */
export class TransmissionResult {
  /** Whether any row arrived; true for an empty batch. See also {@linkcode hasFailedRows}. */
  readonly success: boolean;
  /**
   * The delivery failure that hit the batch or the rest of it (connection, credentials, refused
   * records, a schema that cannot be sent). Rows that could not be converted do not set it.
   */
  readonly error: ZerobusError | undefined;
  /** Connection attempts the batch lived through: 1 when nothing had to be tried again. */
  readonly attempts: number;
  /** From the call to the last acknowledgement, in milliseconds. */
  readonly latencyMs: number;
  /** Size of the Arrow buffers, in bytes. */
  readonly batchSizeBytes: number;
  /** Size of the records made from them, in bytes. */
  readonly encodedBytes: number;
  /** Rows in the batch. */
  readonly totalRows: number;
  /** Rows that are durable. */
  readonly successfulCount: number;
  /** Rows that are not. */
  readonly failedCount: number;
  readonly #failures: readonly FailedRun[];
  #failedRows: readonly FailedRow[] | undefined;
  #successfulRows: Uint32Array | undefined;

  /** Makes the report; the wrapper does. */
  constructor(outcome: TransmissionOutcome) {
    this.#failures = outcome.failures;
    this.totalRows = outcome.totalRows;
    this.failedCount = countRows(outcome.failures);
    this.successfulCount = this.totalRows - this.failedCount;
    this.success = this.successfulCount > 0 || this.totalRows === 0;
    this.error = outcome.error;
    this.attempts = outcome.attempts;
    this.latencyMs = outcome.latencyMs;
    this.batchSizeBytes = outcome.batchSizeBytes;
    this.encodedBytes = outcome.encodedBytes;
  }

  /**
   * The rows that are not durable, in row order. Empty when all are. Built on first use, an object
   * for each: to handle a large batch that is lost as a whole, {@linkcode error}, the counts and
   * {@linkcode extractFailedBatch} do without.
   */
  get failedRows(): readonly FailedRow[] {
    return this.#failedRows ??= perRow(this.#failures, (row, error) => ({ row, error }));
  }

  /** The same as runs of rows that follow each other and failed for one reason, in row order. */
  get failedRuns(): readonly FailedRun[] {
    return this.#failures;
  }

  /** The rows that are durable, in row order. Built on first use. */
  get successfulRows(): Uint32Array {
    return this.#successfulRows ??= rowsIn(this.#successes());
  }

  /** Whether some rows arrived and some did not. */
  isPartialSuccess(): boolean {
    return this.successfulCount > 0 && this.failedCount > 0;
  }

  /** Whether any row did not arrive. */
  hasFailedRows(): boolean {
    return this.failedCount > 0;
  }

  /** Whether any row arrived. */
  hasSuccessfulRows(): boolean {
    return this.successfulCount > 0;
  }

  /** Indices of {@linkcode failedRows}. */
  failedRowIndices(): number[] {
    return perRow(this.#failures, (row) => row);
  }

  /** {@linkcode successfulRows} as plain numbers. */
  successfulRowIndices(): number[] {
    return Array.from(this.successfulRows);
  }

  /**
   * The failed rows as a batch of their own: same schema, same order. `undefined` when none failed;
   * batches of which every row failed are not copied.
   *
   * @param batch the very input that was sent
   * @throws {TypeError} when it has another number of rows
   */
  extractFailedBatch(batch: Uint8Array): Table | undefined;
  /** The same for a batch or table, in kind. */
  extractFailedBatch<B extends ArrowBatch | ArrowTable>(batch: B): B | undefined;
  extractFailedBatch(batch: ArrowBatch | ArrowTable | Uint8Array): unknown {
    return this.#extract(batch, this.#failures);
  }

  /**
   * The rows that arrived as a batch of their own. `undefined` when none did; batches of which every
   * row arrived are not copied.
   *
   * @param batch the very input that was sent
   * @throws {TypeError} when it has another number of rows
   */
  extractSuccessfulBatch(batch: Uint8Array): Table | undefined;
  /** The same for a batch or table, in kind. */
  extractSuccessfulBatch<B extends ArrowBatch | ArrowTable>(batch: B): B | undefined;
  extractSuccessfulBatch(batch: ArrowBatch | ArrowTable | Uint8Array): unknown {
    return this.#extract(batch, this.#successes());
  }

  /** Failed rows whose error has the given class name (`"ConversionError"`) or passes the test. */
  failedRowIndicesByErrorType(type: string | ((error: ZerobusError) => boolean)): number[] {
    const matches = typeof type === "string" ? (e: ZerobusError) => e.name === type : type;
    return perRow(this.#failures.filter(({ error }) => matches(error)), (row) => row);
  }

  /** Failed rows by error class name. */
  groupErrorsByType(): Map<string, number[]> {
    const groups = new Map<string, number[]>();
    for (const [name, runs] of this.#failuresByType()) groups.set(name, perRow(runs, (row) => row));
    return groups;
  }

  /** Counts and rates. */
  errorStatistics(): ErrorStatistics {
    const { totalRows, successfulCount, failedCount } = this;
    const counts = [...this.#failuresByType()].map(([name, runs]) => [name, countRows(runs)]);
    return {
      totalRows,
      successfulCount,
      failedCount,
      successRate: totalRows === 0 ? 0 : successfulCount / totalRows,
      failureRate: totalRows === 0 ? 0 : failedCount / totalRows,
      errorCounts: Object.fromEntries(counts),
    };
  }

  /** The message of every failed row's error, in row order. */
  errorMessages(): string[] {
    return perRow(this.#failures, (_, error) => error.message);
  }

  #successes(): RowRange[] {
    return rowsBetween(this.#failures, { firstRow: 0, endRow: this.totalRows });
  }

  #failuresByType(): Map<string, FailedRun[]> {
    const groups = new Map<string, FailedRun[]>();
    for (const run of this.#failures) {
      const group = groups.get(run.error.name);
      if (group === undefined) groups.set(run.error.name, [run]);
      else group.push(run);
    }
    return groups;
  }

  #extract(
    given: ArrowBatch | ArrowTable | Uint8Array,
    ranges: readonly RowRange[],
  ): ArrowBatch | ArrowTable | undefined {
    const input: ArrowBatch | ArrowTable = given instanceof Uint8Array
      ? tableFromBytes(given)
      : given;
    const numRows = recordBatchesOf(input).reduce((sum, batch) => sum + batch.numRows, 0);
    if (numRows !== this.totalRows) {
      throw new TypeError(
        `expected the batch this result is about (${this.totalRows} rows), got ` +
          `${kindOf(given)} of ${numRows} rows`,
      );
    }
    if (ranges.length === 0) return undefined;
    if (isTable(input)) return tableLike(input, takeAcross(input.batches, ranges));
    return takeAcross([input], ranges)[0];
  }
}

function perRow<T>(
  runs: readonly FailedRun[],
  make: (row: number, error: ZerobusError) => T,
): T[] {
  const made: T[] = [];
  for (const { firstRow, endRow, error } of runs) {
    for (let row = firstRow; row < endRow; row++) made.push(make(row, error));
  }
  return made;
}

/** The table is made by its own class, whichever copy of apache-arrow that is from. */
function tableLike(table: ArrowTable, batches: readonly ArrowBatch[]): ArrowTable {
  const Table = table.constructor as new (
    schema: unknown,
    batches: readonly ArrowBatch[],
  ) => ArrowTable;
  return new Table(table.schema, batches);
}
