/**
 * A request whose rows landed, and what its client was told of it.
 *
 * @module
 */
import type { RowType } from "./descriptor.ts";
import type { Records } from "./request.ts";
import { type LocalRow, readRow } from "./row.ts";

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
   * Milliseconds from that acknowledgement to the end of its stream, if the client may have left
   * before it had read everything: when the connection broke, the server closed, or the time that a
   * close signal named was over. Undefined otherwise.
   */
  readonly cutAfterMs: number | undefined;
  /** Its rows, decoded as they are asked for. */
  rows(): IterableIterator<LocalRow>;
  /** Its rows as they came, protobuf messages. */
  records(): IterableIterator<Uint8Array>;
}

/** A stream as far as its requests are concerned. */
export interface RequestSource {
  /** The server's name for it. */
  readonly id: string;
  /** What its records are. */
  readonly type: RowType;
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
    return this.#acknowledgedAt !== undefined;
  }

  get cutAfterMs(): number | undefined {
    const { cutAt } = this.#source;
    if (cutAt === undefined || this.#acknowledgedAt === undefined) return undefined;
    return cutAt - this.#acknowledgedAt;
  }

  /** Its acknowledgement is being sent. */
  acknowledge(): void {
    this.#acknowledgedAt = performance.now();
  }

  *rows(): IterableIterator<LocalRow> {
    for (const record of this.records()) yield this.read(record);
  }

  /** Decodes one of its records. */
  read(record: Uint8Array): LocalRow {
    return readRow(this.#source.type.message, record);
  }

  *records(): IterableIterator<Uint8Array> {
    const { bytes, bounds } = this.#records;
    for (let at = 0; at < 2 * this.rowCount; at += 2) {
      yield bytes.subarray(bounds[at]!, bounds[at + 1]!);
    }
  }
}
