/**
 * From a configuration to the streams it describes.
 *
 * @module
 */
import { connectionHeaders } from "./auth/connection_headers.ts";
import { oauthHeadersProvider } from "./auth/oauth_headers_provider.ts";
import type { Clock } from "./core/clock.ts";
import type { ResolvedConfiguration } from "./core/resolved_configuration.ts";
import type { ZerobusError } from "./core/errors.ts";
import type { HeadersRequest } from "./core/headers_provider.ts";
import type { StreamFormat } from "./core/record_format.ts";
import type { Transport } from "./core/transport.ts";
import { IngestStream } from "./ingest/ingest_stream.ts";
import { allOf } from "./ingest/observer.ts";
import type { Observability } from "./observability.ts";

/** What all streams of a wrapper share, besides the configuration. */
export interface StreamSurroundings {
  /** Carries the records. */
  readonly transport: Transport;
  /** Sends token requests; `undefined`: the runtime's own. */
  readonly fetch: typeof fetch | undefined;
  /** Time and chance. */
  readonly clock: Clock;
  /** Told what happens on any of them. */
  readonly observability: Observability;
  /** Called when a connection is over, for whatever reason. */
  readonly onDisconnect: () => void;
}

/** Opens the wrapper's streams; they share the transport and the cached tokens. */
export function streamOpener(
  configuration: ResolvedConfiguration,
  { transport, fetch, clock, observability, onDisconnect }: StreamSurroundings,
): (format: StreamFormat) => IngestStream {
  const { stream, retry, tableName, signal } = configuration;
  const onToken = (error?: ZerobusError) => observability.tokenRequested(error);
  const headersProvider = headersProviderFor(configuration, fetch, onToken);
  return (format) => {
    const { observer, traced } = observability.stream();
    return new IngestStream({
      transport,
      tableName,
      format,
      headersProvider: async (request) => traced(await headersProvider(request)),
      retry,
      limits: stream,
      recovery: stream.recovery,
      retryableStatuses: stream.retryableStatuses,
      clock,
      observer: allOf([observer, { disconnected: onDisconnect }]),
      ...(signal === undefined ? {} : { signal }),
    });
  };
}

/** The user's provider or OAuth, with what every connection needs checked and added. */
function headersProviderFor(
  { access, endpoint }: ResolvedConfiguration,
  fetch: StreamSurroundings["fetch"],
  onToken: (error?: ZerobusError) => void,
): (request: HeadersRequest) => Promise<Headers> {
  // Where plain http is acceptable was decided with the configuration.
  const provide = access?.kind === "oauth"
    ? oauthHeadersProvider({ ...access, endpoint, fetch, insecure: true, onToken })
    : access?.headersProvider ?? (() => ({}));
  return async (request) => connectionHeaders(await provide(request), request.tableName);
}
