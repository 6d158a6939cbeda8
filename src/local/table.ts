/**
 * What has landed in a table.
 *
 * @module
 */
import type { RowType } from "./descriptor.ts";
import type { ResolvedTable } from "./options.ts";
import type { Records } from "./request.ts";
import { type LocalRow, readRow } from "./row.ts";

/** How long to wait. */
export interface WaitOptions {
  /** Milliseconds until giving up. Default 10,000. */
  readonly timeoutMs?: number;
}

/** A table of a local Zerobus. Everything it says is about rows that were checked and accepted. */
export interface LocalTable {
  /** Full name. */
  readonly name: string;
  /** Rows that landed, kept or not. */
  readonly rowCount: number;
  /** Bytes of those rows as protobuf, without framing. */
  readonly byteCount: number;
  /**
   * What the stream opened last declared its records to be: a serialized
   * `google.protobuf.DescriptorProto`. Undefined before there was a stream.
   */
  readonly descriptor: Uint8Array | undefined;
  /** The kept rows in order of arrival, decoded as they are asked for. */
  rows(): IterableIterator<LocalRow>;
  /** The kept rows as they came, protobuf messages. */
  records(): IterableIterator<Uint8Array>;
  /**
   * Resolves as soon as `count` rows have landed.
   *
   * @throws {DOMException} `TimeoutError` when they have not in time, `AbortError` when the server
   * closes first.
   */
  waitForRows(count: number, options?: WaitOptions): Promise<void>;
}

interface Waiter {
  readonly count: number;
  readonly resolve: () => void;
  readonly reject: (reason: DOMException) => void;
}

/** The first `count` records of a request. */
interface KeptRequest {
  readonly type: RowType;
  readonly records: Records;
  readonly count: number;
}

/** The server's own view of a table: the one that rows are put into. */
export class TableStore implements LocalTable {
  /** As declared. */
  readonly definition: ResolvedTable;
  readonly #kept: KeptRequest[] = [];
  readonly #waiters = new Set<Waiter>();
  #keptCount = 0;
  #closed = false;
  rowCount = 0;
  byteCount = 0;
  descriptor: Uint8Array | undefined = undefined;

  /** An empty table. */
  constructor(definition: ResolvedTable) {
    this.definition = definition;
  }

  get name(): string {
    return this.definition.name;
  }

  /** Adds the records of one request, all of them at once. */
  add(type: RowType, records: Records): void {
    const { bounds } = records;
    const count = bounds.length / 2;
    this.rowCount += count;
    for (let at = 0; at < bounds.length; at += 2) this.byteCount += bounds[at + 1]! - bounds[at]!;
    const kept = Math.min(count, this.definition.maxRowsKept - this.#keptCount);
    if (kept > 0) {
      this.#kept.push({ type, records, count: kept });
      this.#keptCount += kept;
    }
    for (const waiter of this.#waiters) {
      if (this.rowCount >= waiter.count) waiter.resolve();
    }
  }

  *rows(): IterableIterator<LocalRow> {
    for (const [type, record] of this.#records()) yield readRow(type.message, record);
  }

  *records(): IterableIterator<Uint8Array> {
    for (const [, record] of this.#records()) yield record;
  }

  async waitForRows(count: number, { timeoutMs = 10_000 }: WaitOptions = {}): Promise<void> {
    if (this.rowCount >= count) return;
    if (this.#closed) throw this.#closing();
    let waiter: Waiter | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waiters.add(waiter = { count, resolve, reject });
        timer = setTimeout(() => {
          const found = `${this.rowCount} of ${count} rows landed in ${this.name}`;
          reject(new DOMException(`${found} within ${timeoutMs} ms`, "TimeoutError"));
        }, timeoutMs);
      });
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(waiter!);
    }
  }

  /** Nothing will land any more: ends every wait. What has landed stays readable. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiters) waiter.reject(this.#closing());
  }

  *#records(): IterableIterator<[RowType, Uint8Array]> {
    for (const { type, records: { bytes, bounds }, count } of this.#kept) {
      for (let at = 0; at < 2 * count; at += 2) {
        yield [type, bytes.subarray(bounds[at]!, bounds[at + 1]!)];
      }
    }
  }

  #closing(): DOMException {
    return new DOMException(
      `the local Zerobus closed: ${this.rowCount} rows in ${this.name}`,
      "AbortError",
    );
  }
}
