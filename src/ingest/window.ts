/**
 * The requests that are not known to be durable.
 *
 * @module
 */
import { type Deferred, Line } from "../core/async.ts";
import type { UnacknowledgedRequest } from "./options.ts";
import { payloadBytes, type RequestPayload } from "./payload.ts";

/** Whoever waits for a request to become durable. */
export type Watcher = Pick<Deferred<void>, "resolve" | "reject">;

/** What {@linkcode Window.release} freed. */
export interface Release {
  /** Logical offset of the last request that is gone, -1 before the first. */
  readonly upTo: bigint;
  /** Number of requests; 0 when only a part of one became durable. */
  readonly requests: number;
  /** Records that became durable. */
  readonly rows: number;
  /** Size of the requests. */
  readonly bytes: number;
}

interface Entry extends UnacknowledgedRequest {
  /** Size when it was admitted, so that what is added is what is subtracted. */
  readonly bytes: number;
  /** Made when somebody waits; most requests are never waited for by themselves. */
  watchers?: Line<Watcher>;
}

/** Requests released before the array they left is cut. */
const COMPACTION_THRESHOLD = 1024;

/**
 * A queue with two halves, `sent | unsent`, and a cursor between them. Requests enter at the back,
 * the cursor passes them when they are sent, they leave at the front when they are acknowledged;
 * a new connection moves the cursor back to the front. Only leaving frees capacity.
 */
export class Window {
  readonly #maxRequests: number;
  readonly #maxBytes: number;
  /** Entries from `#head` on are held; those before are already gone. */
  #entries: (Entry | undefined)[] = [];
  #head = 0;
  #sent = 0;
  #bytes = 0;
  /** Records of the entry at `#head` that are durable and still in it, for it cannot part with them. */
  #durableInFirst = 0;
  /** Logical offset of the entry at `#head`. */
  #firstOffset = 0n;

  /** An empty window with room for so many requests of so many bytes altogether. */
  constructor(maxRequests: number, maxBytes: number) {
    this.#maxRequests = maxRequests;
    this.#maxBytes = maxBytes;
  }

  /** Requests in both halves. */
  get requests(): number {
    return this.#entries.length - this.#head;
  }

  /** Bytes in both halves. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Requests in the sent half. */
  get sent(): number {
    return this.#sent;
  }

  /** Logical offset of the next request to enter. */
  get nextOffset(): bigint {
    return this.#firstOffset + BigInt(this.requests);
  }

  /** Whether a request of this size may enter. An empty window takes any. */
  hasRoomFor(bytes: number): boolean {
    if (this.requests === 0) return true;
    return this.requests < this.#maxRequests && this.#bytes + bytes <= this.#maxBytes;
  }

  /** Takes a request in, unsent, and returns its logical offset. */
  add(records: RequestPayload): bigint {
    const offset = this.nextOffset;
    const bytes = payloadBytes(records);
    this.#entries.push({ offset, records, bytes });
    this.#bytes += bytes;
    return offset;
  }

  /** Moves the cursor over the first unsent request and returns it, if there is one. */
  takeUnsent(): RequestPayload | undefined {
    const entry = this.#entries[this.#head + this.#sent];
    if (entry === undefined) return undefined;
    this.#sent++;
    return entry.records;
  }

  /** Makes every request unsent again. */
  rewind(): void {
    this.#sent = 0;
    this.#durableInFirst = 0;
  }

  /**
   * Lets the first requests go, for they are durable, and tells who waited for them.
   *
   * @param count between 1 and {@linkcode Window.sent}
   */
  release(count: number): Release {
    let rows = -this.#durableInFirst;
    this.#durableInFirst = 0;
    let bytes = 0;
    for (const end = this.#head + count; this.#head < end; this.#head++) {
      const entry = this.#entries[this.#head]!;
      this.#entries[this.#head] = undefined;
      rows += entry.records.rowCount;
      bytes += entry.bytes;
      serve(entry.watchers, (watcher) => watcher.resolve());
    }
    this.#sent -= count;
    this.#bytes -= bytes;
    this.#firstOffset += BigInt(count);
    if (this.#head >= COMPACTION_THRESHOLD && this.#head * 2 >= this.#entries.length) {
      this.#entries.splice(0, this.#head);
      this.#head = 0;
    }
    return { upTo: this.#firstOffset - 1n, requests: count, rows, bytes };
  }

  /**
   * Lets the first records go, whatever requests they are in. A request of which a part remains
   * stays where it is and is told to do without the rest.
   *
   * @param rows between 1 and the number of records in the sent half
   */
  releaseRows(rows: number): Release {
    let left = rows + this.#durableInFirst;
    let count = 0;
    for (let at = this.#head; count < this.#sent; at++, count++) {
      const { rowCount } = this.#entries[at]!.records;
      if (rowCount > left) break;
      left -= rowCount;
    }
    const whole = count === 0 ? undefined : this.release(count);
    const first = this.#entries[this.#head];
    if (left > 0 && first?.records.skip !== undefined) {
      first.records.skip(left - this.#durableInFirst);
    } else {
      this.#durableInFirst = left;
    }
    return { upTo: this.#firstOffset - 1n, requests: count, bytes: whole?.bytes ?? 0, rows };
  }

  /**
   * Tells the watcher when the request with this offset, which must be below `nextOffset`, is
   * durable; at once if it is. The returned function gives up.
   */
  watch(offset: bigint, watcher: Watcher): () => void {
    if (offset < this.#firstOffset) {
      watcher.resolve();
      return () => {};
    }
    const entry = this.#entries[this.#head + Number(offset - this.#firstOffset)]!;
    entry.watchers ??= new Line();
    return entry.watchers.join(watcher);
  }

  /** Tells everyone who waits that it was in vain. The requests stay. */
  fail(reason: unknown): void {
    for (const entry of this.#held()) serve(entry.watchers, (watcher) => watcher.reject(reason));
  }

  /** Every request held, in order. */
  unacknowledged(): UnacknowledgedRequest[] {
    return Array.from(this.#held(), ({ offset, records }) => ({ offset, records }));
  }

  *#held(): Generator<Entry> {
    for (let at = this.#head; at < this.#entries.length; at++) yield this.#entries[at]!;
  }
}

function serve(watchers: Line<Watcher> | undefined, tell: (watcher: Watcher) => void): void {
  if (watchers === undefined) return;
  for (let next = watchers.shift(); next !== undefined; next = watchers.shift()) tell(next);
}
