/**
 * The error family. One root, a closed set of codes, retryability decided by status codes and
 * never by message text.
 *
 * Two copies of this package in one program have two sets of classes: tell errors apart by
 * {@linkcode ZerobusError.code} (or `name`) rather than by `instanceof` where that can happen.
 *
 * @module
 */
import type { StatusName } from "./status_name.ts";

/** Every value that {@linkcode ZerobusError.code} can take. */
export type ErrorCode =
  | "configuration"
  | "authentication"
  | "connection"
  | "conversion"
  | "transmission"
  | "retry_exhausted"
  | "token_refresh"
  | "closed";

/** Machine-readable facts about a failure. Absent members do not apply to it. */
export interface ErrorDetails {
  /** The configuration field, option or argument at fault, such as `retry.maxAttempts`. */
  readonly field?: string;
  /** Everything that is wrong, where there is more than one thing; a sentence each. */
  readonly problems?: readonly string[];
  /** Path of the column at fault, such as `address.street`. */
  readonly column?: string;
  /** Zero-based row in the batch that was passed in. */
  readonly row?: number;
  /** The bound that was violated. */
  readonly limit?: number;
  /** The value that violated it. */
  readonly actual?: number;
  /** gRPC status of the answer. */
  readonly status?: StatusName;
  /** The service's own number ("Error Code: 4002"). */
  readonly serviceCode?: number;
  /** The service's name for the failure (`error_code`), where it answered over REST. */
  readonly errorCode?: string;
  /** What the service found wrong with an Arrow schema, such as `FIELD_NOT_IN_TABLE`. */
  readonly causes?: readonly string[];
  /** HTTP status, where the answer was not a gRPC one. */
  readonly httpStatus?: number;
  /** Delay that the server asked for, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Attempts made before giving up. */
  readonly attempts?: number;
}

/** What the constructors of the error classes take besides the message. */
export interface ErrorOptions {
  /** The failure underneath. */
  readonly cause?: unknown;
  /** Whether the same call may succeed later. Default: the class's own. */
  readonly retryable?: boolean;
  /** See {@linkcode ErrorDetails}. */
  readonly details?: ErrorDetails;
}

/**
 * Root of everything this package throws or reports.
 *
 * Messages name the field, the kind of value, the limit and the remedy. They never contain a
 * secret or row content.
 *
 * @example
 * ```ts
 * import { createWrapper, isZerobusError } from "@zerobus/wrapper";
 * import { assert, assertEquals, assertRejects } from "@std/assert";
 *
 * const error = await assertRejects(() =>
 *   createWrapper({ endpoint: "example.com", tableName: "iot.read-ings" })
 * );
 * assert(isZerobusError(error));
 * assertEquals(error.code, "configuration");
 * assertEquals(error.retryable, false);
 * ```
 */
export class ZerobusError extends Error {
  /** Name of the class. */
  override name = "ZerobusError";
  /** Which family member this is, stable across versions and duplicate installations. */
  readonly code: ErrorCode;
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retryable: boolean;
  /** Machine-readable facts; empty when there are none. */
  readonly details: ErrorDetails;

  /** Creates an error; applications rarely need to. */
  constructor(message: string, code: ErrorCode, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }

  /**
   * The given value as a `ZerobusError`: itself if it is one (of any copy of this package),
   * otherwise a {@linkcode ConnectionError} that has it as `cause`.
   */
  static from(reason: unknown): ZerobusError {
    if (isZerobusError(reason)) return reason;
    return new ConnectionError(messageOf(reason), { cause: reason });
  }
}

/** The words of anything that can be thrown, also of what cannot be made a string. */
function messageOf(reason: unknown): string {
  if (reason instanceof Error) return reason.message;
  try {
    return String(reason);
  } catch {
    return "something was thrown that is no error";
  }
}

/**
 * Whether a value is a `ZerobusError`, also one made by another copy of this package.
 *
 * @example
 * ```ts
 * import { ConnectionError, isZerobusError } from "@zerobus/wrapper";
 * import { assert } from "@std/assert";
 *
 * assert(isZerobusError(new ConnectionError("the endpoint hung up")));
 * assert(!isZerobusError(new Error("something else")));
 * ```
 */
export function isZerobusError(value: unknown): value is ZerobusError {
  return value instanceof ZerobusError ||
    (value instanceof Error && "code" in value && "retryable" in value && "details" in value &&
      CODES.has(value.code as ErrorCode));
}

const CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "configuration",
  "authentication",
  "connection",
  "conversion",
  "transmission",
  "retry_exhausted",
  "token_refresh",
  "closed",
]);

/** An option, a schema or a descriptor that cannot work. Never retryable. */
export class ConfigurationError extends ZerobusError {
  /** Name of the class. */
  override name = "ConfigurationError";
  /** Creates the error. */
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, "configuration", options);
  }
}

/** The service or the token endpoint refused the credentials. Not retryable by default. */
export class AuthenticationError extends ZerobusError {
  /** Name of the class. */
  override name = "AuthenticationError";
  /** Creates the error. */
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, "authentication", options);
  }
}

/** No usable stream: unreachable, refused, timed out, ended. Retryable by default. */
export class ConnectionError extends ZerobusError {
  /** Name of the class. */
  override name = "ConnectionError";
  /** Creates the error. */
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, "connection", { ...options, retryable: options.retryable ?? true });
  }
}

/** A row, column or batch that cannot be written as Protobuf. Never retryable. */
export class ConversionError extends ZerobusError {
  /** Name of the class. */
  override name = "ConversionError";
  /** Creates the error. */
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, "conversion", options);
  }
}

/** The service received the records and refused them. Not retryable by default. */
export class TransmissionError extends ZerobusError {
  /** Name of the class. */
  override name = "TransmissionError";
  /** Creates the error. */
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, "transmission", options);
  }
}

/** A retryable failure outlived `retry.maxAttempts`; `cause` is the last one. */
export class RetryExhaustedError extends ZerobusError {
  /** Name of the class. */
  override name = "RetryExhaustedError";
  /** Creates the error. */
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, "retry_exhausted", options);
  }
}

/** A token could not be fetched for a passing reason. Retryable by default. */
export class TokenRefreshError extends ZerobusError {
  /** Name of the class. */
  override name = "TokenRefreshError";
  /** Creates the error. */
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, "token_refresh", { ...options, retryable: options.retryable ?? true });
  }
}
