/**
 * What has landed in a table.
 *
 * @module
 */
import { LandedRequest, type LocalRequest, type RequestSource } from "./landed_request.ts";
import type { ResolvedTable } from "./options.ts";
import type { Records } from "./records.ts";
import type { LocalRow } from "./row.ts";

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
  /** Bytes of those rows as they came, without framing. */
  readonly byteCount: number;
  /**
   * What the stream opened last declared its records to be: a serialized
   * `google.protobuf.DescriptorProto`. Undefined before there was a stream.
   */
  readonly descriptor: Uint8Array | undefined;
  /** The kept rows in order of arrival, decoded as they are asked for. */
  rows(): IterableIterator<LocalRow>;
  /** The kept rows as they came; see {@linkcode LocalRequest.records}. */
  records(): IterableIterator<Uint8Array>;
  /** The requests that brought the kept rows, in order of arrival. */
  requests(): IterableIterator<LocalRequest>;
  /**
   * The kept rows that landed more than once, that is: equal ones, byte for byte. With requests that
   * were not acknowledged the first time that is as it should be.
   */
  duplicates(): LocalDuplicate[];
  /**
   * Resolves as soon as `count` rows have landed.
   *
   * @throws {DOMException} `TimeoutError` when they have not in time, `AbortError` when the server
   * closes first.
   */
  waitForRows(count: number, options?: WaitOptions): Promise<void>;
}

/** A row that landed more than once. */
export interface LocalDuplicate {
  /** The row. */
  readonly row: LocalRow;
  /** The requests that brought it, in order of arrival. */
  readonly requests: readonly LocalRequest[];
}

interface Waiter {
  readonly count: number;
  readonly resolve: () => void;
  readonly reject: (reason: DOMException) => void;
}

/** The server's own view of a table: the one that rows are put into. */
export class TableStore implements LocalTable {
  /** As declared. */
  readonly definition: ResolvedTable;
  readonly #kept: LandedRequest[] = [];
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
  add(source: RequestSource, offset: bigint, records: Records): LandedRequest {
    const { count } = records;
    this.rowCount += count;
    this.byteCount += records.byteCount;
    const kept = Math.min(count, this.definition.maxRowsKept - this.#keptCount);
    const request = new LandedRequest(source, offset, records, kept);
    if (kept > 0) this.#kept.push(request);
    this.#keptCount += kept;
    for (const waiter of this.#waiters) {
      if (this.rowCount >= waiter.count) waiter.resolve();
    }
    return request;
  }

  *rows(): IterableIterator<LocalRow> {
    for (const request of this.#kept) yield* request.rows();
  }

  *records(): IterableIterator<Uint8Array> {
    for (const request of this.#kept) yield* request.records();
  }

  requests(): IterableIterator<LocalRequest> {
    return this.#kept.values();
  }

  duplicates(): LocalDuplicate[] {
    // Every byte is a character of its own there, so different records are different texts.
    const decoder = new TextDecoder("latin1");
    const landings = new Map<string, { row: () => LocalRow; requests: LandedRequest[] }>();
    for (const request of this.#kept) {
      let index = 0;
      for (const record of request.records()) {
        const text = decoder.decode(record);
        const earlier = landings.get(text);
        const at = index++;
        if (earlier !== undefined) earlier.requests.push(request);
        else landings.set(text, { row: () => request.row(at), requests: [request] });
      }
    }
    return [...landings.values()].filter(({ requests }) => requests.length > 1).map(
      ({ row, requests }) => ({ row: row(), requests }),
    );
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

  #closing(): DOMException {
    return new DOMException(
      `the local Zerobus closed: ${this.rowCount} rows in ${this.name}`,
      "AbortError",
    );
  }
}
