/**
 * Leaving a service in peace that is in trouble, or that we trouble.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import type { ResolvedBackoff } from "./resolved_configuration.ts";
import { ConnectionError, type ZerobusError } from "./errors.ts";
import { SlidingTally } from "./sliding_tally.ts";

/** What made a wrapper stop sending for a while. */
export type BackoffReason =
  /** Too many rows of the last minutes could not be delivered. */
  | "failure-rate"
  /** The service said that the table's pipeline is blocked (its error code 6006). */
  | "service";

/**
 * Whether a wrapper holds back at present. While it does, batches are refused at once: every row
 * fails with a retryable `ConnectionError` whose `details.retryAfterMs` tells when to come back, and
 * nothing is encoded or sent.
 *
 * Every wrapper has its own; nothing is shared between the wrappers of a process.
 */
export interface Backoff {
  /** Whether batches are refused now. */
  readonly active: boolean;
  /** Why, while it is active. */
  readonly reason: BackoffReason | undefined;
  /** Milliseconds until batches are taken again; 0 while it is not active. */
  readonly untilMs: number;
  /** Takes batches again at once, and forgets what has been counted. */
  reset(): void;
}

/** The service's number for "creating streams to this table is blocked for now". */
const BLOCKED = 6006;

const CAUSES: Readonly<Record<BackoffReason, string>> = {
  "failure-rate": "too many rows could not be delivered lately",
  "service": `the service blocks the table (Error Code: ${BLOCKED})`,
};

interface Pause {
  readonly reason: BackoffReason;
  readonly until: number;
}

/** Decides when to hold back. It is told what happens, and counts while it does not hold back. */
export class ProtectiveBackoff implements Backoff {
  readonly #options: ResolvedBackoff;
  readonly #clock: Clock;
  readonly #tally: SlidingTally | undefined;
  #pause: Pause | undefined;
  /** Called when it begins to hold back, or goes on for longer. */
  onBegin: () => void = () => {};

  /** Nothing has happened yet. */
  constructor(options: ResolvedBackoff, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    const { failureRate } = options;
    this.#tally = failureRate && new SlidingTally(failureRate.windowMs, clock);
  }

  /** See {@linkcode Backoff.active}. */
  get active(): boolean {
    return this.untilMs > 0;
  }

  /** See {@linkcode Backoff.reason}. */
  get reason(): BackoffReason | undefined {
    return this.active ? this.#pause?.reason : undefined;
  }

  /** See {@linkcode Backoff.untilMs}. */
  get untilMs(): number {
    return this.#pause === undefined ? 0 : Math.max(0, this.#pause.until - this.#clock.now());
  }

  /** See {@linkcode Backoff.reset}. */
  reset(): void {
    this.#pause = undefined;
    this.#tally?.clear();
  }

  /** What a batch gets that comes now; `undefined`: it may go. */
  refusal(): ConnectionError | undefined {
    const retryAfterMs = this.untilMs;
    if (this.#pause === undefined || retryAfterMs === 0) return undefined;
    return new ConnectionError(
      `nothing is sent for another ${Math.ceil(retryAfterMs)} ms, because ` +
        `${CAUSES[this.#pause.reason]}; see backoff`,
      { details: { retryAfterMs } },
    );
  }

  /**
   * Counts rows that the service was to have.
   *
   * @param rows those that are durable and those that failed on their way, no others
   * @param failures those that failed on their way
   */
  count(rows: number, failures: number): void {
    const limits = this.#options.failureRate;
    const tally = this.#tally;
    if (limits === undefined || tally === undefined || this.active) return;
    tally.add(rows, failures);
    if (tally.rows < limits.minRows || !(tally.failures / tally.rows > limits.threshold)) return;
    tally.clear();
    this.#begin("failure-rate", limits);
  }

  /** Takes note of a failure that a stream has met, whether or not it recovers from it. */
  note(error: ZerobusError): void {
    const { service } = this.#options;
    if (service !== undefined && error.details.serviceCode === BLOCKED) {
      this.#begin("service", service);
    }
  }

  #begin(reason: BackoffReason, length: { pauseMs: number; jitterMs: number }): void {
    const until = this.#clock.now() + length.pauseMs + this.#clock.random() * length.jitterMs;
    if (this.active && this.#pause !== undefined && this.#pause.until >= until) return;
    this.#pause = { reason, until };
    this.onBegin();
  }
}
