/**
 * The native gRPC transport.
 *
 * @module
 */
import { type ClientHttp2Stream, type OutgoingHttpHeaders, sensitiveHeaders } from "node:http2";
import { createNodeHttpClient, Http2SessionManager } from "@connectrpc/connect-node";
import { onAbort, within } from "../../core/async.ts";
import { systemClock } from "../../core/clock.ts";
import type { Secret } from "../../core/secret.ts";
import type { Transport } from "../../core/transport.ts";
import { grpcProtocol } from "../../transport/grpc_protocol.ts";
import type { HttpClient } from "../../transport/http_client.ts";
import { streamTransport } from "../../transport/stream_transport.ts";
import {
  resolveTransportOptions,
  type TransportOptions,
} from "../../transport/transport_options.ts";
import { proxyChoice } from "../sockets/http_proxy.ts";
import { nodeTlsOptions, type TlsOptions } from "../sockets/tls_options.ts";
import { openTunnel } from "../sockets/tunnel.ts";

/** Options of {@linkcode grpcTransport}. */
export interface GrpcTransportOptions extends TransportOptions {
  /** Certificates, when the runtime's defaults do not fit. */
  readonly tls?: TlsOptions;
  /**
   * URL of an HTTP proxy to connect through, with credentials if it asks for some, or `"none"`.
   * Default: the proxy that the environment names.
   */
  readonly proxy?: string | Secret;
}

/** How long a connection may give no sign of life before it is asked for one, and then. */
const PINGS = { pingIntervalMs: 60_000, pingTimeoutMs: 15_000 };
/** How long closing waits for streams to go. */
const CLOSE_TIMEOUT_MS = 1_000;
/** Node counts what waits to be written, in megabytes; its default of 10 is one request. */
const MAX_SESSION_MEGABYTES = 1_024;

/**
 * Zerobus over gRPC, every stream on an HTTP/2 connection of its own, which goes with it: streams
 * fail, stall and are throttled each by itself.
 *
 * @example
 * ```ts
 * import { createWrapper, grpcTransport } from "@zerobus/wrapper/node";
 *
 * const endpoint = "https://gateway.example.com";
 * await using wrapper = await createWrapper({
 *   endpoint,
 *   tableName: "main.iot.readings",
 *   headersProvider: () => ({ authorization: "Bearer token" }),
 *   transport: grpcTransport({ endpoint, tls: { serverName: "zerobus.example.com" } }),
 * });
 * ```
 *
 * @throws {ConfigurationError} for an option that cannot work.
 */
export function grpcTransport(options: GrpcTransportOptions): Transport {
  const resolved = resolveTransportOptions(options);
  const { tls = {} } = options;
  const target = new URL(resolved.endpoint);
  const proxy = proxyChoice(options.proxy)?.(target);
  const sessionOptions = { ...nodeTlsOptions(tls), maxSessionMemory: MAX_SESSION_MEGABYTES };
  const streams = new Set<ClientHttp2Stream>();
  const managers = new Set<Http2SessionManager>();

  // Not shared for one more reason: Deno's HTTP/2 ends the program when a connection with several
  // streams goes away (GOAWAY) while one of them is being cancelled.
  const client: HttpClient = async (request) => {
    const { signal } = request;
    const tunnel = proxy && await openTunnel({ proxy, target, tls, protocols: ["h2"], signal });
    const manager = new Http2SessionManager(
      resolved.endpoint,
      PINGS,
      tunnel ? { ...sessionOptions, createConnection: () => tunnel } : sessionOptions,
    );
    managers.add(manager);
    let stream: ClientHttp2Stream | undefined;
    const leave = () => {
      if (stream !== undefined) streams.delete(stream);
      managers.delete(manager);
      manager.abort();
      tunnel?.destroy();
    };
    const send = createNodeHttpClient({
      httpVersion: "2",
      sessionProvider: () => ({
        authority: manager.authority,
        async request(method, path, headers, requestOptions) {
          stream = await manager.request(method, path, withSensitive(headers), requestOptions);
          keepErrorsIn(stream.session);
          streams.add(stream);
          stream.once("close", leave);
          return stream;
        },
        notifyResponseByteRead: (read) => manager.notifyResponseByteRead(read),
      }),
    });
    // What is aborted while it connects has no stream that could end it.
    const stopListening = onAbort(request.signal, () => {
      if (stream === undefined) leave();
    });
    try {
      return await send(request);
    } catch (reason) {
      if (stream === undefined) leave();
      throw reason;
    } finally {
      stopListening();
    }
  };
  return streamTransport(grpcProtocol, resolved, client, async () => {
    await allClosed(streams);
    for (const manager of managers) manager.abort();
  });
}

/**
 * Waits for streams that have been aborted, though not for long. A session that goes before its
 * streams starts its timers once more, for nobody.
 */
async function allClosed(streams: ReadonlySet<ClientHttp2Stream>): Promise<void> {
  const closed = [...streams].map((stream) =>
    new Promise<void>((resolve) => {
      stream.once("close", () => resolve());
      stream.destroy();
    })
  );
  await within(Promise.all(closed), {
    clock: systemClock,
    ms: CLOSE_TIMEOUT_MS,
    timeout: () => undefined,
  }).catch(() => {});
}

/**
 * The manager stops listening to a session when it drops it. An error that the session has yet to
 * report would then end the program, and it says nothing that the streams have not said.
 */
function keepErrorsIn(session: ClientHttp2Stream["session"]): void {
  if (session?.listeners("error").includes(ignore) === false) session.on("error", ignore);
}

function ignore(): void {}

/** Keeps credentials out of the compression tables of whatever relays the request. */
function withSensitive(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return { ...headers, [sensitiveHeaders]: ["authorization"] };
}
