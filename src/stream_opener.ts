/**
 * From a configuration to the streams it describes.
 *
 * @module
 */
import { connectionHeaders } from "./auth/connection_headers.ts";
import { oauthHeadersProvider } from "./auth/oauth_headers_provider.ts";
import type { Clock } from "./core/clock.ts";
import type { ResolvedConfiguration } from "./core/configuration.ts";
import type { HeadersProvider } from "./core/headers_provider.ts";
import type { StreamFormat } from "./core/record_format.ts";
import type { Transport } from "./core/transport.ts";
import { IngestStream } from "./ingest/ingest_stream.ts";
import type { IngestObserver } from "./ingest/observer.ts";

/** What all streams of a wrapper share, besides the configuration. */
export interface StreamSurroundings {
  /** Carries the records. */
  readonly transport: Transport;
  /** Sends token requests; `undefined`: the runtime's own. */
  readonly fetch: typeof fetch | undefined;
  /** Time and chance. */
  readonly clock: Clock;
  /** Told what happens on any of them. */
  readonly observer: Partial<IngestObserver>;
}

/** Opens the wrapper's streams; they share the transport and the cached tokens. */
export function streamOpener(
  configuration: ResolvedConfiguration,
  { transport, fetch, clock, observer }: StreamSurroundings,
): (format: StreamFormat) => IngestStream {
  const { stream, retry, tableName, signal } = configuration;
  const headersProvider = headersProviderFor(configuration, fetch);
  return (format) =>
    new IngestStream({
      transport,
      tableName,
      format,
      headersProvider,
      retry,
      limits: stream,
      recovery: stream.recovery,
      retryableStatuses: stream.retryableStatuses,
      clock,
      observer,
      ...(signal === undefined ? {} : { signal }),
    });
}

/** The user's provider or OAuth, with what every connection needs checked and added. */
function headersProviderFor(
  { access, endpoint }: ResolvedConfiguration,
  fetch: StreamSurroundings["fetch"],
): HeadersProvider {
  // Where plain http is acceptable was decided with the configuration.
  const provide = access?.kind === "oauth"
    ? oauthHeadersProvider({ ...access, endpoint, fetch, insecure: true })
    : access?.headersProvider ?? (() => ({}));
  return async (request) => connectionHeaders(await provide(request), request.tableName);
}
