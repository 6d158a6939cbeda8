/**
 * What a delivery needs of a record format. Each format is one implementation; nothing else in this
 * folder knows which one it is.
 *
 * @module
 */
import type { ArrowBatch } from "../core/arrow.ts";
import type { FailedRow } from "../core/result.ts";
import type { StreamFormat } from "../core/record_format.ts";
import type { RequestPayload } from "../ingest/payload.ts";

/** How batches of one schema become requests of one kind of stream. */
export interface RequestPlan {
  /** Equal for two plans exactly if their requests may travel on the same stream. */
  readonly key: string;
  /** What that stream is opened with. */
  readonly format: StreamFormat;
  /**
   * Encodes a batch of that schema, one request at a time, so that memory is bounded by what is in
   * flight. Requests come in row order and cover every row. One of nothing but rows that cannot be
   * encoded has no records. `undefined` in between is an opportunity to let other work go on before
   * the next step.
   *
   * @throws {ConversionError} if the batch is damaged
   */
  encode(batch: ArrowBatch): Iterator<EncodedRequest | undefined, void, undefined>;
  /** Takes back the memory of a request that nobody will read again, where it is used again. */
  release?(request: EncodedRequest): void;
}

/**
 * The rows `[firstRow, endRow)` of a batch as a request: every one of them is a record of it, or in
 * `failedRows`.
 */
export interface EncodedRequest extends Pick<RequestPayload, "bytes" | "body" | "rowCount"> {
  /** First row of the batch that is covered. */
  readonly firstRow: number;
  /** The row after the last one covered. */
  readonly endRow: number;
  /** Rows that could not be encoded, in row order. */
  readonly failedRows: readonly FailedRow[];
  /** The row of the batch that a record was made of. */
  sourceRow(record: number): number;
  /** The records `[start, end)` as a request; all of them, or some, but never none. */
  piece(start: number, end: number): RequestPayload;
}
