/**
 * What a stream says to its client, and when.
 *
 * @module
 */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import type { EphemeralStreamResponseSchema } from "../gen/zerobus_pb.ts";
import type { LocalRow } from "./row.ts";

/** What the server can say; one member of the response's `payload`. */
export type StreamResponse = NonNullable<
  MessageInitShape<typeof EphemeralStreamResponseSchema>["payload"]
>;

/** A stream as its behaviour sees it. */
export interface ServedStream {
  /** The server's name for the stream, a UUID. */
  readonly id: string;
  /** The table it writes to. */
  readonly tableName: string;
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
