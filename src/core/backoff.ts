/**
 * How long to wait before trying again, and when to stop trying.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import { RetryExhaustedError, type ZerobusError } from "./errors.ts";

/** Bounds of the delays between attempts. */
export interface BackoffBounds {
  /** Upper bound of the first delay, in milliseconds; it doubles with every further failure. */
  readonly baseDelayMs: number;
  /** Upper bound of any delay, in milliseconds. */
  readonly maxDelayMs: number;
}

/** Bounds of a whole series of attempts. */
export interface RetryBounds extends BackoffBounds {
  /** Attempts in a row that may fail, the first included. */
  readonly maxAttempts: number;
}

/**
 * Exponential back-off with full jitter: uniform between zero and the bound, so that clients which
 * failed together do not come back together.
 *
 * @param failures failures in a row so far, at least 1
 * @param random a number in [0, 1)
 * @param retryAfterMs the least delay, where the server asked for one; capped not by `maxDelayMs`
 * but by what timers can be set to, 24 days
 */
export function backoffDelayMs(
  bounds: BackoffBounds,
  failures: number,
  random: number,
  retryAfterMs = 0,
): number {
  // Past 2^32 every sensible maximum is reached; without a bound, 0 × 2^∞ would not be a number.
  const doublings = Math.min(failures - 1, 32);
  const ceiling = Math.min(bounds.maxDelayMs, bounds.baseDelayMs * 2 ** doublings);
  return Math.min(Math.max(random * ceiling, retryAfterMs), 2 ** 31 - 1);
}

/** Counts failures in a row and turns each into a delay, until there have been too many. */
export class RetryBudget {
  readonly #bounds: RetryBounds;
  readonly #clock: Pick<Clock, "random">;
  #failures = 0;

  /** Starts with nothing spent. */
  constructor(bounds: RetryBounds, clock: Pick<Clock, "random">) {
    this.#bounds = bounds;
    this.#clock = clock;
  }

  /** Attempts that have failed since the last {@linkcode RetryBudget.reset}. */
  get failures(): number {
    return this.#failures;
  }

  /**
   * Counts one failed attempt and returns the delay before the next, in milliseconds: at least
   * what the server asked for in `details.retryAfterMs`.
   *
   * @throws {RetryExhaustedError} when it was the last; the given error is its `cause`.
   */
  spend(error: ZerobusError): number {
    const attempts = ++this.#failures;
    const { maxAttempts } = this.#bounds;
    if (attempts >= maxAttempts) {
      throw new RetryExhaustedError(
        `gave up after ${attempts} ${attempts === 1 ? "attempt" : "attempts"} in a row ` +
          `(retry.maxAttempts ${maxAttempts}): ${error.message}`,
        { cause: error, details: { ...error.details, attempts } },
      );
    }
    return backoffDelayMs(
      this.#bounds,
      attempts,
      this.#clock.random(),
      error.details.retryAfterMs,
    );
  }

  /** Something went well: the next failure is a first one again. */
  reset(): void {
    this.#failures = 0;
  }
}
