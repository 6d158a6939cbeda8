/**
 * What a stream says to its client, and when: the place for a server that misbehaves on purpose.
 *
 * @module
 */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { EphemeralStreamResponseSchema } from "../gen/zerobus_pb.ts";

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
  /** Says something. Resolves when there is room for more; throws once the stream has ended. */
  send(response: StreamResponse): Promise<void>;
}

/** Answers to the events of a stream. Throwing a `ConnectError` ends the stream with its status. */
export interface StreamBehaviour {
  /** The stream was accepted. */
  created(stream: ServedStream): Promise<void>;
  /** The rows of the request with this offset were kept. */
  kept(stream: ServedStream, offset: bigint): Promise<void>;
}

/** What the service does: names the stream, acknowledges each request. */
export const honestBehaviour: StreamBehaviour = {
  created: (stream) =>
    stream.send({ case: "createStreamResponse", value: { streamId: stream.id } }),
  kept: (stream, offset) =>
    stream.send({ case: "ingestRecordResponse", value: { durabilityAckUpToOffset: offset } }),
};
