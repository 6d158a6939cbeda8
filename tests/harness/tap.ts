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

/** The latest acknowledgement of a connection that reached the client: up to which it goes. */
interface Heard {
  offset: number;
  records: number;
}

/** Listens between a client and its transport. */
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

  #listen(connection: Connection): Connection {
    const { streamId } = connection;
    return {
      streamId,
      send: (request) => connection.send(request),
      messages: this.#overhear(streamId, connection.messages),
      end: () => connection.end(),
      abort: (reason) => connection.abort(reason),
    };
  }

  async *#overhear(
    streamId: string,
    messages: AsyncIterable<ServerMessage>,
  ): AsyncGenerator<ServerMessage> {
    const heard: Heard = { offset: -1, records: 0 };
    this.#heard.set(streamId, heard);
    for await (const message of messages) {
      if (message.kind === "acknowledgement") heard.offset = Math.max(heard.offset, message.upTo);
      if (message.kind === "durable_records") {
        heard.records = Math.max(heard.records, message.count);
      }
      yield message;
    }
  }
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
  }
}

type NativeLibrary = typeof import("@zerobus/wrapper/deno");
