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
import { takeRows } from "./take.ts";
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
  /** In row order, each row at most once. */
  readonly failedRows: readonly FailedRow[];
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

/**
 * The report on one batch. Every row is either successful (the service acknowledged it as durable)
 * or failed, exactly once: `successfulCount + failedCount === totalRows`, always.
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
  /** Size of the Protobuf records made from them, in bytes. */
  readonly encodedBytes: number;
  /** Rows in the batch. */
  readonly totalRows: number;
  /** Rows that are durable. */
  readonly successfulCount: number;
  /** Rows that are not. */
  readonly failedCount: number;
  /** The rows that are not durable, in row order. Empty when all are. */
  readonly failedRows: readonly FailedRow[];
  #successfulRows: Uint32Array | undefined;

  /** Makes the report; the wrapper does. */
  constructor(outcome: TransmissionOutcome) {
    this.failedRows = outcome.failedRows;
    this.totalRows = outcome.totalRows;
    this.failedCount = outcome.failedRows.length;
    this.successfulCount = this.totalRows - this.failedCount;
    this.success = this.successfulCount > 0 || this.totalRows === 0;
    this.error = outcome.error;
    this.attempts = outcome.attempts;
    this.latencyMs = outcome.latencyMs;
    this.batchSizeBytes = outcome.batchSizeBytes;
    this.encodedBytes = outcome.encodedBytes;
  }

  /** The rows that are durable, in row order. Built on first use. */
  get successfulRows(): Uint32Array {
    return this.#successfulRows ??= this.#complement();
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
    return this.failedRows.map(({ row }) => row);
  }

  /** {@linkcode successfulRows} as plain numbers. */
  successfulRowIndices(): number[] {
    return Array.from(this.successfulRows);
  }

  /**
   * The failed rows as a batch of their own: same schema, same order. `undefined` when none failed.
   *
   * @param batch the very input that was sent
   * @throws {TypeError} when it has another number of rows
   */
  extractFailedBatch(batch: Uint8Array): Table | undefined;
  /** The same for a batch or table, in kind. */
  extractFailedBatch<B extends ArrowBatch | ArrowTable>(batch: B): B | undefined;
  extractFailedBatch(batch: ArrowBatch | ArrowTable | Uint8Array): unknown {
    return this.#extract(batch, this.failedRowIndices());
  }

  /**
   * The rows that arrived as a batch of their own. `undefined` when none did.
   *
   * @param batch the very input that was sent
   * @throws {TypeError} when it has another number of rows
   */
  extractSuccessfulBatch(batch: Uint8Array): Table | undefined;
  /** The same for a batch or table, in kind. */
  extractSuccessfulBatch<B extends ArrowBatch | ArrowTable>(batch: B): B | undefined;
  extractSuccessfulBatch(batch: ArrowBatch | ArrowTable | Uint8Array): unknown {
    return this.#extract(batch, this.successfulRows);
  }

  /** Failed rows whose error has the given class name (`"ConversionError"`) or passes the test. */
  failedRowIndicesByErrorType(type: string | ((error: ZerobusError) => boolean)): number[] {
    const matches = typeof type === "string" ? (e: ZerobusError) => e.name === type : type;
    return this.failedRows.filter(({ error }) => matches(error)).map(({ row }) => row);
  }

  /** Failed rows by error class name. */
  groupErrorsByType(): Map<string, number[]> {
    const groups = new Map<string, number[]>();
    for (const { row, error } of this.failedRows) {
      const group = groups.get(error.name);
      if (group === undefined) groups.set(error.name, [row]);
      else group.push(row);
    }
    return groups;
  }

  /** Counts and rates. */
  errorStatistics(): ErrorStatistics {
    const { totalRows, successfulCount, failedCount } = this;
    const counts = [...this.groupErrorsByType()].map(([name, rows]) => [name, rows.length]);
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
    return this.failedRows.map(({ error }) => error.message);
  }

  #complement(): Uint32Array {
    const rows = new Uint32Array(this.successfulCount);
    let next = 0;
    let failure = 0;
    for (let row = 0; row < this.totalRows; row++) {
      if (this.failedRows[failure]?.row === row) failure++;
      else rows[next++] = row;
    }
    return rows;
  }

  #extract(
    given: ArrowBatch | ArrowTable | Uint8Array,
    rows: readonly number[] | Uint32Array,
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
    if (rows.length === 0) return undefined;
    return isTable(input) ? takeFromTable(input, rows) : takeRows(input, rows);
  }
}

/** The table is made by its own class, whichever copy of apache-arrow that is from. */
function takeFromTable(table: ArrowTable, rows: readonly number[] | Uint32Array): ArrowTable {
  const Table = table.constructor as new (schema: unknown, batches: ArrowBatch[]) => ArrowTable;
  return new Table(table.schema, takeAcross(table.batches, rows));
}
