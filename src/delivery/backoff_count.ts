/**
 * What a delivery's result means for the failure rate.
 *
 * @module
 */
import type { ErrorCode } from "../core/errors.ts";
import type { ProtectiveBackoff } from "../core/protective_backoff.ts";
import type { Delivery } from "./delivery.ts";

/** Codes of rows that the service was to have and did not get, or did not want. */
const ON_THEIR_WAY: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "connection",
  "transmission",
  "retry_exhausted",
]);

/**
 * Counts a delivery's rows when it has its result: those that are durable, and those that failed on
 * their way. Rows that could not be converted or were given up, credentials, and refusals of the
 * back-off itself say nothing about how the service is.
 */
export function countForBackoff(delivery: Delivery, backoff: ProtectiveBackoff): void {
  delivery.result.then(({ successfulCount }) => {
    if (delivery.isRefused) return;
    const failures = delivery.countFailures(ON_THEIR_WAY);
    backoff.count(successfulCount + failures, failures);
  });
}
