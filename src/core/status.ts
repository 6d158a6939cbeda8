/**
 * gRPC statuses as the ingest service uses them, and how each becomes one of our errors.
 *
 * @module
 */
import {
  AuthenticationError,
  ConnectionError,
  type ErrorDetails,
  TransmissionError,
  type ZerobusError,
} from "./errors.ts";
import type { StatusName } from "./status_name.ts";

/**
 * Statuses after which the same request may succeed later: the official clients' set. Everything
 * that is not in it ends the stream for good.
 */
export const DEFAULT_RETRYABLE_STATUSES: readonly StatusName[] = [
  "OK", // the server ended a healthy stream
  "CANCELLED",
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
  "ALREADY_EXISTS",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
];

const AUTHENTICATION: ReadonlySet<StatusName> = new Set(["UNAUTHENTICATED", "PERMISSION_DENIED"]);

/** What {@linkcode errorFromStatus} needs to know about an answer. */
export interface StatusAnswer {
  /** The status. */
  readonly status: StatusName;
  /** The server's text; kept for people, never parsed for decisions (but see `serviceCode`). */
  readonly message: string;
  /** Whether the stream had been accepted when the answer came. */
  readonly established: boolean;
  /** The failure underneath, if there is one. */
  readonly cause?: unknown;
  /** More facts. A `serviceCode` among them counts, and not one in the message. */
  readonly details?: ErrorDetails;
  /** Statuses to treat as retryable. Default {@linkcode DEFAULT_RETRYABLE_STATUSES}. */
  readonly retryable?: readonly StatusName[];
}

/**
 * The error for a non-OK (or unexpected OK) end of a stream: `AuthenticationError` for refused
 * credentials, `ConnectionError` for what is retryable or happened before the stream was accepted,
 * `TransmissionError` for records that were refused.
 */
export function errorFromStatus(answer: StatusAnswer): ZerobusError {
  const { status, established, cause } = answer;
  const retryable = (answer.retryable ?? DEFAULT_RETRYABLE_STATUSES).includes(status);
  const serviceCode = serviceCodeOf(answer.message);
  const details: ErrorDetails = {
    ...(serviceCode === undefined ? {} : { serviceCode }),
    ...answer.details,
    status,
  };
  const options = { retryable, details, ...(cause === undefined ? {} : { cause }) };
  const text = answer.message === "" ? "" : `: ${answer.message}`;
  if (AUTHENTICATION.has(status)) {
    return new AuthenticationError(
      `the service refused the credentials (${status})${text}`,
      options,
    );
  }
  if (!established) {
    return new ConnectionError(`the service did not accept the stream (${status})${text}`, options);
  }
  if (retryable) {
    return new ConnectionError(`the stream ended (${status})${text}`, options);
  }
  return new TransmissionError(`the service refused the records (${status})${text}`, options);
}

/**
 * The service's own error number. It stands at the end of the message, as in
 * "… Error Code: 4002, Error State: 1"; anywhere else it is text of somebody's making.
 */
export function serviceCodeOf(message: string): number | undefined {
  const match = /Error Code: (\d{1,9})(?:, Error State: [\w-]+)?\.?\s*$/.exec(message);
  return match ? Number(match[1]) : undefined;
}
