/**
 * The gRPC-Web transport.
 *
 * @module
 */
import type { Transport } from "../core/transport.ts";
import { fetchClient } from "./fetch_client.ts";
import { grpcWebProtocol } from "./grpc_web_protocol.ts";
import type { HttpClient } from "./http_client.ts";
import { streamTransport } from "./stream_transport.ts";
import { resolveTransportOptions, type TransportOptions } from "./transport_options.ts";

/** Options of the transports that need nothing but `fetch`. */
export interface WebTransportOptions extends TransportOptions {
  /** The `fetch` to use. Default: the global one. */
  readonly fetch?: typeof fetch;
  /** Sends the requests in place of `fetch`. Whoever made it closes it. */
  readonly httpClient?: HttpClient;
}

/**
 * Zerobus over gRPC-Web: works over HTTP/1.1, in every runtime whose `fetch` streams request
 * bodies, edge workers included.
 *
 * @example
 * ```ts
 * import { createWrapper, grpcWebTransport } from "@zerobus/wrapper";
 *
 * const endpoint = "https://gateway.example.com";
 * await using wrapper = await createWrapper({
 *   endpoint,
 *   tableName: "main.iot.readings",
 *   headersProvider: () => ({ authorization: "Bearer token" }),
 *   transport: grpcWebTransport({ endpoint, fetch: (input, init) => fetch(input, init) }),
 * });
 * ```
 *
 * @throws {ConfigurationError} for an option that cannot work.
 */
export function grpcWebTransport(options: WebTransportOptions): Transport {
  const client = options.httpClient ?? fetchClient(options.fetch);
  return streamTransport(grpcWebProtocol, resolveTransportOptions(options), client);
}
