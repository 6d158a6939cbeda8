/**
 * One HTTP exchange seen from the server, the same for both versions of HTTP.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Protocol } from "../../../src/core/transport.ts";

/** The protocols of streams. */
export type StreamingProtocol = Exclude<Protocol, "rest">;

/** Header fields. */
export type Fields = Record<string, string>;

/** The two directions of an exchange. */
export interface Lines {
  /** Path of the request. */
  readonly path: string;
  /** Header of the request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body of the request; throws when the client goes away. */
  readonly body: AsyncIterator<Uint8Array>;
  /** Sends the head of the response at once. */
  head(status: number, fields: Fields): void;
  /** Sends bytes of the body. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the response; only HTTP/2 sends the trailers. */
  end(trailers?: Fields): void;
  /** Drops the exchange without an ending. */
  reset(): void;
}

/** An exchange over HTTP/1.1. */
export function http1Lines(request: IncomingMessage, response: ServerResponse): Lines {
  request.on("error", () => {});
  response.on("error", () => {});
  return {
    path: request.url ?? "",
    headers: plain(request.headers),
    body: request[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>,
    head(status, fields) {
      response.writeHead(status, fields);
      response.flushHeaders();
    },
    write: (bytes) => new Promise((resolve) => response.write(bytes, () => resolve())),
    end: () => response.end(),
    reset: () => request.socket.destroy(),
  };
}

/** An exchange over HTTP/2. */
export function http2Lines(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Lines {
  stream.on("error", () => {});
  return {
    path: String(headers[":path"]),
    headers: plain(headers),
    body: stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>,
    head(status, fields) {
      stream.respond({ ":status": status, ...fields }, { waitForTrailers: true });
    },
    write: (bytes) => new Promise((resolve) => stream.write(bytes, () => resolve())),
    end(trailers = { "x-no-status": "1" }) {
      stream.once("wantTrailers", () => stream.sendTrailers(trailers));
      stream.end();
    },
    // `close` would end the response first.
    reset: () => stream.destroy(new Error("reset")),
  };
}

function plain(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
