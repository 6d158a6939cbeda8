/**
 * OpenTelemetry's own SDK, set up for one wrapper. Loaded only when it is asked for.
 *
 * @module
 */
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import type { LogRecordExporter } from "@opentelemetry/sdk-logs";
import { ConfigurationError } from "../../core/errors.ts";
import type { ObservabilityOptions } from "../../core/observability_options.ts";
import type { Exporters } from "../../wrapper_preset.ts";
import type { ResolvedExport } from "./export_options.ts";
import { telemetryFiles } from "./telemetry_files.ts";

/** Providers of a wrapper's own, which nobody else sees, and how to empty them. */
export interface OwnProviders {
  /** In place of those that the application has registered, which stay as they are. */
  readonly providers: Pick<
    ObservabilityOptions,
    "tracerProvider" | "meterProvider" | "loggerProvider"
  >;
  /** Sends away what they hold. */
  readonly exporters: Exporters;
}

/** Longest that one export may take, in milliseconds. */
const EXPORT_TIMEOUT_MS = 2_000;

/** What sends each kind of telemetry. */
interface Destinations {
  readonly spans: SpanExporter[];
  readonly metrics: PushMetricExporter[];
  readonly logs: LogRecordExporter[];
}

/**
 * Providers that send to a receiver, to files, or both.
 *
 * @throws {ConfigurationError} if the packages are not installed
 */
export async function ownProviders(options: ResolvedExport): Promise<OwnProviders> {
  try {
    return await setUp(options);
  } catch (cause) {
    const { code, message } = cause as { readonly code?: string; readonly message?: string };
    const isMissing = code === "ERR_MODULE_NOT_FOUND" ||
      /cannot find|not found/i.test(`${message}`);
    if (!isMissing) throw cause;
    throw new ConfigurationError(
      "observability: sending telemetry takes packages that are not installed: @opentelemetry/" +
        "sdk-trace, sdk-metrics, sdk-logs, resources, otlp-transformer, exporter-trace-otlp-http, " +
        "exporter-metrics-otlp-http and exporter-logs-otlp-http",
      { details: { field: "observability" }, cause },
    );
  }
}

async function setUp(options: ResolvedExport): Promise<OwnProviders> {
  const [{ TracerProvider, BatchSpanProcessor }, metrics, logs, { resourceFromAttributes }] =
    await Promise.all([
      import("@opentelemetry/sdk-trace"),
      import("@opentelemetry/sdk-metrics"),
      import("@opentelemetry/sdk-logs"),
      import("@opentelemetry/resources"),
    ]);
  const { serviceName, writeIntervalMs } = options;
  const resource = resourceFromAttributes(serviceName ? { "service.name": serviceName } : {});
  const to = await destinations(options);
  const tracerProvider = new TracerProvider({
    resource,
    spanProcessors: to.spans.map((exporter) =>
      new BatchSpanProcessor({ exporter, scheduledDelayMillis: writeIntervalMs })
    ),
  });
  const meterProvider = new metrics.MeterProvider({
    resource,
    readers: to.metrics.map((exporter) =>
      new metrics.PeriodicExportingMetricReader({
        exporter,
        exportIntervalMillis: writeIntervalMs,
        exportTimeoutMillis: Math.min(EXPORT_TIMEOUT_MS, writeIntervalMs),
      })
    ),
  });
  const loggerProvider = new logs.LoggerProvider({
    resource,
    processors: to.logs.map((exporter) =>
      new logs.BatchLogRecordProcessor({ exporter, scheduledDelayMillis: writeIntervalMs })
    ),
  });
  const all = [tracerProvider, meterProvider, loggerProvider];
  return {
    providers: { tracerProvider, meterProvider, loggerProvider },
    exporters: {
      flush: () => bounded(all.map((provider) => provider.forceFlush())),
      shutdown: () => bounded(all.map((provider) => provider.shutdown())),
    },
  };
}

async function destinations(options: ResolvedExport): Promise<Destinations> {
  const { endpoint, headers, outputDir } = options;
  const to: Destinations = { spans: [], metrics: [], logs: [] };
  if (endpoint !== undefined) {
    const [{ OTLPTraceExporter }, { OTLPMetricExporter }, { OTLPLogExporter }] = await Promise.all([
      import("@opentelemetry/exporter-trace-otlp-http"),
      import("@opentelemetry/exporter-metrics-otlp-http"),
      import("@opentelemetry/exporter-logs-otlp-http"),
    ]);
    const at = (path: string) => ({
      url: `${endpoint}/v1/${path}`,
      headers,
      timeoutMillis: EXPORT_TIMEOUT_MS,
    });
    to.spans.push(new OTLPTraceExporter(at("traces")));
    to.metrics.push(new OTLPMetricExporter(at("metrics")));
    to.logs.push(new OTLPLogExporter(at("logs")));
  }
  if (outputDir !== undefined) {
    const files = await telemetryFiles(outputDir);
    to.spans.push(files.spans);
    to.metrics.push(files.metrics);
    to.logs.push(files.logs);
  }
  return to;
}

/** Waits for all of them, but not for ever; says what went wrong, if anything did. */
async function bounded(operations: readonly Promise<void>[]): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    const problem = `telemetry was not sent within ${EXPORT_TIMEOUT_MS} ms`;
    timer = setTimeout(() => resolve(problem), EXPORT_TIMEOUT_MS);
  });
  const done = Promise.allSettled(operations).then((outcomes) =>
    outcomes.some(({ status }) => status === "rejected") ? "telemetry could not be sent" : undefined
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}
