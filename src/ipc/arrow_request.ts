/**
 * A request of Arrow rows.
 *
 * @module
 */
import type { FailedRow } from "../core/result.ts";
import { type RowRange, rowsBetween, rowsIn } from "../core/row_range.ts";
import type { RequestBody } from "../core/transport.ts";
import type { IpcMessage } from "./messages.ts";

/** Rows of a batch as an Arrow IPC message: those of a range, without the ones that failed. */
export class ArrowRequest {
  /** First row of the batch that is covered. */
  readonly firstRow: number;
  /** The row after the last one covered. */
  readonly endRow: number;
  /** Rows that cannot be sent, in row order. */
  readonly failedRows: readonly FailedRow[];
  readonly #message: IpcMessage | undefined;
  readonly #encode: (range: RowRange) => IpcMessage;
  #rows: Uint32Array | undefined;

  /**
   * @param message the rows; absent if all have failed
   * @param encode makes the message of some of them
   */
  constructor(
    { firstRow, endRow }: RowRange,
    failedRows: readonly FailedRow[],
    message: IpcMessage | undefined,
    encode: (range: RowRange) => IpcMessage,
  ) {
    this.firstRow = firstRow;
    this.endRow = endRow;
    this.failedRows = failedRows;
    this.#message = message;
    this.#encode = encode;
  }

  /** Number of rows in the message. */
  get rowCount(): number {
    return this.endRow - this.firstRow - this.failedRows.length;
  }

  /** The message's header. */
  get bytes(): Uint8Array {
    return this.#message?.header ?? new Uint8Array(0);
  }

  /** The message's body. */
  get body(): RequestBody | undefined {
    return this.#message?.body;
  }

  /** The row of the batch that is at this position in the message. */
  sourceRow(record: number): number {
    if (this.failedRows.length === 0) return this.firstRow + record;
    const failed = this.failedRows.map(({ row }) => ({ firstRow: row, endRow: row + 1 }));
    this.#rows ??= rowsIn(rowsBetween(failed, this));
    return this.#rows[record] ?? this.endRow;
  }

  /** The rows at the positions `[start, end)` as a message of their own. */
  piece(
    start: number,
    end: number,
  ): { readonly bytes: Uint8Array; readonly body: RequestBody; readonly rowCount: number } {
    const range = { firstRow: this.sourceRow(start), endRow: this.sourceRow(end - 1) + 1 };
    const { header, body } = this.#encode(range);
    return { bytes: header, body, rowCount: end - start };
  }
}
