/**
 * One input on its way: converted, cut into requests, sent, waited for, reported.
 *
 * @module
 */
import { type ArrowBatch, byteLengthOf } from "../core/arrow.ts";
import type { Clock } from "../core/clock.ts";
import { ZerobusError } from "../core/errors.ts";
import { TransmissionResult } from "../core/result.ts";
import { encodeRequests } from "../encode/encode_requests.ts";
import type { EncodedRows } from "../encode/encoded_rows.ts";
import type { EncodeLimits } from "../encode/limits.ts";
import type { SchemaPlan } from "../schema/plan.ts";
import { Ledger, type Segment } from "./ledger.ts";
import type { Lane } from "./stream_set.ts";

/** What a delivery needs of its wrapper. */
export interface DeliveryContext {
  /** Plan for a batch's schema; throws a `ConfigurationError` when it cannot be sent. */
  readonly plan: (batch: ArrowBatch) => SchemaPlan;
  /** The lane to send on; `undefined` when the writer is disabled. */
  readonly lane: ((plan: SchemaPlan) => Lane) | undefined;
  /** Bounds of a request. */
  readonly limits: EncodeLimits;
  /** Time. */
  readonly clock: Clock;
  /** Aborting it stops encoding and admission; requests already admitted go on. */
  readonly signal: AbortSignal | undefined;
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
  readonly #startedAt: number;
  readonly #acknowledgements: Promise<void>[] = [];
  readonly #attempts = new Map<Lane, number>();
  #encodedBytes = 0;
  #busySince: number;
  /** The first failure of delivery; rows that could not be converted are none. */
  #error: ZerobusError | undefined;

  /** Begins at once. */
  constructor(batches: readonly ArrowBatch[], context: DeliveryContext) {
    this.#batches = batches;
    this.#context = context;
    this.#ledger = new Ledger(batches);
    this.#startedAt = this.#busySince = context.clock.now();
    this.admitted = this.#admitAll();
    this.result = this.#conclude();
  }

  /** The rows that are not known to be durable and could be sent again, in order. */
  undelivered(): ArrowBatch[] {
    return this.#ledger.undelivered();
  }

  async #admitAll(): Promise<void> {
    try {
      let base = 0;
      for (const batch of this.#batches) {
        if (batch.numRows > 0) await this.#admit(batch, base);
        base += batch.numRows;
      }
    } catch (reason) {
      this.#error ??= ZerobusError.from(reason);
    }
  }

  async #admit(batch: ArrowBatch, base: number): Promise<void> {
    const { limits, signal } = this.#context;
    const plan = this.#context.plan(batch);
    const lane = this.#context.lane?.(plan);
    if (lane !== undefined) this.#noteAttempts(lane);
    const requests = encodeRequests(plan, batch, limits);
    for (;;) {
      signal?.throwIfAborted();
      const passOn = await lane?.turn.take(signal);
      try {
        const { value: rows, done } = requests.next();
        if (done) return;
        const segment = this.#ledger.add(base, rows);
        this.#encodedBytes += rows.bytes.byteLength;
        if (lane === undefined || rows.rowCount === 0) segment.fate = "durable";
        else await this.#send(lane, rows, segment);
      } finally {
        passOn?.();
      }
      await this.#breathe();
    }
  }

  async #send(lane: Lane, rows: EncodedRows, segment: Segment): Promise<void> {
    const { signal } = this.#context;
    try {
      const offset = await lane.stream.ingest(rows, signal === undefined ? {} : { signal });
      this.#acknowledgements.push(this.#follow(lane, offset, segment));
    } catch (reason) {
      segment.fate = ZerobusError.from(reason);
      throw reason;
    }
  }

  async #follow(lane: Lane, offset: bigint, segment: Segment): Promise<void> {
    try {
      await lane.stream.waitForOffset(offset, { timeoutMs: Infinity });
      segment.fate = "durable";
    } catch (reason) {
      segment.fate = ZerobusError.from(reason);
      this.#error ??= segment.fate;
    }
  }

  async #conclude(): Promise<TransmissionResult> {
    await this.admitted;
    await Promise.all(this.#acknowledgements);
    return new TransmissionResult({
      totalRows: this.#ledger.totalRows,
      failedRows: this.#ledger.failedRows(this.#error),
      error: this.#error,
      attempts: this.#countAttempts(),
      latencyMs: this.#context.clock.now() - this.#startedAt,
      batchSizeBytes: this.#batches.reduce((sum, { data }) => sum + byteLengthOf(data), 0),
      encodedBytes: this.#encodedBytes,
    });
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
    const connected = lane.stream.state !== "idle";
    this.#attempts.set(lane, lane.stream.attempts - (connected ? 1 : 0));
  }

  #countAttempts(): number {
    let most = 1;
    for (const [{ stream }, before] of this.#attempts) {
      most = Math.max(most, stream.attempts - before);
    }
    return most;
  }
}
