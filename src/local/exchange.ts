/**
 * One HTTP request and its answer, whichever HTTP version carries them.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { constants, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";

/** A request to answer: `start`, then `write` any number of times, then `finish`. */
export interface Exchange {
  /** `GET`, `POST`, … */
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /** Major HTTP version. */
  readonly httpVersion: 1 | 2;
  /** Value of a request header, by its lower-case name. */
  header(name: string): string | undefined;
  /** The request's body, to be read once. Throws when the client goes away. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Sends status and headers at once: clients may wait for them before they send a body. */
  start(status: number, headers: Readonly<Record<string, string>>): void;
  /** Sends a part of the body. Resolves when there is room for more; throws after the end. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Ends the answer. Resolves when it is on its way, or the client is gone. A client that is still
   * sending is given a moment to stop.
   */
  finish(trailers?: Headers): Promise<void>;
  /** Drops the request without an answer. */
  abort(): void;
  /** Resets the connection, and with it every other request on it. */
  reset(): void;
  /** Aborts when the request is over: the answer is on its way, or the client has gone. */
  readonly closed: AbortSignal;
}

/** How long a client may go on sending to a server that has answered. */
const LINGER_MS = 500;

/** What the answers of both HTTP versions have in common. */
type Response = Pick<
  ServerResponse,
  | "writeHead"
  | "write"
  | "end"
  | "addTrailers"
  | "flushHeaders"
  | "on"
  | "once"
  | "off"
  | "writableEnded"
>;

/** Wraps what `node:http` and `node:http2` servers hand out. */
export function openExchange(
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
  reset: () => void,
): Exchange {
  const answer = response as Response;
  const closed = new AbortController();
  answer.once("close", () => closed.abort());
  request.on("error", ignore);
  response.on("error", ignore);
  return {
    method: request.method ?? "",
    path: (request.url ?? "").split("?", 1)[0]!,
    httpVersion: "stream" in request ? 2 : 1,
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    // Leaving the loop over the body early must not destroy a request that is yet to be answered.
    body: request.iterator({ destroyOnReturn: false }),
    start: (status, headers) => {
      // Deno ends a connection that was handed to its HTTP/1.1 server after one answer. A client
      // that does not know loses the next request, so it is told, on every runtime alike.
      answer.writeHead(status, "stream" in request ? headers : { ...headers, connection: "close" });
      answer.flushHeaders();
    },
    write: async (bytes) => {
      if (closed.signal.aborted || answer.writableEnded) throw new Error("the answer has ended");
      if (!answer.write(bytes)) await eventOf(answer, "drain");
    },
    finish: async (trailers) => {
      if (closed.signal.aborted) return;
      if (trailers !== undefined) answer.addTrailers(Object.fromEntries(trailers));
      const finished = eventOf(answer, "finish");
      // A connection that closes while its client is sending is reset, and the answer may go with it.
      if (!("stream" in request) && !request.complete) endGently(request.socket);
      answer.end();
      await finished;
      stopSender(request);
    },
    abort: () => {
      request.destroy();
      // A request that was read to its end does not take its connection with it.
      if ("stream" in request) request.stream.close(constants.NGHTTP2_CANCEL);
      else request.socket.destroy();
    },
    reset,
    closed: closed.signal,
  };
}

/** Resolves with the event, or when there will be none because the client is gone. */
function eventOf(answer: Response, name: "drain" | "finish"): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      answer.off(name, done);
      answer.off("close", done);
      resolve();
    };
    answer.on(name, done);
    answer.on("close", done);
  });
}

/** Closes only this side when the HTTP server is done with a connection. */
function endGently(socket: Socket): void {
  socket.destroySoon = () => socket.end();
}

/**
 * Ends what a client is still sending after it got its answer. Ending it at once could overtake the
 * end of the answer: HTTP/1.1 would reset the connection, Node's HTTP/2 would leave out the trailers.
 */
function stopSender(request: IncomingMessage | Http2ServerRequest): void {
  if (request.complete || request.destroyed) return;
  const timer = setTimeout(() => {
    if ("stream" in request) request.stream.close(constants.NGHTTP2_NO_ERROR);
    else request.destroy();
  }, LINGER_MS);
  const stop = () => clearTimeout(timer);
  request.once("end", stop);
  ("stream" in request ? request.stream : request.socket).once("close", stop);
  request.resume();
}

function ignore(): void {}
