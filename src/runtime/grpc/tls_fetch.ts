/**
 * `fetch` with TLS options of its own.
 *
 * @module
 */
import { tlsHttpClient } from "./tls_http_client.ts";
import type { TlsOptions } from "./tls_options.ts";

/**
 * As much of `fetch` as token requests need, over an HTTP client that takes certificates. Redirects
 * are refused, as with `redirect: "error"`.
 */
export function tlsFetch(tls: TlsOptions): typeof fetch {
  const client = tlsHttpClient(tls);
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
