/**
 * The native gRPC transport.
 *
 * @module
 */
import { type ClientHttp2Stream, type OutgoingHttpHeaders, sensitiveHeaders } from "node:http2";
import { createNodeHttpClient, Http2SessionManager } from "@connectrpc/connect-node";
import { within } from "../../core/async.ts";
import { systemClock } from "../../core/clock.ts";
import type { Transport } from "../../core/transport.ts";
import { grpcProtocol } from "../../transport/grpc_protocol.ts";
import { streamTransport } from "../../transport/stream_transport.ts";
import {
  resolveTransportOptions,
  type TransportOptions,
} from "../../transport/transport_options.ts";
import { nodeTlsOptions, type TlsOptions } from "./tls_options.ts";

/** Options of {@linkcode grpcTransport}. */
export interface GrpcTransportOptions extends TransportOptions {
  /** Certificates, when the runtime's defaults do not fit. */
  readonly tls?: TlsOptions;
}

/** A connection with streams but without a sign of life for this long is asked for one. */
const PING_INTERVAL_MS = 60_000;
/** Time for an answer to a ping. */
const PING_TIMEOUT_MS = 15_000;
/** A connection without streams is closed after this time. */
const IDLE_TIMEOUT_MS = 300_000;
/** How long closing waits for streams to go. */
const CLOSE_TIMEOUT_MS = 1_000;
/** Node counts what waits to be written, in megabytes; its default of 10 is one request. */
const MAX_SESSION_MEGABYTES = 1_024;

/**
 * Zerobus over gRPC, on one HTTP/2 connection that all streams share. An idle connection does not
 * keep the program running.
 *
 * @throws {ConfigurationError} for an option that cannot work.
 */
export function grpcTransport(options: GrpcTransportOptions): Transport {
  const resolved = resolveTransportOptions(options);
  const manager = new Http2SessionManager(
    resolved.endpoint,
    {
      pingIntervalMs: PING_INTERVAL_MS,
      pingTimeoutMs: PING_TIMEOUT_MS,
      idleConnectionTimeoutMs: IDLE_TIMEOUT_MS,
    },
    { ...nodeTlsOptions(options.tls ?? {}), maxSessionMemory: MAX_SESSION_MEGABYTES },
  );
  const streams = new Set<ClientHttp2Stream>();
  const client = createNodeHttpClient({
    httpVersion: "2",
    sessionProvider: () => ({
      authority: manager.authority,
      async request(method, path, headers, requestOptions) {
        const stream = await manager.request(
          method,
          path,
          withSensitive(headers),
          requestOptions,
        );
        keepErrorsIn(stream.session);
        streams.add(stream);
        stream.once("close", () => streams.delete(stream));
        return stream;
      },
      notifyResponseByteRead: (stream) => manager.notifyResponseByteRead(stream),
    }),
  });
  return streamTransport(grpcProtocol, resolved, client, async () => {
    await allClosed(streams);
    manager.abort();
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
