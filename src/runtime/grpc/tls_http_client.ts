/**
 * An HTTP/1.1 client with TLS options of its own, for the transports that use `fetch` otherwise:
 * `fetch` has no such options that all runtimes share.
 *
 * @module
 */
import { Agent } from "node:https";
import { createNodeHttpClient } from "@connectrpc/connect-node";
import type { HttpClient } from "../../transport/http_client.ts";
import { nodeTlsOptions, type TlsOptions } from "./tls_options.ts";

/**
 * An {@linkcode HttpClient} for `https` endpoints with a certificate authority or a client
 * certificate of their own. Every stream has a connection, which goes with it; there is nothing to
 * close.
 */
export function tlsHttpClient(tls: TlsOptions): HttpClient {
  const agent = new Agent({ ...nodeTlsOptions(tls), keepAlive: false });
  // A server that is told to close the connection does so even while requests are on their way, and
  // the reset that follows takes the status with it.
  const headers = { connection: "keep-alive" };
  return createNodeHttpClient({ httpVersion: "1.1", nodeOptions: { agent, headers } });
}
