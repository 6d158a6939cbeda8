/**
 * A request whose rows landed, and what its client was told of it.
 *
 * @module
 */
import type { Records } from "./records.ts";
import type { LocalRow } from "./row.ts";

/** A request whose rows landed. */
export interface LocalRequest {
  /** The server's name for the stream that brought it. */
  readonly streamId: string;
  /** Its number on that stream. */
  readonly offset: bigint;
  /** Rows of it that were kept. */
  readonly rowCount: number;
  /** Whether an acknowledgement that covers it was sent. */
  readonly acknowledged: boolean;
  /**
   * Rows of it that acknowledgements cover: none or all, or, where they count records, the first so
   * many.
   */
  readonly acknowledgedRows: number;
  /**
   * Milliseconds from that acknowledgement to the end of its stream, if the client may have left
   * before it had read everything: when the connection broke, the server closed, or the time that a
   * close signal named was over. Undefined otherwise.
   */
  readonly cutAfterMs: number | undefined;
  /** Its rows, decoded as they are asked for. */
  rows(): IterableIterator<LocalRow>;
  /**
   * Its rows as they came: Protobuf messages. Of Arrow rows, which have no bytes of their own, a text
   * that is the same for equal rows.
   */
  records(): IterableIterator<Uint8Array>;
}

/** A stream as far as its requests are concerned. */
export interface RequestSource {
  /** The server's name for it. */
  readonly id: string;
  /** When it ended, if the client may not have heard all that was said until then. */
  readonly cutAt: number | undefined;
}

/** The server's own view of a request: the one that can be acknowledged. */
export class LandedRequest implements LocalRequest {
  readonly offset: bigint;
  readonly rowCount: number;
  readonly #source: RequestSource;
  readonly #records: Records;
  #acknowledgedAt: number | undefined;
  #acknowledgedRows = 0;

  /** The first `rowCount` records of a request that was not acknowledged yet. */
  constructor(source: RequestSource, offset: bigint, records: Records, rowCount: number) {
    this.#source = source;
    this.offset = offset;
    this.#records = records;
    this.rowCount = rowCount;
  }

  get streamId(): string {
    return this.#source.id;
  }

  get acknowledged(): boolean {
    return this.#acknowledgedAt !== undefined && this.#acknowledgedRows >= this.#records.count;
  }

  get acknowledgedRows(): number {
    return this.#acknowledgedRows;
  }

  get cutAfterMs(): number | undefined {
    const { cutAt } = this.#source;
    if (cutAt === undefined || this.#acknowledgedAt === undefined) return undefined;
    return cutAt - this.#acknowledgedAt;
  }

  /** An acknowledgement of its first rows, by default of all, is being sent. */
  acknowledge(rows: number = Infinity): void {
    this.#acknowledgedAt = performance.now();
    this.#acknowledgedRows = Math.max(this.#acknowledgedRows, Math.min(rows, this.#records.count));
  }

  /** One of its rows. */
  row(index: number): LocalRow {
    return this.#records.row(index);
  }

  *rows(): IterableIterator<LocalRow> {
    for (let index = 0; index < this.rowCount; index++) yield this.#records.row(index);
  }

  *records(): IterableIterator<Uint8Array> {
    for (let index = 0; index < this.rowCount; index++) yield this.#records.record(index);
  }
}
