/**
 * One input on its way: converted, cut into requests, sent, waited for, reported.
 *
 * @module
 */
import { type ArrowBatch, byteLengthOf } from "../core/arrow.ts";
import { unlessAborted } from "../core/async.ts";
import type { Clock } from "../core/clock.ts";
import { ConversionError, type ErrorCode, isZerobusError, ZerobusError } from "../core/errors.ts";
import { TransmissionResult } from "../core/result.ts";
import { countRows } from "../core/row_range.ts";
import { payloadBytes } from "../ingest/payload.ts";
import { Hold } from "./hold.ts";
import { Allowance } from "./isolation.ts";
import type { Lane } from "./lane.ts";
import { Ledger } from "./ledger.ts";
import { type DeliveryObserver, notify } from "./observer.ts";
import { Parcel } from "./parcel.ts";
import type { EncodedRequest, RequestPlan } from "./request_plan.ts";
import type { Segment } from "./segment.ts";

/** What a delivery needs of its wrapper. */
export interface DeliveryContext {
  /** Plan for a batch's schema; throws a `ConfigurationError` when it cannot be sent. */
  readonly plan: (batch: ArrowBatch) => RequestPlan;
  /** The lane for the next request; `undefined` when the writer is disabled. */
  readonly lane: ((plan: RequestPlan) => Lane) | undefined;
  /** Why nothing may be sent at present, if that is so. */
  readonly refusal: ZerobusError | undefined;
  /** Requests that may be spent on finding rows that the service refuses. */
  readonly maxExtraRequests: number;
  /** Time. */
  readonly clock: Clock;
  /** Aborting it stops encoding and admission; requests already admitted go on. */
  readonly signal: AbortSignal | undefined;
  /** Told what happens. */
  readonly observers: readonly Partial<DeliveryObserver>[];
}

/** Longest that encoding may keep other work waiting, in milliseconds. */
const MAX_BUSY_MS = 5;

/**
 * Sends record batches that share an input. Neither promise ever rejects: whatever happens ends in
 * the result.
 */
export class Delivery {
  /** Resolves once every request is in a stream's window, or will never be. */
  readonly admitted: Promise<void>;
  /** Resolves once every row is durable or failed. */
  readonly result: Promise<TransmissionResult>;
  readonly #batches: readonly ArrowBatch[];
  readonly #context: DeliveryContext;
  readonly #ledger: Ledger;
  readonly #allowance: Allowance;
  readonly #startedAt: number;
  readonly #underway: Promise<void>[] = [];
  readonly #attempts = new Map<Lane, number>();
  #batchSizeBytes = 0;
  #encodedBytes = 0;
  #busySince: number;
  /** Why nothing more is sent. */
  #error: ZerobusError | undefined;
  #isWithdrawn = false;

  /** Begins at once. */
  constructor(batches: readonly ArrowBatch[], context: DeliveryContext) {
    this.#batches = batches;
    this.#context = context;
    this.#ledger = new Ledger(batches);
    this.#allowance = new Allowance(context.maxExtraRequests);
    this.#startedAt = this.#busySince = context.clock.now();
    this.#error = this.#ledger.totalRows > 0 ? context.refusal : undefined;
    this.admitted = this.#admitAll();
    this.result = this.#conclude();
  }

  /** Whether its own signal has kept rows from being sent. */
  get isWithdrawn(): boolean {
    return this.#isWithdrawn;
  }

  /** Whether it was not allowed to begin. */
  get isRefused(): boolean {
    return this.#error !== undefined && this.#error === this.#context.refusal;
  }

  /** Sends nothing more. What is on its way already is its streams' to end. */
  abort(error: ZerobusError): void {
    this.#error ??= error;
  }

  /** How many rows failed with one of these codes. To be asked when there is a result. */
  countFailures(codes: ReadonlySet<ErrorCode>): number {
    const failures = this.#ledger.failures(this.#error);
    return countRows(failures.filter(({ error }) => codes.has(error.code)));
  }

  /** The rows that are not known to be durable and could be sent again, in order. */
  undelivered(): ArrowBatch[] {
    return this.#ledger.undelivered();
  }

  async #admitAll(): Promise<void> {
    try {
      this.#batchSizeBytes = converting(() =>
        this.#batches.reduce((sum, { data }) => sum + byteLengthOf(data), 0)
      );
      let base = 0;
      for (const batch of this.#batches) {
        if (batch.numRows > 0) await this.#admit(batch, base);
        base += batch.numRows;
      }
    } catch (reason) {
      this.#error ??= this.#errorOf(reason);
    }
  }

  async #admit(batch: ArrowBatch, base: number): Promise<void> {
    const { signal, observers } = this.#context;
    const plan = converting(() => this.#context.plan(batch));
    const told = notify(observers, "batch", { batch, plan });
    if (told !== undefined) await unlessAborted(told, signal);
    const requests = converting(() => plan.encode(batch));
    for (;;) {
      this.#check();
      const lane = this.#context.lane?.(plan);
      if (lane !== undefined) this.#noteAttempts(lane);
      const passOn = await lane?.turn.take(signal);
      try {
        const encoded = await this.#encodeNext(requests);
        if (encoded === undefined) return;
        const { request, encodeMs } = encoded;
        const hold = new Hold(() => plan.release?.(request));
        const leave = hold.take();
        const event = { batch, plan, request, base, encodeMs, retain: () => hold.take() };
        const told = notify(observers, "request", event);
        if (told !== undefined) await unlessAborted(told, signal);
        const segment = this.#ledger.add(base, request);
        this.#encodedBytes += payloadBytes(request);
        if (lane === undefined || request.rowCount === 0) {
          segment.settle("durable");
          leave();
        } else {
          await this.#send(lane, request, segment, leave);
        }
        if (request.endRow === batch.numRows) return; // no turn is needed to learn that
      } finally {
        passOn?.();
      }
      await this.#breathe();
    }
  }

  /** The next request, made with pauses, and how long it took without them. */
  async #encodeNext(
    requests: Iterator<EncodedRequest | undefined, void, undefined>,
  ): Promise<{ readonly request: EncodedRequest; readonly encodeMs: number } | undefined> {
    const { clock } = this.#context;
    let encodeMs = 0;
    for (;;) {
      const startedAt = clock.now();
      const { value: request, done } = converting(() => requests.next());
      encodeMs += clock.now() - startedAt;
      if (done) return undefined;
      if (request !== undefined) return { request, encodeMs };
      await this.#breathe();
      this.#check();
    }
  }

  /** @param leave called when no connection reads the request's bytes any more */
  async #send(
    lane: Lane,
    request: EncodedRequest,
    segment: Segment,
    leave: () => void,
  ): Promise<void> {
    const parcel = new Parcel(request, segment, this.#allowance);
    try {
      await lane.send(parcel, this.#context.signal);
    } catch (reason) {
      const error = this.#errorOf(reason);
      segment.settle(error);
      throw error;
    }
    this.#underway.push(parcel.done.then((error) => {
      this.#error ??= error;
      if (parcel.isReleased) leave();
    }));
  }

  /** Throws what keeps the next request from being sent. */
  #check(): void {
    if (this.#error !== undefined) throw this.#error;
    this.#context.signal?.throwIfAborted();
    // The wrapper replaces a lane that has failed, but a batch that used it has failed with it.
    for (const { failure } of this.#attempts.keys()) if (failure !== undefined) throw failure;
  }

  #errorOf(reason: unknown): ZerobusError {
    const { signal } = this.#context;
    if (signal?.aborted !== true || reason !== signal.reason) return ZerobusError.from(reason);
    this.#isWithdrawn = true;
    return new ZerobusError("the batch was withdrawn before all of it was sent", "closed", {
      cause: reason,
    });
  }

  async #conclude(): Promise<TransmissionResult> {
    await this.admitted;
    await Promise.all(this.#underway);
    const failures = this.#ledger.failures(this.#error);
    const result = new TransmissionResult({
      totalRows: this.#ledger.totalRows,
      failures,
      error: this.#ledger.failure(this.#error),
      attempts: this.#countAttempts(),
      latencyMs: this.#context.clock.now() - this.#startedAt,
      batchSizeBytes: this.#batchSizeBytes,
      encodedBytes: this.#encodedBytes,
    });
    notify(this.#context.observers, "concluded", { result, failures });
    return result;
  }

  /** Lets sockets and timers have their turn when encoding has kept the thread for a while. */
  async #breathe(): Promise<void> {
    if (this.#context.clock.now() - this.#busySince < MAX_BUSY_MS) return;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    this.#busySince = this.#context.clock.now();
  }

  /** Remembers how many attempts a lane had spent before this delivery profited from one. */
  #noteAttempts(lane: Lane): void {
    if (this.#attempts.has(lane)) return;
    this.#attempts.set(lane, lane.attempts - (lane.isConnected ? 1 : 0));
  }

  #countAttempts(): number {
    let most = 1;
    for (const [lane, before] of this.#attempts) most = Math.max(most, lane.attempts - before);
    return most;
  }
}

/**
 * Does something with a batch's structure. When that trips, the batch is to blame, and not the
 * connection. The words of such an error may hold row content, so it is only the cause.
 */
function converting<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (isZerobusError(cause)) throw cause;
    throw new ConversionError(
      "the batch cannot be read: its schema or its buffers are not as Arrow has them; check it " +
        "with the library that made it",
      { cause },
    );
  }
}
