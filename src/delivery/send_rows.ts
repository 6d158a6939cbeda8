/**
 * Rows of any number, sent as batches one after the other.
 *
 * @module
 */
import { isRecordBatch, isTable } from "../core/arrow.ts";
import { after, deferred, unlessAborted } from "../core/async.ts";
import type { Clock } from "../core/clock.ts";
import { ConversionError, type ZerobusError } from "../core/errors.ts";
import { kindOf } from "../core/kind.ts";
import { type FailedRun, type TransmissionOutcome, TransmissionResult } from "../core/result.ts";
import { roughSize } from "../rows/row_size.ts";
import { beginRows, type RowDeliveryContext } from "./row_batch.ts";
import type { CheckedRowOptions } from "./row_options.ts";

/** Rows, all there or yet to come. */
export type RowSource = Iterable<unknown> | AsyncIterable<unknown>;

/**
 * Sends what a source has until it ends, a failure hits a batch as a whole, or the signal aborts. No
 * more is taken from it than fits into one batch beyond the window.
 *
 * @throws {TypeError} if it is no source of rows
 * @throws the signal's reason when it aborts
 */
export async function sendRows(
  source: RowSource,
  options: CheckedRowOptions,
  context: RowDeliveryContext & { readonly clock: Clock },
): Promise<TransmissionResult> {
  options.signal?.throwIfAborted();
  const sending = new Sending(new Source(source), options, context);
  return await sending.run();
}

class Sending {
  readonly #source: Source;
  readonly #options: CheckedRowOptions;
  readonly #context: RowDeliveryContext & { readonly clock: Clock };
  readonly #open = new Set<Promise<void>>();
  readonly #failures: FailedRun[] = [];
  #rows: unknown[] = [];
  #bytes = 0;
  #totalRows = 0;
  #attempts = 1;
  #batchSizeBytes = 0;
  #encodedBytes = 0;
  /** Why nothing more is taken. */
  #error: ZerobusError | undefined;
  /** Whether the rows there are have waited long enough. */
  #isDue = false;
  /** Ends the wait for the source's next row. */
  #wake = deferred<"woken">();
  #stopTimer: () => void = () => {};

  constructor(
    source: Source,
    options: CheckedRowOptions,
    context: RowDeliveryContext & { readonly clock: Clock },
  ) {
    this.#source = source;
    this.#options = options;
    this.#context = context;
  }

  async run(): Promise<TransmissionResult> {
    const { clock } = this.#context;
    const { signal } = this.#options;
    const startedAt = clock.now();
    try {
      await this.#takeAll();
      await unlessAborted(Promise.all(this.#open), signal);
    } finally {
      this.#stopTimer();
      this.#source.close();
    }
    signal?.throwIfAborted();
    return new TransmissionResult({
      totalRows: this.#totalRows,
      failures: this.#failures.sort((a, b) => a.firstRow - b.firstRow),
      error: this.#error,
      attempts: this.#attempts,
      latencyMs: clock.now() - startedAt,
      batchSizeBytes: this.#batchSizeBytes,
      encodedBytes: this.#encodedBytes,
    });
  }

  async #takeAll(): Promise<void> {
    const { signal, maxRows, maxBytes } = this.#options;
    while (this.#error === undefined) {
      const next = this.#source.next();
      // Waits only for a source that does so itself.
      const row = next instanceof Promise ? await this.#unlessWoken(next, signal) : next;
      if (row === "woken") {
        if (this.#isDue) await this.#send();
        continue;
      }
      if (row.done) break;
      if (this.#rows.length === 0) this.#startTimer();
      this.#rows.push(row.value);
      this.#bytes += roughSize(row.value);
      if (this.#rows.length >= maxRows || this.#bytes >= maxBytes || this.#isDue) {
        await this.#send();
      }
    }
    if (this.#error === undefined) await this.#send();
    else this.#giveUp(this.#error);
    const reason = this.#source.failure;
    if (reason === undefined) return;
    this.#error ??= new ConversionError(
      `the source of the rows failed after row ${
        this.#totalRows - 1
      }, or before any; see the cause`,
      { cause: reason.cause },
    );
  }

  /** What the source has next; it is not lost if something else happens before. */
  async #unlessWoken(
    next: Promise<IteratorResult<unknown>>,
    signal: AbortSignal | undefined,
  ): Promise<IteratorResult<unknown> | "woken"> {
    const row = await unlessAborted(Promise.race([next, this.#wake.promise]), signal);
    if (row !== "woken") this.#source.taken();
    return row;
  }

  #startTimer(): void {
    if (!this.#source.isAsync) return;
    this.#stopTimer = after(this.#context.clock, this.#options.lingerMs, () => {
      this.#isDue = true;
      this.#wake.resolve("woken");
    });
  }

  /** Sends the rows that have been taken, and waits until there is room for more. */
  async #send(): Promise<void> {
    this.#stopTimer();
    this.#isDue = false;
    this.#wake = deferred();
    const rows = this.#rows;
    if (rows.length === 0) return;
    const base = this.#totalRows;
    this.#totalRows += rows.length;
    this.#rows = [];
    this.#bytes = 0;
    const { signal } = this.#options;
    const { admitted, outcome } = beginRows(rows, base, this.#context, signal);
    const followed: Promise<void> = outcome.then((outcome) => this.#note(outcome))
      .finally(() => this.#open.delete(followed));
    this.#open.add(followed);
    await unlessAborted(admitted, signal);
  }

  #note(outcome: TransmissionOutcome): void {
    for (const failure of outcome.failures) this.#failures.push(failure);
    this.#attempts = Math.max(this.#attempts, outcome.attempts);
    this.#batchSizeBytes += outcome.batchSizeBytes;
    this.#encodedBytes += outcome.encodedBytes;
    if (outcome.error === undefined) return;
    this.#error ??= outcome.error;
    this.#wake.resolve("woken");
  }

  /** What has been taken and will not be sent has failed like what went before. */
  #giveUp(error: ZerobusError): void {
    const firstRow = this.#totalRows;
    this.#totalRows += this.#rows.length;
    if (this.#rows.length > 0) this.#failures.push({ firstRow, endRow: this.#totalRows, error });
    this.#rows = [];
  }
}

/** An iterator of either kind, of which one step is never begun before the last one is done. */
class Source {
  /** Whether one may have to wait for rows. */
  readonly isAsync: boolean;
  /** What it has thrown; then it is at its end. */
  failure: { readonly cause: unknown } | undefined;
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  #pending: Promise<IteratorResult<unknown>> | undefined;
  #isDone = false;

  constructor(source: RowSource) {
    if (isTable(source) || isRecordBatch(source)) {
      throw new TypeError("expected rows, got Arrow data, which sendBatch takes as it is");
    }
    const given = source as Partial<Iterable<unknown> & AsyncIterable<unknown>> | null | undefined;
    const isObject = typeof source === "object" || typeof source === "function";
    if (isObject && typeof given?.[Symbol.asyncIterator] === "function") {
      this.isAsync = true;
      this.#iterator = given[Symbol.asyncIterator]!();
    } else if (isObject && typeof given?.[Symbol.iterator] === "function") {
      this.isAsync = false;
      this.#iterator = given[Symbol.iterator]!();
    } else {
      throw new TypeError(`expected an iterable of rows, sync or async, got ${kindOf(source)}`);
    }
  }

  /** The next row, or the one that is still being waited for. Never rejects. */
  next(): IteratorResult<unknown> | Promise<IteratorResult<unknown>> {
    if (this.#pending !== undefined) return this.#pending;
    try {
      const next = this.#iterator.next();
      if (!this.isAsync) return this.#seen(next as IteratorResult<unknown>);
      return this.#pending = Promise.resolve(next).then(
        (result) => this.#seen(result),
        (cause) => this.#failed(cause),
      );
    } catch (cause) {
      return this.#failed(cause);
    }
  }

  /** What was waited for has been seen. */
  taken(): void {
    this.#pending = undefined;
  }

  /** Lets the source clean up if it is not at its end. What comes of that is its own affair. */
  close(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    try {
      Promise.resolve(this.#iterator.return?.()).catch(() => {});
    } catch {
      // See above.
    }
  }

  #seen(result: IteratorResult<unknown>): IteratorResult<unknown> {
    if (result.done) this.#isDone = true;
    return result;
  }

  #failed(cause: unknown): IteratorResult<unknown> {
    this.failure = { cause };
    return this.#seen({ done: true, value: undefined });
  }
}
