/**
 * The Connect transport.
 *
 * @module
 */
import type { Transport } from "../core/transport.ts";
import { connectProtocol } from "./connect_protocol.ts";
import { fetchClient } from "./fetch_client.ts";
import type { WebTransportOptions } from "./grpc_web_transport.ts";
import { streamTransport } from "./stream_transport.ts";
import { resolveTransportOptions } from "./transport_options.ts";

/**
 * Zerobus over the Connect protocol: like gRPC-Web, for endpoints and gateways that speak Connect.
 *
 * @example
 * ```ts
 * import { createWrapper, connectTransport } from "@zerobus/wrapper";
 *
 * const endpoint = "https://gateway.example.com";
 * await using wrapper = await createWrapper({
 *   endpoint,
 *   tableName: "main.iot.readings",
 *   headersProvider: () => ({ authorization: "Bearer token" }),
 *   transport: connectTransport({ endpoint, userAgent: "my-app/1.0" }),
 * });
 * ```
 *
 * @throws {ConfigurationError} for an option that cannot work.
 */
export function connectTransport(options: WebTransportOptions): Transport {
  const client = options.httpClient ?? fetchClient(options.fetch);
  return streamTransport(connectProtocol, resolveTransportOptions(options), client);
}
