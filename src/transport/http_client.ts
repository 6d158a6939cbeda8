/**
 * HTTP as one function. Everything a protocol needs of a runtime is behind it, and Connect's
 * clients (`UniversalClientFn`) fit as they are.
 *
 * @module
 */

/** A request whose body is written while the response is read. */
export interface HttpRequest {
  /** Absolute URL. */
  readonly url: string;
  /** Always `POST` here. */
  readonly method: string;
  /** Request headers. */
  readonly header: Headers;
  /**
   * The body. It is pulled: a client asks for the next chunk when it has room for it, and calls
   * `return` or `throw` when it will not ask again.
   */
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborting it ends the exchange in both directions. */
  readonly signal: AbortSignal;
}

/** A response, as soon as its headers are there. */
export interface HttpResponse {
  /** HTTP status. */
  readonly status: number;
  /** Response headers. */
  readonly header: Headers;
  /** The body, to be iterated once. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Trailers, filled in at the end of the body; empty where the runtime offers none. */
  readonly trailer: Headers;
}

/**
 * Sends a request and resolves with the head of the response. The body must go out while the
 * response comes in (full duplex), redirects must not be followed, and the promise must reject when
 * the signal aborts.
 */
export type HttpClient = (request: HttpRequest) => Promise<HttpResponse>;
