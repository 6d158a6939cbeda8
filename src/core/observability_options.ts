/**
 * Observability: what may be configured, and the defaults.
 *
 * @module
 */
import { checkedBoolean, checkedChoice, checkedObject, refuse, shown } from "./checks.ts";
import { LOG_LEVELS, type Logger, type LogLevel } from "./logger.ts";

/** As much of an OpenTelemetry `TracerProvider` as is needed. */
export interface TracerProviderLike {
  /** See `TracerProvider.getTracer` of `@opentelemetry/api`. */
  getTracer(name: string, version?: string): unknown;
}

/** As much of an OpenTelemetry `MeterProvider` as is needed. */
export interface MeterProviderLike {
  /** See `MeterProvider.getMeter` of `@opentelemetry/api`. */
  getMeter(name: string, version?: string): unknown;
}

/** As much of an OpenTelemetry `LoggerProvider` as is needed. */
export interface LoggerProviderLike {
  /** See `LoggerProvider.getLogger` of `@opentelemetry/api-logs`. */
  getLogger(name: string, version?: string): { emit(record: object): void };
}

/** How a wrapper makes itself seen. */
export interface ObservabilityOptions {
  /**
   * Whether there are spans and metrics at all. Default true; without a provider they cost next to
   * nothing.
   */
  readonly enabled?: boolean | undefined;
  /** Where spans go. Default: the provider that the application has registered, if it has. */
  readonly tracerProvider?: TracerProviderLike | undefined;
  /** Where metrics go. Default: the provider that the application has registered, if it has. */
  readonly meterProvider?: MeterProviderLike | undefined;
  /** Where log lines go besides the logger, as OpenTelemetry log records. Default: nowhere. */
  readonly loggerProvider?: LoggerProviderLike | undefined;
  /** The least important log lines to write. Default `"warn"`. */
  readonly logLevel?: LogLevel | undefined;
  /**
   * Whether the metrics of the Rust wrapper are recorded, too: `zerobus.batch.size_bytes`,
   * `zerobus.batch.success` and `zerobus.batch.latency_ms`. Default false.
   */
  readonly legacyMetricNames?: boolean | undefined;
}

/** {@linkcode ObservabilityOptions} with nothing left open. */
export interface ResolvedObservability {
  /** See {@linkcode ObservabilityOptions.enabled}. */
  readonly enabled: boolean;
  /** See {@linkcode ObservabilityOptions.tracerProvider}. */
  readonly tracerProvider: TracerProviderLike | undefined;
  /** See {@linkcode ObservabilityOptions.meterProvider}. */
  readonly meterProvider: MeterProviderLike | undefined;
  /** See {@linkcode ObservabilityOptions.loggerProvider}. */
  readonly loggerProvider: LoggerProviderLike | undefined;
  /** See {@linkcode ObservabilityOptions.logLevel}. */
  readonly logLevel: LogLevel;
  /** See {@linkcode ObservabilityOptions.legacyMetricNames}. */
  readonly legacyMetricNames: boolean;
}

/** Defaults of {@linkcode ObservabilityOptions}. */
export const OBSERVABILITY_DEFAULTS: Pick<
  ResolvedObservability,
  "enabled" | "logLevel" | "legacyMetricNames"
> = Object.freeze({ enabled: true, logLevel: "warn", legacyMetricNames: false });

/**
 * Checks `observability`.
 *
 * @param ownOptions names of the options that the entry point checks itself
 */
export function resolveObservability(
  value: unknown,
  ownOptions: readonly string[],
): ResolvedObservability {
  const field = "observability";
  const names = ["tracerProvider", "meterProvider", "loggerProvider"];
  const known = [...Object.keys(OBSERVABILITY_DEFAULTS), ...names, ...ownOptions];
  const given = checkedObject(field, value ?? {}, known);
  const option = (name: keyof typeof OBSERVABILITY_DEFAULTS) =>
    given[name] === undefined ? OBSERVABILITY_DEFAULTS[name] : given[name];
  return Object.freeze({
    enabled: checkedBoolean(`${field}.enabled`, option("enabled")),
    logLevel: checkedChoice(`${field}.logLevel`, option("logLevel"), LOG_LEVELS),
    legacyMetricNames: checkedBoolean(`${field}.legacyMetricNames`, option("legacyMetricNames")),
    tracerProvider: checkedProvider<TracerProviderLike>(given, "tracerProvider", "getTracer"),
    meterProvider: checkedProvider<MeterProviderLike>(given, "meterProvider", "getMeter"),
    loggerProvider: checkedProvider<LoggerProviderLike>(given, "loggerProvider", "getLogger"),
  });
}

/** Checks `logger`. */
export function resolveLogger(value: unknown): Logger | undefined {
  if (value === undefined) return undefined;
  const methods = value as Readonly<Record<string, unknown>> | null;
  const missing = LOG_LEVELS.find((level) => typeof methods?.[level] !== "function");
  if (missing !== undefined) {
    refuse("logger", `an object with the methods ${LOG_LEVELS.join(", ")}`, `none for ${missing}`);
  }
  return value as Logger;
}

function checkedProvider<T>(
  given: Readonly<Record<string, unknown>>,
  name: string,
  method: string,
): T | undefined {
  const provider = given[name];
  if (provider === undefined) return undefined;
  const methods = provider as Readonly<Record<string, unknown>> | null;
  if (typeof methods?.[method] !== "function") {
    refuse(`observability.${name}`, `a provider with the method ${method}`, shown(provider));
  }
  return provider as T;
}
