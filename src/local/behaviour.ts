/**
 * What a stream says to its client, and when.
 *
 * @module
 */
import type { ConnectError } from "@connectrpc/connect";
import type { LocalRow } from "./row.ts";

/** What the server can say, on whatever kind of stream. */
export type StreamResponse =
  /** The stream is open. Without a name the message is not what it should be. */
  | { readonly kind: "accepted"; readonly streamId: string | undefined }
  /**
   * Every request up to this one is durable and, where acknowledgements count records, so are the
   * first records of the next one.
   */
  | { readonly kind: "acknowledged"; readonly upTo: bigint; readonly moreRecords?: number }
  /** The end is near: in so many milliseconds, or without a time. */
  | { readonly kind: "closing"; readonly durationMs: number | undefined };

/** A stream as its behaviour sees it. */
export interface ServedStream {
  /** The server's name for the stream, a UUID. */
  readonly id: string;
  /** The table it writes to. */
  readonly tableName: string;
  /** Whether acknowledgements count records, and so may cover a part of a request. */
  readonly countsRecords: boolean;
  /** Aborts when the stream has ended, whoever ended it. */
  readonly signal: AbortSignal;
  /** Says something. Resolves when there is room for more; throws once the stream has ended. */
  send(response: StreamResponse): Promise<void>;
  /** Ends the stream with OK. */
  end(): void;
  /** Ends the stream with OK, though the client may have stopped listening. */
  cut(): void;
  /** Resets the connection, with all streams on it. */
  reset(): void;
}

/** A request that was read and is as it should be. */
export interface ServedRequest {
  /** Its number on the stream. */
  readonly offset: bigint;
  /** Records in it. */
  readonly rowCount: number;
  /** Bytes of those records. */
  readonly byteCount: number;
  /** The records, decoded as they are asked for. */
  rows(): IterableIterator<LocalRow>;
}

/** Answers to the events of a stream. Throwing a `ConnectError` ends the stream with its status. */
export interface StreamBehaviour {
  /** The stream may be accepted. */
  created(): Promise<void>;
  /** The error for a request that is not to be kept. */
  refusal(request: ServedRequest): ConnectError | undefined;
  /** The rows of a request were kept. */
  kept(request: ServedRequest): Promise<void>;
  /** The client has sent everything. */
  finished(): Promise<void>;
}
