/**
 * `fetch` over sockets of our own.
 *
 * @module
 */
import { socketHttpClient, type SocketOptions } from "./socket_http_client.ts";

/**
 * As much of `fetch` as token requests need, over a client that takes certificates and
 * proxies. Redirects are refused, as with `redirect: "error"`.
 */
export function socketFetch(options: SocketOptions): typeof fetch {
  const client = socketHttpClient(options);
  return async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const response = await client({
      url: request.url,
      method: request.method,
      header: request.headers,
      signal: request.signal,
      body: (request.body ?? new Blob([]).stream()) as AsyncIterable<Uint8Array>,
    });
    const { status, header } = response;
    if (status >= 300 && status < 400) throw new TypeError(`refused a redirect (HTTP ${status})`);
    return new Response(streamOf(response.body), { status, headers: header });
  };
}

function streamOf(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array<ArrayBuffer>);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
