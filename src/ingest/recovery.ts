/**
 * What follows the end of a connection.
 *
 * @module
 */
import { backoffDelayMs, RetryBudget } from "../core/backoff.ts";
import { ConnectionError, type ZerobusError } from "../core/errors.ts";
import { DEFAULT_RETRYABLE_STATUSES } from "../core/status.ts";
import { type Ending, isRefusal } from "./ending.ts";
import type { IngestStreamOptions } from "./options.ts";

/** What follows: another attempt after a delay, if there is something to send. */
export interface Next {
  /** Delay in milliseconds. */
  readonly delayMs: number;
  /** The failure that made it necessary; none if nothing failed. */
  readonly error?: ZerobusError;
}

/**
 * Decides, and counts what it needs to decide: failures in a row, refused credentials, announced
 * ends that led nowhere. Durable progress forgets all of it.
 */
export class Recovery {
  readonly #options: Pick<
    IngestStreamOptions,
    "retry" | "recovery" | "retryableStatuses" | "clock"
  >;
  readonly #budget: RetryBudget;
  #refusals = 0;
  #announcements = 0;

  /** Nothing has failed yet. */
  constructor(
    options: Pick<IngestStreamOptions, "retry" | "recovery" | "retryableStatuses" | "clock">,
  ) {
    this.#options = options;
    this.#budget = new RetryBudget(options.retry, options.clock);
  }

  /** A request became durable. */
  progress(): void {
    this.#budget.reset();
    this.#refusals = 0;
    this.#announcements = 0;
  }

  /**
   * What to do after a connection ended.
   *
   * @param pending number of requests that are not durable
   * @throws {ZerobusError} when there is nothing to do but to fail
   */
  after(ending: Ending, pending: number): Next {
    switch (ending.kind) {
      case "left":
        return { delayMs: 0 };
      case "announced":
        if (ending.error !== undefined && !this.#isRetryable(ending.error)) throw ending.error;
        return { delayMs: pending === 0 ? 0 : this.#delayAfterAnnouncement() };
      case "ended": {
        if (pending === 0) return { delayMs: 0 };
        const error = unexpectedEnd(pending);
        return this.#afterFailure(error, this.#isRetryable(error), pending);
      }
      case "failed":
        if (this.#options.recovery && isRefusal(ending) && this.#refusals++ === 0) {
          return { delayMs: 0, error: ending.error };
        }
        return this.#afterFailure(ending.error, this.#isRetryable(ending.error), pending);
      case "no_headers":
        return this.#afterFailure(ending.error, ending.error.retryable, pending);
    }
  }

  #afterFailure(error: ZerobusError, retryable: boolean, pending: number): Next {
    if (!this.#options.recovery || !retryable) throw error;
    // Nobody suffers from a connection that breaks while it is idle: the next request opens another.
    return { delayMs: pending === 0 ? 0 : this.#budget.spend(error), error };
  }

  #isRetryable(error: ZerobusError): boolean {
    const { status } = error.details;
    if (status === undefined) return error.retryable;
    if (!this.#options.retryableStatuses.includes(status)) return false;
    return error.retryable || !DEFAULT_RETRYABLE_STATUSES.includes(status);
  }

  /**
   * An announced end costs no retry and no time. A server that announces one end after the other
   * and accepts nothing in between costs no retry either, but must not be hammered.
   */
  #delayAfterAnnouncement(): number {
    const fruitless = this.#announcements++;
    if (fruitless === 0) return 0;
    const { retry, clock } = this.#options;
    return backoffDelayMs(retry, fruitless, clock.random());
  }
}

function unexpectedEnd(pending: number): ConnectionError {
  return new ConnectionError(
    `the server ended the stream (OK) with ${pending} ` +
      `${pending === 1 ? "request" : "requests"} not acknowledged`,
    { details: { status: "OK" } },
  );
}
