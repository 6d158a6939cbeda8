/**
 * What an ingest stream is made of and what it tells about itself.
 *
 * @module
 */
import type { RetryBounds } from "../core/backoff.ts";
import type { Clock } from "../core/clock.ts";
import type { HeadersProvider } from "../core/headers_provider.ts";
import type { StreamFormat } from "../core/record_format.ts";
import type { StatusName } from "../core/status_name.ts";
import type { Transport } from "../core/transport.ts";
import type { IngestObserver } from "./observer.ts";
import type { RequestPayload } from "./payload.ts";

/** Sizes and times, all of them positive; milliseconds end in `Ms`, bytes in `Bytes`. */
export interface IngestLimits {
  /** Requests that may be unacknowledged, sent or not. */
  readonly maxInflightRequests: number;
  /** Bytes that may be unacknowledged; one request larger than that travels alone. */
  readonly maxInflightBytes: number;
  /** Bytes of one request. */
  readonly maxRequestBytes: number;
  /** Time for asking the headers provider and opening a connection, together. */
  readonly connectTimeoutMs: number;
  /** Time that the oldest request in flight may wait for durable progress. */
  readonly ackTimeoutMs: number;
  /** Time after which a connection with nothing to do is given up; the next request opens another. */
  readonly idleTimeoutMs: number;
  /** Time for `flush`, `waitForOffset` and the flush in `close`, unless the call says otherwise. */
  readonly flushTimeoutMs: number;
  /** Longest pause after a close signal, 0 or more; `undefined`: the server's duration. */
  readonly pauseMaxMs: number | undefined;
  /** Time for late answers of a connection that nothing more is sent on, 0 or more. */
  readonly drainTimeoutMs: number;
}

/** Everything an ingest stream needs; nothing has a default here. */
export interface IngestStreamOptions {
  /** Opens the connections. It stays the caller's: closing the stream does not close it. */
  readonly transport: Transport;
  /** Full table name. */
  readonly tableName: string;
  /** How the records are written. */
  readonly format: StreamFormat;
  /**
   * Asked for every connection. A `ZerobusError` that it throws decides by its `retryable` flag
   * whether it is asked again; anything else it throws counts as a passing failure and becomes a
   * `TokenRefreshError`.
   */
  readonly headersProvider: HeadersProvider;
  /** Attempts and delays; attempts are counted since the last durable progress. */
  readonly retry: RetryBounds;
  /** See {@linkcode IngestLimits}. */
  readonly limits: IngestLimits;
  /** Whether a failed connection is replaced. Without it the first failure is final. */
  readonly recovery: boolean;
  /**
   * Statuses after which a connection is replaced. A status outside the official clients' set that
   * is named here is retried; one of that set is retried unless the transport knows better.
   * Failures without a status go by their `retryable` flag.
   */
  readonly retryableStatuses: readonly StatusName[];
  /** Time and chance. */
  readonly clock: Clock;
  /** Aborting it aborts the stream. */
  readonly signal?: AbortSignal | undefined;
  /** Told what happens. */
  readonly observer?: Partial<IngestObserver> | undefined;
}

/** What an ingest stream is doing. */
export type IngestState =
  /** No connection, and nothing to send. */
  | "idle"
  /** Asking for headers or opening a connection. */
  | "connecting"
  /** Connected. */
  | "open"
  /** Connected, not sending, because the server announced the end of the connection. */
  | "paused"
  /** Waiting before the next attempt to connect. */
  | "waiting"
  /** `close` was called and has not finished. */
  | "closing"
  /** Closed. */
  | "closed"
  /** Failed for good, and not closed yet. */
  | "failed";

/** Bounds of one wait. */
export interface WaitOptions {
  /** Ends the wait, and nothing but the wait, with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Longest wait in milliseconds, `Infinity` for none. Default `limits.flushTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
}

/** A request that is not known to be durable. */
export interface UnacknowledgedRequest {
  /** Its logical offset. */
  readonly offset: bigint;
  /** What was passed in. */
  readonly records: RequestPayload;
}
