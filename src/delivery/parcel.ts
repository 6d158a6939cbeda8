/**
 * One request of a delivery, and what becomes of its records.
 *
 * @module
 */
import { type Deferred, deferred } from "../core/async.ts";
import { TransmissionError, type ZerobusError } from "../core/errors.ts";
import type { RequestBody } from "../core/transport.ts";
import type { RequestPayload } from "../ingest/payload.ts";
import type { Allowance } from "./isolation.ts";
import type { EncodedRequest } from "./request_plan.ts";
import type { Segment } from "./segment.ts";

/**
 * Encoded rows on their way. Whoever carries them tells what became of the records, from the first
 * to the last; here that is put down for the rows they were made of. As a request it is what is
 * still open of them.
 */
export class Parcel implements RequestPayload {
  /** What the batch may spend on finding rows that the service refuses. */
  readonly allowance: Allowance;
  readonly #request: EncodedRequest;
  readonly #segment: Segment;
  readonly #done: Deferred<ZerobusError | undefined> = deferred<ZerobusError | undefined>();
  /** Records whose fate is decided. */
  #settled = 0;
  /** How often it, or a piece of it, was handed to a connection. */
  #sendings = 0;
  /** The others. */
  #open: RequestPayload;

  /** @param segment the rows, to which what becomes of them is written */
  constructor(request: EncodedRequest, segment: Segment, allowance: Allowance) {
    this.#request = this.#open = request;
    this.#segment = segment;
    this.allowance = allowance;
  }

  /** See {@linkcode RequestPayload.bytes}. */
  get bytes(): Uint8Array {
    return this.#remainder().bytes;
  }

  /** See {@linkcode RequestPayload.body}. */
  get body(): RequestBody | undefined {
    return this.#remainder().body;
  }

  /** See {@linkcode RequestPayload.rowCount}. */
  get rowCount(): number {
    return this.end - this.#settled;
  }

  /** Records whose fate is decided: the first so many. */
  get settled(): number {
    return this.#settled;
  }

  /** Number of records, whatever became of them. */
  get end(): number {
    return this.#request.rowCount;
  }

  /** Resolves when every record is decided: with the reason if some were lost. */
  get done(): Promise<ZerobusError | undefined> {
    return this.#done.promise;
  }

  /**
   * Whether no connection holds its bytes any more: every record is durable, and one connection
   * alone has had them, the one that has read them to the end. Another, which was given up, may
   * still be busy with them, and what it sends must stay what it was.
   */
  get isReleased(): boolean {
    return this.#settled === this.end && this.#sendings <= 1;
  }

  /** See {@linkcode RequestPayload.sending}. */
  sending(): void {
    this.#sendings++;
  }

  /** See {@linkcode RequestPayload.skip}. */
  skip(records: number): void {
    this.deliver(this.#settled + records);
  }

  /** What is open of some of the records, as a request of its own; it must not be nothing. */
  piece(start: number, end: number): RequestPayload {
    let first = Math.max(start, this.#settled);
    const { bytes, body, rowCount } = this.#request.piece(first, end);
    // Sent once: what is left of it after a failure is the next piece.
    return {
      bytes,
      body,
      rowCount,
      skip: (records) => this.deliver(first += records),
      sending: () => this.sending(),
    };
  }

  /** The records up to this one are durable. */
  deliver(end: number = this.end): void {
    if (end <= this.#settled) return;
    this.#segment.settle("durable", this.#rowAt(end));
    this.#advance(end);
  }

  /** The service refused the records up to this one, and they are not taken apart any further. */
  refuse(end: number, refusal: ZerobusError): void {
    if (end <= this.#settled) return;
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
    if (end === this.end) this.#done.resolve(undefined);
  }

  /** The open records, cut out when somebody needs them. */
  #remainder(): RequestPayload {
    const { rowCount } = this;
    // Nobody sends what is decided; it is asked for its size at most.
    if (rowCount > 0 && this.#open.rowCount !== rowCount) {
      this.#open = this.#request.piece(this.#settled, this.end);
    }
    return this.#open;
  }

  /** The row of the input that a record was made of; after the last one, the end of the run. */
  #rowAt(record: number): number {
    if (record === this.end) return this.#segment.endRow;
    return this.#segment.firstRow + this.#request.sourceRow(record) - this.#request.firstRow;
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
