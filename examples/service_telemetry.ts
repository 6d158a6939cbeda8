/**
 * OpenTelemetry for a service, in its usual form: providers registered for the whole program. The
 * wrapper finds them by itself.
 *
 * @module
 */
import { context, metrics, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

/**
 * Sends spans and metrics to OTEL_EXPORTER_OTLP_ENDPOINT. Returns a function that sends the rest and
 * ends.
 */
export function startTelemetry(serviceName: string): () => Promise<void> {
  const resource = resourceFromAttributes({ "service.name": serviceName });
  const tracerProvider = new TracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  const meterProvider = new MeterProvider({
    resource,
    readers: [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter() })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(tracerProvider);
  metrics.setGlobalMeterProvider(meterProvider);
  return async () => {
    await Promise.all([tracerProvider.shutdown(), meterProvider.shutdown()]);
  };
}

/** Runs a function in a span of its own. */
export async function inSpan(name: string, run: () => Promise<void>): Promise<void> {
  await trace.getTracer("service").startActiveSpan(name, async (span) => {
    try {
      await run();
    } catch (reason) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: String(reason) });
      throw reason;
    } finally {
      span.end();
    }
  });
}
