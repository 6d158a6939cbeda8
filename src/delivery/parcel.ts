/**
 * One request of a delivery, and what becomes of its records.
 *
 * @module
 */
import { type Deferred, deferred } from "../core/async.ts";
import { TransmissionError, type ZerobusError } from "../core/errors.ts";
import type { EncodedRows } from "../encode/encoded_rows.ts";
import type { RequestPayload } from "../ingest/options.ts";
import type { Allowance } from "./isolation.ts";
import type { Segment } from "./segment.ts";

/**
 * Encoded rows on their way. Whoever carries them tells what became of the records, from the first
 * to the last; here that is put down for the rows they were made of.
 */
export class Parcel implements RequestPayload {
  /** What the batch may spend on finding rows that the service refuses. */
  readonly allowance: Allowance;
  readonly #rows: EncodedRows;
  readonly #segment: Segment;
  readonly #done: Deferred<ZerobusError | undefined> = deferred<ZerobusError | undefined>();
  /** Records whose fate is decided. */
  #settled = 0;

  /** @param segment the rows, to which what becomes of them is written */
  constructor(rows: EncodedRows, segment: Segment, allowance: Allowance) {
    this.#rows = rows;
    this.#segment = segment;
    this.allowance = allowance;
  }

  /** See {@linkcode RequestPayload.bytes}. */
  get bytes(): Uint8Array {
    return this.#rows.bytes;
  }

  /** See {@linkcode RequestPayload.rowCount}. */
  get rowCount(): number {
    return this.#rows.rowCount;
  }

  /** Resolves when every record is decided: with the reason if some were lost. */
  get done(): Promise<ZerobusError | undefined> {
    return this.#done.promise;
  }

  /** Some of the records as a request, without a copy. */
  piece(start: number, end: number): RequestPayload {
    const bytes = this.bytes.subarray(this.#frameEnd(start), this.#frameEnd(end));
    return { bytes, rowCount: end - start };
  }

  /** The records up to this one are durable. */
  deliver(end: number = this.rowCount): void {
    this.#segment.settle("durable", this.#rowAt(end));
    this.#advance(end);
  }

  /** The service refused the records up to this one, and they are not taken apart any further. */
  refuse(end: number, refusal: ZerobusError): void {
    const endRow = this.#rowAt(end);
    if (end - this.#settled === 1) {
      const row = this.#rowAt(this.#settled);
      const error = refusalOf(`row ${row}`, refusal, { row });
      this.#segment.fail({ row, error });
      this.#segment.settle("durable", endRow); // the rows around it that could not be converted
    } else {
      const what =
        `one or more of the rows ${this.#segment.openRow} to ${endRow - 1} (to find out ` +
        "which takes more than isolateRejectedRows.maxExtraRequests)";
      this.#segment.settle(refusalOf(what, refusal), endRow);
    }
    this.#advance(end);
  }

  /** Nothing will become of the rest. */
  lose(error: ZerobusError): void {
    this.#segment.settle(error);
    this.#done.resolve(error);
  }

  #advance(end: number): void {
    this.#settled = end;
    if (end === this.rowCount) this.#done.resolve(undefined);
  }

  /** Where the frames of the records before this one end. */
  #frameEnd(record: number): number {
    if (record === 0) return 0;
    const { byteOffset, byteLength } = this.#rows.row(record - 1);
    return byteOffset + byteLength - this.bytes.byteOffset;
  }

  /** The row of the input that a record was made of; after the last one, the end of the run. */
  #rowAt(record: number): number {
    if (record === this.rowCount) return this.#segment.endRow;
    return this.#segment.firstRow + this.#rows.sourceRow(record) - this.#rows.firstRow;
  }
}

function refusalOf(
  what: string,
  refusal: ZerobusError,
  details: { readonly row?: number } = {},
): TransmissionError {
  return new TransmissionError(`${what}: ${refusal.message}`, {
    cause: refusal,
    details: { ...refusal.details, ...details },
  });
}
