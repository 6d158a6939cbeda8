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
 * @throws {ConfigurationError} for an option that cannot work.
 */
export function connectTransport(options: WebTransportOptions): Transport {
  const client = options.httpClient ?? fetchClient(options.fetch);
  return streamTransport(connectProtocol, resolveTransportOptions(options), client);
}
