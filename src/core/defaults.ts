/**
 * What an option is when it is not given, and the bounds of the service behind some of them.
 *
 * @module
 */
import type {
  ConversionOptions,
  IsolationOptions,
  RetryOptions,
  StreamOptions,
} from "./configuration.ts";
import type { Resolved, ResolvedBackoff } from "./resolved_configuration.ts";
import { DEFAULT_RETRYABLE_STATUSES } from "./status.ts";

/** Largest request body the service takes, less room for framing: 10 MiB − 64 KiB. */
export const MAX_REQUEST_BYTES = 10_420_224;
/** Most records in one request, as the official clients bound it. */
export const MAX_REQUEST_RECORDS = 100_000;

/** Defaults of {@linkcode RetryOptions}. */
export const RETRY_DEFAULTS: Resolved<RetryOptions> = Object.freeze({
  maxAttempts: 5,
  baseDelayMs: 100,
  maxDelayMs: 30_000,
});

/** Defaults of {@linkcode StreamOptions}. */
export const STREAM_DEFAULTS: Resolved<Omit<StreamOptions, "pauseMaxMs">> = Object.freeze({
  maxInflightRequests: 10_000,
  maxInflightBytes: 64 * 1024 * 1024,
  maxRequestBytes: MAX_REQUEST_BYTES,
  maxRequestRecords: MAX_REQUEST_RECORDS,
  connectTimeoutMs: 15_000,
  ackTimeoutMs: 60_000,
  flushTimeoutMs: 300_000,
  drainTimeoutMs: 500,
  idleTimeoutMs: 60_000,
  recovery: true,
  retryableStatuses: DEFAULT_RETRYABLE_STATUSES,
  streams: 1,
});

/** Defaults of {@linkcode ConversionOptions}. */
export const CONVERSION_DEFAULTS: Resolved<ConversionOptions> = Object.freeze({
  maxRecordBytes: MAX_REQUEST_BYTES,
  extraColumns: "error",
});

/** Defaults of {@linkcode IsolationOptions}. */
export const ISOLATION_DEFAULTS: Resolved<IsolationOptions> = Object.freeze({
  maxExtraRequests: 64,
});

/** Defaults of {@linkcode BackoffOptions}, and what its switches stand for. */
export const BACKOFF_DEFAULTS: Resolved<ResolvedBackoff> = Object.freeze({
  failureRate: Object.freeze({
    threshold: 0.01,
    minRows: 100,
    windowMs: 300_000,
    pauseMs: 30_000,
    jitterMs: 15_000,
  }),
  service: Object.freeze({ pauseMs: 60_000, jitterMs: 30_000 }),
});
