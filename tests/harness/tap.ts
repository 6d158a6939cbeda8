/**
 * What a client was told, to be compared with what the server said and what the client made of it.
 *
 * @module
 */
import type {
  Connection,
  Protocol,
  ServerMessage,
  Transport,
  TransportOptions,
} from "@zerobus/wrapper";
import type { Library } from "./environment.ts";

/** A record of a connection. */
export interface SentRecord {
  /** The connection, by the server's name for it. */
  readonly streamId: string;
  /** Number of its request on the connection. */
  readonly offset: bigint;
  /** Its own number on the connection. */
  readonly index: number;
}

/** What the client has heard of a connection. */
interface Heard {
  /** Up to which request the latest acknowledgement goes. */
  offset: number;
  /** The same, where records are counted. */
  records: number;
  /** Whether it was the client that had enough, before it had heard the end. */
  left: boolean;
  /** Whether the connection broke before the server's end of the stream had come. */
  broke: boolean;
}

/**
 * Listens between a client and its transport. Connections without a name are one to it: of their
 * requests it cannot tell which were acknowledged, but of all whether the client left any, or any
 * broke.
 */
export class Tap {
  readonly #heard = new Map<string, Heard>();

  /** The same transport, listened to. */
  on(transport: Transport): Transport {
    return {
      protocol: transport.protocol,
      open: async (request) => this.#listen(await transport.open(request)),
      close: () => transport.close(),
    };
  }

  /** Whether the client was told that the record is durable. */
  hasHeardOf({ streamId, offset, index }: SentRecord): boolean {
    const heard = this.#heard.get(streamId);
    return heard !== undefined && (offset <= heard.offset || index < heard.records);
  }

  /** Whether the client gave the connection up before it had heard its end. */
  hasLeft(streamId: string): boolean {
    return this.#of(streamId)?.left ?? true;
  }

  /** Whether the connection broke, so that the client has not heard the server out. */
  hasBroken(streamId: string): boolean {
    return this.#of(streamId)?.broke ?? true;
  }

  #of(streamId: string): Heard | undefined {
    return this.#heard.get(streamId) ?? this.#heard.get("");
  }

  #listen(connection: Connection): Connection {
    const { streamId } = connection;
    const former = streamId === "" ? this.#heard.get(streamId) : undefined;
    const heard: Heard = former ?? { offset: -1, records: 0, left: false, broke: false };
    this.#heard.set(streamId, heard);
    let isOver = false;
    return {
      streamId,
      send: (request) => connection.send(request),
      messages: overhear(connection.messages, heard, () => isOver = true),
      end: () => connection.end(),
      abort: (reason) => {
        heard.left ||= !isOver;
        connection.abort(reason);
      },
    };
  }
}

async function* overhear(
  messages: AsyncIterable<ServerMessage>,
  heard: Heard,
  onEnd: () => void,
): AsyncGenerator<ServerMessage> {
  try {
    for await (const message of messages) {
      if (message.kind === "acknowledgement") heard.offset = Math.max(heard.offset, message.upTo);
      if (message.kind === "durable_records") {
        heard.records = Math.max(heard.records, message.count);
      }
      yield message;
    }
  } catch (reason) {
    heard.broke ||= !isSaid(reason);
    throw reason;
  } finally {
    onEnd();
  }
}

/** What the server said of the end comes with Connect's error or an HTTP status; what the network did, without. */
function isSaid(reason: unknown): boolean {
  const { cause, details } = reason as { cause?: unknown; details?: { httpStatus?: number } };
  return (cause instanceof Error && cause.name === "ConnectError") ||
    details?.httpStatus !== undefined;
}

/** The transport that a wrapper would make for itself. */
export function transportOf(
  library: Library,
  protocol: Protocol,
  options: TransportOptions,
): Transport {
  switch (protocol) {
    case "grpc": {
      // Only the entry points of runtimes that have HTTP/2 have it.
      const native = library as Library & Pick<NativeLibrary, "grpcTransport">;
      return native.grpcTransport(options);
    }
    case "grpc-web":
      return library.grpcWebTransport(options);
    case "connect":
      return library.connectTransport(options);
    case "rest":
      return library.restTransport(options);
  }
}

type NativeLibrary = typeof import("@zerobus/wrapper/deno");
