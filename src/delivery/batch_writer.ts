/**
 * Single rows, collected into batches.
 *
 * @module
 */
import { after, type Deferred, deferred, onAbort } from "../core/async.ts";
import type { Clock } from "../core/clock.ts";
import { ZerobusError } from "../core/errors.ts";
import { type TransmissionOutcome, TransmissionResult } from "../core/result.ts";
import { roughSize } from "../rows/row_size.ts";
import { beginRows, lostFor, type RowDeliveryContext } from "./row_batch.ts";
import type { CheckedRowOptions } from "./row_options.ts";

/** A writer, as its wrapper knows it. */
export interface Drainable {
  /** Sends what it has; resolves, and never rejects, when each row has its outcome. */
  drain(): Promise<void>;
  /** Fails what it has not sent. */
  abort(reason: unknown): void;
}

/** What a writer needs of its wrapper. */
export interface BatchWriterContext extends RowDeliveryContext {
  /** Time. */
  readonly clock: Clock;
  /** The writers that have rows which are neither durable nor failed. */
  readonly busy: Set<Drainable>;
}

/** Receives what became of a batch of a writer's: `rows[i]` is row `i` of the result. */
export type BatchWriterListener<Row> = (result: TransmissionResult, rows: readonly Row[]) => void;

interface Entry<Row> {
  readonly row: Row;
  readonly size: number;
  readonly writtenAt: number;
  readonly settled: Deferred<void>;
}

/**
 * Takes rows one by one and sends them in batches: when there are `maxRows` of them, or about
 * `maxBytes`, or the first has waited for `lingerMs`. Made by `ZerobusWrapper.batchWriter`.
 *
 * Every row gets its outcome, whatever happens. Rows are read when their batch is made, so do not
 * change one before that.
 *
 * @example
 * ```ts
 * import { createWrapper } from "@zerobus/wrapper";
 * import { startLocalZerobus } from "@zerobus/wrapper/testing";
 *
 * await using local = await startLocalZerobus();
 * const { url: endpoint, unityCatalogUrl, clientId, clientSecret } = local;
 * const credentials = { unityCatalogUrl, clientId, clientSecret };
 * await using wrapper = await createWrapper({ endpoint, ...credentials, tableName: "main.iot.a" });
 *
 * await using writer = wrapper.batchWriter<{ id: bigint; celsius: number }>({ lingerMs: 20 });
 * for (let id = 0n; id < 1_000n; id++) {
 *   await writer.ready; // as long as there is no room
 *   writer.write({ id, celsius: 21.5 }).catch((error) => console.error(error.message));
 * }
 * ```
 */
export class BatchWriter<Row extends object = Record<string, unknown>> implements AsyncDisposable {
  readonly #options: CheckedRowOptions;
  readonly #onResult: BatchWriterListener<Row> | undefined;
  readonly #context: BatchWriterContext;
  readonly #open = new Set<Promise<void>>();
  readonly #stopListening: () => void;
  #queue: Entry<Row>[] = [];
  #queuedBytes = 0;
  #pending = 0;
  /** Resolves when rows are taken from a queue that was full. */
  #room: Deferred<void> | undefined;
  #stopTimer: (() => void) | undefined;
  #isSending = false;
  #isDue = false;
  /** How many wait for the queue to be empty. */
  #drains = 0;
  /** What nobody has been told of yet, except for those who wrote the rows. */
  #failure: { readonly error: ZerobusError; count: number } | undefined;
  #closing: Promise<void> | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  /** Use `ZerobusWrapper.batchWriter`. */
  constructor(
    options: CheckedRowOptions,
    onResult: BatchWriterListener<Row> | undefined,
    context: BatchWriterContext,
  ) {
    this.#options = options;
    this.#onResult = onResult;
    this.#context = context;
    const { signal } = options;
    this.#stopListening = onAbort(signal, () => this.abort(signal?.reason));
    if (signal?.aborted) this.abort(signal.reason);
  }

  /** Rows that have been written and are neither durable nor failed. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * Resolves when there is room for another row. Wait for it before you write, or memory grows
   * without bound when rows come faster than the service takes them. Never rejects.
   */
  get ready(): Promise<void> {
    if (!this.#isFull || this.#aborted !== undefined) return Promise.resolve();
    return (this.#room ??= deferred()).promise;
  }

  /**
   * Takes a row. The promise may be ignored: then the failure of a row fails the next `flush()` or
   * `close()`, or is in `onResult`.
   *
   * @returns a promise that resolves when the row is durable, and rejects with a `ZerobusError` that
   * says why it is not, or with the signal's reason; details of the error count rows in their batch
   */
  write(row: Row): Promise<void> {
    const settled = deferred();
    // Whoever is interested has handlers of their own.
    settled.promise.catch(() => {});
    if (this.#aborted !== undefined) settled.reject(this.#aborted.reason);
    else if (this.#closing !== undefined) {
      settled.reject(
        new ZerobusError("the writer is closed; make another to write more", "closed"),
      );
    } else this.#enqueue(row, settled);
    return settled.promise;
  }

  /**
   * Sends what has been collected, and waits until every row that was written before this call is
   * durable or has failed.
   *
   * @throws {ZerobusError} the first failure of a row since the last call, unless there is an
   * `onResult`; also if somebody has seen it at the row's own promise
   * @throws the signal's reason if it has aborted
   */
  async flush(): Promise<void> {
    await this.drain();
    if (this.#aborted !== undefined) throw this.#aborted.reason;
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure === undefined) return;
    const { error, count } = failure;
    throw new ZerobusError(`${count} rows did not arrive: ${error.message}`, error.code, {
      cause: error,
      retryable: error.retryable,
      details: error.details,
    });
  }

  /**
   * Takes no more rows, and flushes. Calling it again gives the same promise. The wrapper stays
   * open.
   *
   * @throws as `flush()` does
   */
  close(): Promise<void> {
    return this.#closing ??= this.flush().finally(() => this.#stopListening());
  }

  /** {@linkcode close}, for `await using`. What an earlier call has reported is not repeated. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing === undefined && this.#aborted === undefined) await this.close();
    else await this.close().catch(() => {});
  }

  /**
   * Sends what has been collected, and waits until every row that was written before this call is
   * durable or has failed. Reports nothing, and never rejects.
   */
  async drain(): Promise<void> {
    this.#drains++;
    try {
      this.#send();
      // Rows are taken in order, so behind the last of them none is left.
      await this.#queue.at(-1)?.settled.promise.catch(() => {});
      await Promise.all(this.#open);
    } finally {
      this.#drains--;
    }
  }

  /**
   * Takes no more rows, and fails those that have not been sent with the reason. What is on its way
   * is followed to its end.
   */
  abort(reason: unknown): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = { reason };
    this.#stopTimer?.();
    for (const { settled } of this.#take(Infinity)) {
      settled.reject(reason);
      this.#settledOne();
    }
  }

  get #isFull(): boolean {
    const { maxRows, maxBytes } = this.#options;
    return this.#queue.length >= maxRows || this.#queuedBytes >= maxBytes;
  }

  #enqueue(row: Row, settled: Deferred<void>): void {
    const size = roughSize(row);
    this.#queue.push({ row, size, settled, writtenAt: this.#context.clock.now() });
    this.#queuedBytes += size;
    if (this.#pending++ === 0) this.#context.busy.add(this);
    if (this.#isFull || this.#drains > 0) this.#send();
    else if (this.#queue.length === 1) this.#startTimer();
  }

  /** The one timer there is: for the row that has waited longest. */
  #startTimer(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#isDue = false;
    const [first] = this.#queue;
    if (first === undefined) return;
    const { clock } = this.#context;
    const left = first.writtenAt + this.#options.lingerMs - clock.now();
    this.#stopTimer = after(clock, Math.max(left, 0), () => {
      this.#isDue = true;
      this.#send();
    });
  }

  /** Sends one batch after the other, each when the one before is in the window. */
  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#queue.length > 0 && (this.#isFull || this.#isDue || this.#drains > 0)) {
      const entries = this.#take(this.#options.maxRows);
      this.#startTimer();
      try {
        await this.#begin(entries);
      } catch (reason) {
        this.#conclude(lostFor(ZerobusError.from(reason), entries.length), entries);
      }
    }
    this.#isSending = false;
  }

  /** The first rows of the queue, as many as make a batch. */
  #take(maxRows: number): Entry<Row>[] {
    const { maxBytes } = this.#options;
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && count < maxRows) {
      if (maxRows !== Infinity && bytes >= maxBytes) break;
      bytes += this.#queue[count++]!.size;
    }
    const taken = count === this.#queue.length ? this.#queue : this.#queue.slice(0, count);
    this.#queue = count === this.#queue.length ? [] : this.#queue.slice(count);
    this.#queuedBytes -= bytes;
    if (!this.#isFull) {
      this.#room?.resolve();
      this.#room = undefined;
    }
    return taken;
  }

  #begin(entries: readonly Entry<Row>[]): Promise<void> {
    const rows = entries.map(({ row }) => row);
    const { admitted, outcome } = beginRows(rows, 0, this.#context, this.#options.signal);
    const followed: Promise<void> = outcome.then((outcome) => this.#conclude(outcome, entries))
      .finally(() => this.#open.delete(followed));
    this.#open.add(followed);
    return admitted;
  }

  #conclude(outcome: TransmissionOutcome, entries: readonly Entry<Row>[]): void {
    let next = 0;
    for (const { firstRow, endRow, error } of outcome.failures) {
      for (; next < firstRow; next++) entries[next]!.settled.resolve();
      for (; next < endRow; next++) entries[next]!.settled.reject(error);
    }
    for (; next < entries.length; next++) entries[next]!.settled.resolve();
    for (const _ of entries) this.#settledOne();
    const result = new TransmissionResult(outcome);
    if (this.#onResult !== undefined) {
      try {
        this.#onResult(result, entries.map(({ row }) => row));
      } catch {
        // A listener's trouble is its own; the rows have been told.
      }
    } else if (result.failedCount > 0) {
      this.#failure ??= { error: outcome.failures[0]!.error, count: 0 };
      this.#failure.count += result.failedCount;
    }
  }

  #settledOne(): void {
    if (--this.#pending === 0) this.#context.busy.delete(this);
  }
}
