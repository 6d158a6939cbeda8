/**
 * What a user may configure. The defaults are in `defaults.ts`.
 *
 * @module
 */
import type { AcknowledgementCallback } from "./acknowledgement_callback.ts";
import type { CompressionOptions } from "./compression.ts";
import type { DebugOptions } from "./debug_options.ts";
import type { HeadersProvider } from "./headers_provider.ts";
import type { RecordFormat } from "./record_format.ts";
import type { Logger } from "./logger.ts";
import type { ObservabilityOptions } from "./observability_options.ts";
import type { Secret } from "./secret.ts";
import type { StatusName } from "./status_name.ts";
import type { Protocol, Transport } from "./transport.ts";

/** How often and how patiently a failed connection is tried again. */
export interface RetryOptions {
  /**
   * Connection attempts in a row without a row becoming durable, the first included; then the
   * stream gives up with a `RetryExhaustedError`. Default 5.
   */
  readonly maxAttempts?: number | undefined;
  /**
   * Upper bound of the delay before the first retry, in milliseconds; it doubles with every further
   * one. The delay is drawn uniformly from zero to the bound ("full jitter"). Default 100.
   */
  readonly baseDelayMs?: number | undefined;
  /** Upper bound of any delay, in milliseconds; at least `baseDelayMs`. Default 30,000. */
  readonly maxDelayMs?: number | undefined;
}

/** Limits and time-outs of the streams a wrapper opens. */
export interface StreamOptions {
  /** Requests that may be unacknowledged on one stream. Default 10,000. */
  readonly maxInflightRequests?: number | undefined;
  /**
   * Encoded bytes that may be unacknowledged on one stream: the library's memory for data in
   * flight. Default 67,108,864 (64 MiB).
   */
  readonly maxInflightBytes?: number | undefined;
  /** Encoded bytes of one request. Default and maximum 10,420,224 (10 MiB less 64 KiB). */
  readonly maxRequestBytes?: number | undefined;
  /** Records of one request. Default and maximum 100,000. */
  readonly maxRequestRecords?: number | undefined;
  /** Time for headers, connection and the service's answer, in milliseconds. Default 15,000. */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * Time the oldest request in flight may wait for progress before the connection counts as broken,
   * in milliseconds. Default 60,000.
   */
  readonly ackTimeoutMs?: number | undefined;
  /**
   * Time after which a connection with nothing to send is closed, in milliseconds; the next batch
   * opens another. Until then it keeps the program running. Default 60,000.
   */
  readonly idleTimeoutMs?: number | undefined;
  /** Time for `flush()` and `shutdown()`, in milliseconds. Default 300,000. */
  readonly flushTimeoutMs?: number | undefined;
  /**
   * Longest pause after the service announced the end of the connection, in milliseconds, before
   * the connection is given up for a new one; 0: none. Default: the time the service names. The
   * pause ends early when everything sent is acknowledged.
   */
  readonly pauseMaxMs?: number | undefined;
  /**
   * Time for late acknowledgements when a stream closes, or a connection is given up because the
   * service announced its end, in milliseconds; 0 sends more rows again. Default 500.
   */
  readonly drainTimeoutMs?: number | undefined;
  /** Whether a failed connection is replaced and its requests sent again. Default true. */
  readonly recovery?: boolean | undefined;
  /** gRPC statuses after which a connection is tried again. Default: the official clients' set. */
  readonly retryableStatuses?: readonly StatusName[] | undefined;
  /** Parallel streams to the table for each schema, 1 to 64. Default 1. */
  readonly streams?: number | undefined;
}

/** How batches become records. */
export interface ConversionOptions {
  /**
   * Largest record, in encoded bytes; larger ones fail their row. Default 10,420,224. Services of
   * before 2026 took 4,194,285.
   */
  readonly maxRecordBytes?: number | undefined;
  /**
   * What to do with columns that a descriptor of yours has no field for: refuse the batch
   * (`"error"`, the default) or leave them out (`"drop"`).
   */
  readonly extraColumns?: "error" | "drop" | undefined;
}

/** When a wrapper holds back because of how many rows fail. */
export interface FailureRateOptions {
  /** Share of failed rows above which it holds back, 0 to 1. Default 0.01. */
  readonly threshold?: number | undefined;
  /** Rows that the window must hold before it is judged. Default 100. */
  readonly minRows?: number | undefined;
  /** Length of the sliding window, in milliseconds. Default 300,000. */
  readonly windowMs?: number | undefined;
  /** Least time of holding back, in milliseconds. Default 30,000. */
  readonly pauseMs?: number | undefined;
  /** A random time up to this one is added, in milliseconds. Default 15,000. */
  readonly jitterMs?: number | undefined;
}

/**
 * What makes a wrapper hold back: refuse batches for a while, to leave the service in peace. Every
 * wrapper decides for itself, by what it has sent; wrappers of one table share nothing.
 */
export interface BackoffOptions {
  /**
   * Too many rows that the service refused or that did not reach it. Rows that could not be
   * converted, refused credentials, given-up batches and refusals of the back-off itself do not
   * count. Default true.
   */
  readonly failureRate?: boolean | FailureRateOptions | undefined;
  /** The service's error code 6006: 60 seconds plus up to 30 random ones. Default true. */
  readonly service?: boolean | undefined;
}

/** How much may be sent to find the rows that the service refuses. */
export interface IsolationOptions {
  /**
   * Requests that may be sent for each batch beyond those that it takes. One refused row in a
   * request of n takes at most 2·log₂ n of them. What cannot be told apart any more fails together.
   * Default 64.
   */
  readonly maxExtraRequests?: number | undefined;
}

/** Everything about a wrapper. Only `endpoint` and `tableName` are always needed. */
export interface WrapperConfiguration extends CompressionOptions {
  /**
   * Zerobus endpoint, such as `https://1234567890.zerobus.us-west-2.cloud.databricks.com`. Without a
   * scheme, `https` is meant. Plain `http` is for loopback, or needs `insecure`.
   */
  readonly endpoint: string | URL;
  /**
   * Table to write to: `catalog.schema.table`, ASCII letters, digits and underscores. Shorter names
   * are accepted where no OAuth token has to be scoped to them.
   */
  readonly tableName: string;
  /** Workspace URL, for OAuth tokens: `https://my-workspace.cloud.databricks.com`. */
  readonly unityCatalogUrl?: string | URL | undefined;
  /** Service principal's id. Needed with `clientSecret` unless a `headersProvider` is given. */
  readonly clientId?: string | undefined;
  /** Service principal's secret. It is never printed, logged or serialized. */
  readonly clientSecret?: string | Secret | undefined;
  /** Supplies the headers of every connection instead of the built-in OAuth. */
  readonly headersProvider?: HeadersProvider | undefined;
  /**
   * Convert and check batches as usual, and write debug output if that is on, but open no
   * connection: for dry runs and tests. It needs no credentials, and no debug output either: the
   * results alone tell which rows could be converted. Default false.
   */
  readonly writerDisabled?: boolean | undefined;
  /** Wire protocol. Default: the entry point's own (`grpc`, or `grpc-web` in the core). */
  readonly protocol?: Protocol | undefined;
  /**
   * How records are written: as Protobuf messages, or as Arrow record batches over Arrow Flight, in
   * which the batch's own buffers are sent, so that it must not be changed before its result is there.
   * Not every protocol carries every format. Default `"protobuf"`; over REST `"json"`.
   */
  readonly recordFormat?: RecordFormat | undefined;
  /** A transport of your own, instead of `protocol`. It stays yours: the wrapper won't close it. */
  readonly transport?: Transport | undefined;
  /** Allow plain `http` to hosts other than loopback. Default false. */
  readonly insecure?: boolean | undefined;
  /** Name of the application, appended to the user agent. Printable ASCII. */
  readonly applicationName?: string | undefined;
  /** See {@linkcode RetryOptions}. */
  readonly retry?: RetryOptions | undefined;
  /** See {@linkcode StreamOptions}. */
  readonly stream?: StreamOptions | undefined;
  /** See {@linkcode ConversionOptions}. */
  readonly conversion?: ConversionOptions | undefined;
  /**
   * Whether a request that the service refuses as invalid is taken apart: the rows it refuses fail,
   * each with its own error, and the others are delivered. It takes `stream.recovery`. Without it a
   * refused row fails whatever else is on its stream. Default true.
   */
  readonly isolateRejectedRows?: boolean | IsolationOptions | undefined;
  /** See {@linkcode BackoffOptions}. */
  readonly backoff?: BackoffOptions | undefined;
  /** See {@linkcode DebugOptions}. */
  readonly debug?: DebugOptions | undefined;
  /** See {@linkcode ObservabilityOptions}. */
  readonly observability?: ObservabilityOptions | undefined;
  /** Where log lines go. Default: the console. See also `observability.logLevel`. */
  readonly logger?: Logger | undefined;
  /**
   * Called for every request that became durable, in order on each stream. A slow callback holds up
   * the next call, and `flush()` and `shutdown()` for at most 5 seconds, but no acknowledgement.
   */
  readonly onAck?: AcknowledgementCallback | undefined;
  /** Aborting it stops the wrapper at once: everything not yet durable fails. */
  readonly signal?: AbortSignal | undefined;
}
