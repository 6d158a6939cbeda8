/**
 * `fetch` over sockets of our own.
 *
 * @module
 */
import { onAbort } from "../../core/async.ts";
import { socketHttpClient, type SocketOptions } from "./socket_http_client.ts";

/** Statuses whose responses have no body. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * As much of `fetch` as requests for tokens, tables and inserts need, over a client that takes
 * certificates and proxies. Redirects are not followed: they are refused, unless the request wants
 * to see them (`redirect: "manual"`).
 */
export function socketFetch(options: SocketOptions): typeof fetch {
  const client = socketHttpClient(options);
  return async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    // A request's own signal follows the caller's only as long as somebody holds the request (Node).
    const signal = init?.signal ?? request.signal;
    signal.throwIfAborted();
    const exchange = new AbortController();
    const unlink = onAbort(signal, () => exchange.abort(signal.reason));
    const release = () => {
      unlink();
      exchange.abort();
    };
    try {
      const response = await client({
        url: request.url,
        method: request.method,
        header: request.headers,
        signal: exchange.signal,
        body: (request.body ?? new Blob([]).stream()) as AsyncIterable<Uint8Array>,
      });
      const { status, header: headers } = response;
      if (status >= 300 && status < 400 && request.redirect !== "manual") {
        throw new TypeError(`refused a redirect (HTTP ${status})`);
      }
      if (WITHOUT_BODY.has(status)) {
        release();
        return new Response(null, { status, headers });
      }
      return new Response(streamOf(response.body, unlink, release), { status, headers });
    } catch (reason) {
      release();
      signal.throwIfAborted();
      throw reason;
    }
  };
}

/**
 * @param done called at the end
 * @param release called when the rest is not wanted, or there is none although there should be
 */
function streamOf(
  chunks: AsyncIterable<Uint8Array>,
  done: () => void,
  release: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      try {
        const next = await iterator.next();
        if (next.done) {
          done();
          controller.close();
        } else controller.enqueue(next.value as Uint8Array<ArrayBuffer>);
      } catch (reason) {
        release();
        throw reason;
      }
    },
    cancel: release,
  });
}
