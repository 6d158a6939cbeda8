/**
 * A batch of any size → Arrow IPC messages.
 *
 * @module
 */
import { type ArrowBatch, byteLengthOf } from "../core/arrow.ts";
import { ConversionError } from "../core/errors.ts";
import type { FailedRow } from "../core/result.ts";
import { type RowRange, rowsBetween, rowsIn } from "../core/row_range.ts";
import { ArrowRequest } from "./arrow_request.ts";
import { BatchBody } from "./batch_body.ts";
import type { ArrowPlan } from "./column_plan.ts";
import { makePlain } from "./make_plain.ts";
import type { IpcMessage } from "./messages.ts";
import { emit, gather } from "./plain.ts";

/** Bounds of a message. All are at least 1. */
export interface ArrowLimits {
  /** Bytes of one row as a message; a larger one fails. */
  readonly maxRecordBytes: number;
  /** Bytes of a message, header and body, that nothing but a single row may exceed. */
  readonly targetBytes: number;
  /** Bytes of a message that even a single row may not exceed. */
  readonly maxRequestBytes: number;
  /** Rows of a message. */
  readonly maxRecords: number;
}

/** What became of a range of rows. */
interface Encoded {
  readonly failures: readonly FailedRow[];
  /** Absent if every row failed. */
  readonly message: IpcMessage | undefined;
}

/**
 * Rows of a first message at least: a slice may look larger than it is, for it has the bytes of all
 * rows that it was cut from.
 */
const FEWEST_ROWS = 256;
/** Room for the rows to come being a little larger than those before. */
const MARGIN = 0.95;

/**
 * Encodes a batch, one message at a time, in row order. Together the messages cover every row; a row
 * that cannot be sent is reported with the message in whose range it lies, which has no rows if none
 * of the range can be sent.
 *
 * Buffers are not copied where they are as the service wants them, so the batch must not change
 * while its messages are in use.
 *
 * @throws {ConversionError} if the batch is damaged
 */
export function* encodeArrow(
  plan: ArrowPlan,
  batch: ArrowBatch,
  limits: ArrowLimits,
): Generator<ArrowRequest, void, undefined> {
  const { numRows } = batch;
  const { maxRecords } = limits;
  const wanted = MARGIN * Math.min(limits.targetBytes, limits.maxRecordBytes);
  const guess = wanted / Math.max(1, byteLengthOf(batch.data) / numRows);
  let rowsAtOnce = Math.max(guess, FEWEST_ROWS);
  for (let row = 0; row < numRows;) {
    const count = Math.max(1, Math.floor(Math.min(rowsAtOnce, maxRecords, numRows - row)));
    const range = { firstRow: row, endRow: row + count };
    const whole = encodeRange(plan, batch, range);
    const bytes = whole.message === undefined ? 0 : messageBytes(whole.message);
    if (bytes > 0) rowsAtOnce = count * wanted / bytes;
    const encoded = fitted(whole, range, limits);
    if (encoded === "too large") {
      rowsAtOnce = Math.min(rowsAtOnce, MARGIN * count); // one less at least
      continue;
    }
    const { failures, message } = encoded;
    yield new ArrowRequest(
      range,
      failures,
      message,
      (part) => encodeRange(plan, batch, part).message!,
    );
    row = range.endRow;
  }
}

/** What was encoded, unless that is more than a message takes. */
function fitted(encoded: Encoded, range: RowRange, limits: ArrowLimits): Encoded | "too large" {
  const { message } = encoded;
  if (message === undefined) return encoded;
  const { targetBytes, maxRecordBytes, maxRequestBytes } = limits;
  const bytes = messageBytes(message);
  const { byteLength } = message.body;
  const isAllowed = bytes <= maxRequestBytes && byteLength <= maxRecordBytes;
  if (isAllowed && bytes <= targetBytes) return encoded;
  const { firstRow: row, endRow } = range;
  if (endRow - row > 1) return "too large";
  if (isAllowed) return encoded;
  const [name, limit, actual] = byteLength > maxRecordBytes
    ? ["maxRecordBytes", maxRecordBytes, byteLength] as const
    : ["maxRequestBytes", maxRequestBytes, bytes] as const;
  const error = new ConversionError(
    `row ${row} takes ${actual} bytes as a message, ${name} is ${limit}: split it up`,
    { details: { row, limit, actual } },
  );
  return { failures: [{ row, error }], message: undefined };
}

function encodeRange(plan: ArrowPlan, batch: ArrowBatch, range: RowRange): Encoded {
  const problems = new Map<number, ConversionError>();
  let columns = plan.columns.map((column) =>
    makePlain(column, batch.data.children[column.index]!, range, (row, path, reason) => {
      if (problems.has(row)) return;
      const message = `row ${row}, column "${path}": ${reason}`;
      problems.set(row, new ConversionError(message, { details: { row, column: path } }));
    })
  );
  const failures = [...problems].map(([row, error]) => ({ row, error }))
    .sort((one, other) => one.row - other.row);
  const rows = range.endRow - range.firstRow - failures.length;
  if (rows === 0) return { failures, message: undefined };
  if (failures.length > 0) {
    const failed = failures.map(({ row }) => ({ firstRow: row, endRow: row + 1 }));
    const good = rowsIn(rowsBetween(failed, range)).map((row) => row - range.firstRow);
    columns = columns.map((column) => gather(column, good));
  }
  const body = new BatchBody();
  for (const column of columns) emit(column, body);
  return { failures, message: body.finish(rows) };
}

function messageBytes({ header, body }: IpcMessage): number {
  return header.byteLength + body.byteLength;
}
