/**
 * A whole batch in one buffer.
 *
 * @module
 */
import type { MessageDescriptor } from "../schema/message_descriptor.ts";
import { type ArrowBatch, isRecordBatch } from "../core/arrow.ts";
import { kindOf } from "../core/kind.ts";
import { ConfigurationError } from "../core/errors.ts";
import type { ExtraColumns } from "../schema/bind.ts";
import { planFor } from "../schema/plan.ts";
import { encodeRequests } from "./encode_requests.ts";
import { EncodedRows } from "./encoded_rows.ts";
import { DEFAULT_MAX_RECORD_BYTES } from "./limits.ts";

/** Options of {@linkcode encodeBatch}. */
export interface EncodeBatchOptions {
  /** The message to encode rows as. Default: derived from the batch's schema. */
  readonly descriptor?: MessageDescriptor;
  /** Longest message, in bytes; a longer one fails its row. Default 10,420,224. */
  readonly maxRecordBytes?: number;
  /** What to do with a column that the descriptor has no field for. Default `"error"`. */
  readonly extraColumns?: ExtraColumns;
}

/**
 * Encodes a record batch as Protobuf, without sending it.
 *
 * Rows that cannot be encoded are in `failedRows` of the result and in nobody's way.
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
 * assertEquals(rows.rowCount, 2);
 * assertEquals(rows.failedRows.map(({ row, error }) => [row, error.details.column]), [[1, "total"]]);
 * ```
 *
 * @throws {ConfigurationError} if the schema cannot be sent as Protobuf, or the descriptor does not
 * fit it.
 * @throws {ConversionError} if the batch's buffers are damaged.
 * @throws {TypeError} if it is not a record batch.
 */
export function encodeBatch(batch: ArrowBatch, options: EncodeBatchOptions = {}): EncodedRows {
  if (!isRecordBatch(batch)) {
    throw new TypeError(`expected an Arrow RecordBatch, got ${kindOf(batch)}`);
  }
  const { maxRecordBytes = DEFAULT_MAX_RECORD_BYTES, ...planOptions } = options;
  if (!Number.isInteger(maxRecordBytes) || maxRecordBytes < 1) {
    throw new ConfigurationError(
      `maxRecordBytes must be a whole number of at least 1, got ${maxRecordBytes}`,
      { details: { field: "maxRecordBytes", limit: 1, actual: maxRecordBytes } },
    );
  }
  const limits = { maxRecordBytes, maxRequestBytes: Infinity, maxRecords: Infinity };
  const plan = planFor(batch.schema, planOptions);
  for (const rows of encodeRequests(plan, batch, limits)) return rows;
  return new EncodedRows({
    bytes: new Uint8Array(0),
    rowCount: 0,
    firstRow: 0,
    endRow: 0,
    failedRows: [],
  });
}
