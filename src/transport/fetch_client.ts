/**
 * The HTTP client of every runtime that has `fetch`.
 *
 * @module
 */
import { onAbort } from "../core/async.ts";
import type { HttpClient, HttpResponse } from "./http_client.ts";

/**
 * An {@linkcode HttpClient} over `fetch`, full duplex: the response is read while the request body
 * is still being written.
 *
 * Needs a `fetch` that takes a stream as body; those of Deno, Bun, Node 20 and workerd do.
 */
export function fetchClient(fetchFunction: typeof fetch = globalThis.fetch): HttpClient {
  const redirect = refusedRedirects();
  return async ({ url, method, header, body, signal }): Promise<HttpResponse> => {
    // Not every runtime's types know `duplex`, and Node refuses stream bodies without it.
    const init: RequestInit & { readonly duplex: "half" } = {
      method,
      headers: header,
      body: requestStream(body, signal),
      signal,
      redirect,
      duplex: "half",
    };
    const response = await fetchFunction(url, init);
    return {
      status: response.status,
      header: response.headers,
      body: responseChunks(response.body, signal),
      trailer: new Headers(),
    };
  };
}

/**
 * Node keeps all of the request body for a possible redirect unless redirects are errors. workerd
 * does not know that mode; there a redirect comes back as the answer, and is refused for its status.
 */
export function refusedRedirects(): RequestRedirect {
  try {
    new Request("https://localhost", { redirect: "error" });
    return "error";
  } catch {
    return "manual";
  }
}

/** A stream without a buffer of its own: it asks for a chunk only when it is asked for one. */
function requestStream(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks = body[Symbol.asyncIterator]();
  let stopListening = (): void => {};
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller): void {
      // Not every fetch cancels the body of a request that is aborted.
      stopListening = onAbort(signal, () => controller.error(signal.reason));
    },
    async pull(controller): Promise<void> {
      const { done, value } = await chunks.next();
      if (signal.aborted) return;
      if (done === true) {
        stopListening();
        controller.close();
      } else {
        controller.enqueue(value as Uint8Array<ArrayBuffer>);
      }
    },
    async cancel(): Promise<void> {
      stopListening();
      await chunks.return?.();
    },
  }, { highWaterMark: 0 });
}

function responseChunks(
  body: ReadableStream<Uint8Array> | null,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const reader = body?.getReader();
  // Nobody is interested in how the rest ends, and nobody may have to wait for it.
  const cancel = (): void => void reader?.cancel().catch(() => {});
  // Not every fetch lets go of a connection that is aborted after the head of the response.
  const stopListening = onAbort(signal, cancel);
  return {
    [Symbol.asyncIterator]: (): AsyncIterator<Uint8Array> => ({
      async next(): Promise<IteratorResult<Uint8Array>> {
        const result = await reader?.read();
        if (result !== undefined && !result.done) return { done: false, value: result.value };
        stopListening();
        return { done: true, value: undefined };
      },
      return(): Promise<IteratorResult<Uint8Array>> {
        stopListening();
        cancel();
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
}
