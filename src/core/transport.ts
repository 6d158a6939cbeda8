/**
 * The seam between the ingest stream and the wire. The ingest stream knows nothing else of
 * protocols; a transport knows nothing of windows, retries or logical offsets.
 *
 * @module
 */

import type { RecordFormat, StreamFormat } from "./record_format.ts";

/** How requests travel. */
export type Protocol = "grpc" | "grpc-web" | "connect" | "rest";

/** Which formats each protocol carries; the first is the default. */
export const FORMATS_OF: Readonly<Record<Protocol, readonly RecordFormat[]>> = {
  "grpc": ["protobuf", "arrow", "json"],
  "grpc-web": ["protobuf", "arrow", "json"],
  "connect": ["protobuf", "arrow", "json"],
  "rest": ["json"],
};

/** What it takes to open one physical stream. */
export interface OpenRequest {
  /** Full table name, `catalog.schema.table`. */
  readonly tableName: string;
  /**
   * How the records of the stream are written. A transport that does not carry the format refuses
   * the stream with a `ConfigurationError`.
   */
  readonly format: StreamFormat;
  /** Headers for this connection, authorization included. */
  readonly headers: Headers;
  /** Aborting it ends the attempt, and later the connection. */
  readonly signal: AbortSignal;
}

/** One request as it goes on the wire. */
export interface OutgoingRequest {
  /** Physical offset: 0 for the first request of a connection, +1 for each that follows. */
  readonly offset: number;
  /**
   * The records: of a Protobuf stream the body of a `ProtoEncodedRecordBatch`, of a JSON stream that
   * of a `JsonRecordBatch`, of an Arrow stream the header of an IPC message. The transport must not
   * change it, and must be done with it when the request is acknowledged.
   */
  readonly records: Uint8Array;
  /** What follows them, under the same conditions: of an Arrow stream the body of the message. */
  readonly body?: RequestBody | undefined;
}

/** Buffers that are one after the other on the wire. */
export interface RequestBody {
  /** In order; some may be empty. */
  readonly buffers: readonly Uint8Array[];
  /** Size of all of them. */
  readonly byteLength: number;
}

/** What the server says on an open stream. */
export type ServerMessage =
  /** Every request with a physical offset up to this one is durable. */
  | { readonly kind: "acknowledgement"; readonly upTo: number }
  /**
   * This many records of the connection are durable, the first ones, whatever requests they were in.
   */
  | { readonly kind: "durable_records"; readonly count: number }
  /** The server will end the stream after this time; 0 means at once. */
  | { readonly kind: "close"; readonly durationMs: number };

/** One physical stream that the service has accepted. */
export interface Connection {
  /** The service's name for the stream; empty where it gives none, as to Arrow streams. */
  readonly streamId: string;
  /**
   * Hands one request to the wire. Resolves when the wire has room for the next one (back-pressure)
   * and rejects with a `ZerobusError` once the connection is unusable.
   */
  send(request: OutgoingRequest): Promise<void>;
  /**
   * What the server says, in order. Ends when the server ends the stream with OK; throws a
   * `ZerobusError` when the stream fails. To be iterated once.
   */
  readonly messages: AsyncIterable<ServerMessage>;
  /** Half-closes: nothing more will be sent, `messages` goes on until the server ends it. */
  end(): void;
  /** Drops the connection at once and frees what it holds. Never throws; may be called twice. */
  abort(reason?: unknown): void;
}

/** Opens physical streams to one endpoint. */
export interface Transport {
  /** For messages and telemetry. */
  readonly protocol: Protocol;
  /**
   * Opens a stream and waits until the service has named it.
   *
   * @throws {ZerobusError} `AuthenticationError`, `ConnectionError` (retryable or not, by status),
   * or the signal's reason when it aborts.
   */
  open(request: OpenRequest): Promise<Connection>;
  /** Frees pooled connections. No stream may be opened afterwards. */
  close(): Promise<void>;
}
