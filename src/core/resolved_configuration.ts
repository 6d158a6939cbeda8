/**
 * What a configuration comes to when it is checked and nothing is left open.
 *
 * @module
 */
import type { AcknowledgementCallback } from "./acknowledgement_callback.ts";
import type { ResolvedCompression } from "./compression.ts";
import type {
  ConversionOptions,
  FailureRateOptions,
  IsolationOptions,
  RetryOptions,
  StreamOptions,
} from "./configuration.ts";
import type { ResolvedDebug } from "./debug_options.ts";
import type { HeadersProvider } from "./headers_provider.ts";
import type { Logger } from "./logger.ts";
import type { ResolvedObservability } from "./observability_options.ts";
import type { RecordFormat } from "./record_format.ts";
import type { Secret } from "./secret.ts";
import type { Protocol, Transport } from "./transport.ts";

/** Every option with its final value; what the rest of the package works with. */
export interface ResolvedConfiguration extends ResolvedCompression {
  /** Endpoint without a trailing slash. */
  readonly endpoint: string;
  /** Table name as given. */
  readonly tableName: string;
  /** How connections get their headers; absent only when the writer is disabled. */
  readonly access: Access | undefined;
  /** See {@linkcode WrapperConfiguration.writerDisabled}. */
  readonly writerDisabled: boolean;
  /** See {@linkcode WrapperConfiguration.protocol}. */
  readonly protocol: Protocol;
  /** See {@linkcode WrapperConfiguration.recordFormat}. */
  readonly recordFormat: RecordFormat;
  /** See {@linkcode WrapperConfiguration.transport}. */
  readonly transport: Transport | undefined;
  /** See {@linkcode WrapperConfiguration.applicationName}. */
  readonly applicationName: string | undefined;
  /** See {@linkcode RetryOptions}. */
  readonly retry: Resolved<RetryOptions>;
  /** See {@linkcode StreamOptions}. */
  readonly stream: Resolved<Omit<StreamOptions, "pauseMaxMs">> & {
    /** See {@linkcode StreamOptions.pauseMaxMs}. */
    readonly pauseMaxMs: number | undefined;
  };
  /** See {@linkcode ConversionOptions}. */
  readonly conversion: Resolved<ConversionOptions>;
  /** See {@linkcode WrapperConfiguration.isolateRejectedRows}; absent when it is off. */
  readonly isolation: Resolved<IsolationOptions> | undefined;
  /** See {@linkcode BackoffOptions}. */
  readonly backoff: ResolvedBackoff;
  /** See {@linkcode ObservabilityOptions}. */
  readonly observability: ResolvedObservability;
  /** See {@linkcode WrapperConfiguration.logger}. */
  readonly logger: Logger | undefined;
  /** See {@linkcode WrapperConfiguration.onAck}. */
  readonly onAck: AcknowledgementCallback | undefined;
  /** See {@linkcode DebugOptions}; absent when it is off. */
  readonly debug: ResolvedDebug | undefined;
  /** See {@linkcode WrapperConfiguration.signal}. */
  readonly signal: AbortSignal | undefined;
}

/** When to hold back, and for how long; what is switched off is absent. */
export interface ResolvedBackoff {
  /** See {@linkcode BackoffOptions.failureRate}. */
  readonly failureRate: Resolved<FailureRateOptions> | undefined;
  /** See {@linkcode BackoffOptions.service}. */
  readonly service: Resolved<Pick<FailureRateOptions, "pauseMs" | "jitterMs">> | undefined;
}

/** OAuth credentials, or a provider of the user's. */
export type Access =
  | {
    readonly kind: "oauth";
    readonly unityCatalogUrl: string;
    readonly clientId: string;
    readonly clientSecret: Secret;
  }
  | { readonly kind: "provider"; readonly headersProvider: HeadersProvider };

/** An options type with nothing left open. */
export type Resolved<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };
