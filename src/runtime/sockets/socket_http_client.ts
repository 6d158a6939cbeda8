/**
 * An HTTP/1.1 client with TLS options and a proxy of its own, for the transports that use `fetch`
 * otherwise: `fetch` has no such options that all runtimes share.
 *
 * @module
 */
import { Agent as HttpAgent, type AgentOptions } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { createNodeHttpClient } from "@connectrpc/connect-node";
import type { HttpClient } from "../../transport/http_client.ts";
import type { ProxyChoice } from "./http_proxy.ts";
import { nodeTlsOptions, type TlsOptions } from "./tls_options.ts";
import { openTunnel } from "./tunnel.ts";

/** How sockets are opened. */
export interface SocketOptions {
  /** Certificates, when the runtime's defaults do not fit. */
  readonly tls?: TlsOptions | undefined;
  /** Who goes through which proxy. Default: nobody through any. */
  readonly proxyFor?: ProxyChoice | undefined;
}

/**
 * An {@linkcode HttpClient} with a certificate authority, a client certificate or a proxy of its own.
 * Every exchange has a connection, which goes with it; there is nothing to close.
 */
export function socketHttpClient({ tls = {}, proxyFor }: SocketOptions): HttpClient {
  return async (request) => {
    const target = new URL(request.url);
    const proxy = proxyFor?.(target);
    const isSecure = target.protocol === "https:";
    const options: AgentOptions = { ...isSecure ? nodeTlsOptions(tls) : {}, keepAlive: false };
    const agent = isSecure ? new HttpsAgent(options) : new HttpAgent(options);
    if (proxy !== undefined) {
      const { signal } = request;
      const tunnel = await openTunnel({ proxy, target, tls, protocols: ["http/1.1"], signal });
      agent.createConnection = () => tunnel;
    }
    // A server that is told to close the connection does so even while requests are on their way,
    // and the reset that follows takes the status with it.
    const headers = { connection: "keep-alive" };
    return await createNodeHttpClient({
      httpVersion: "1.1",
      nodeOptions: { agent, headers },
    })(request);
  };
}
