import { delay } from "./delay.ts";

/** What {@linkcode retry} throws when every attempt failed; `cause` is the last failure. */
export class RetryError extends Error {
  override name = "RetryError";
  /** Creates the error. */
  constructor(cause: unknown, attempts: number) {
    super(`Retrying exceeded the maxAttempts (${attempts}).`, { cause });
  }
}

/** How {@linkcode retry} tries again. */
export interface RetryOptions {
  /** Factor by which the wait grows from attempt to attempt. Default 2. */
  multiplier?: number;
  /** Longest wait in milliseconds. Default 60,000. */
  maxTimeout?: number;
  /** Attempts in all. Default 5. */
  maxAttempts?: number;
  /** First wait in milliseconds. Default 1,000. */
  minTimeout?: number;
  /** How much of each wait is left to chance, from 0 (nothing) to 1 (all of it). Default 1. */
  jitter?: number;
  /** Whether a failure is worth another attempt; if not, it is thrown as it is. Default: all are. */
  isRetriable?: (err: unknown) => boolean;
  /** Ends attempts and waits: rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Calls a function until it succeeds, waiting longer after each failure.
 *
 * @throws {RetryError} when every attempt failed.
 * @throws {TypeError} when an option is out of range.
 */
export async function retry<T>(
  fn: (() => Promise<T>) | (() => T),
  options: RetryOptions = {},
): Promise<T> {
  const {
    multiplier = 2,
    maxTimeout = 60_000,
    maxAttempts = 5,
    minTimeout = 1_000,
    jitter = 1,
    isRetriable = () => true,
    signal,
  } = options;
  requireThat(Number.isInteger(maxAttempts) && maxAttempts > 0, "maxAttempts", "positive integer");
  requireThat(minTimeout >= 0, "minTimeout", "number that is not negative");
  requireThat(maxTimeout >= minTimeout, "maxTimeout", "number not below minTimeout");
  requireThat(multiplier >= 1, "multiplier", "number not below 1");
  requireThat(jitter >= 0 && jitter <= 1, "jitter", "number from 0 to 1");

  for (let attempt = 1, wait = minTimeout;; attempt++) {
    signal?.throwIfAborted();
    try {
      return await fn();
    } catch (failure) {
      if (!isRetriable(failure)) throw failure;
      if (attempt >= maxAttempts) throw new RetryError(failure, maxAttempts);
    }
    await delay(wait * (1 - jitter * Math.random()), signal === undefined ? {} : { signal });
    wait = Math.min(maxTimeout, wait * multiplier);
  }
}

function requireThat(holds: boolean, option: string, wanted: string): void {
  if (!holds) throw new TypeError(`Cannot retry: ${option} must be a ${wanted}`);
}
