/**
 * Where telemetry is sent: options of the entry points for Deno, Bun and Node.
 *
 * @module
 */
import { checkedInteger, checkedObject, checkedUrl, refuse, shown } from "../../core/checks.ts";
import type { ObservabilityOptions } from "../../core/observability_options.ts";

/** How a wrapper makes itself seen, and where it sends that. */
export interface RuntimeObservability extends ObservabilityOptions {
  /**
   * Base URL of an OTLP/HTTP receiver, such as `http://localhost:4318`. It takes the packages
   * `@opentelemetry/sdk-trace`, `sdk-metrics`, `sdk-logs`, `resources` and the three
   * `exporter-…-otlp-http`. Without it, and without `outputDir`, telemetry goes to the providers
   * that the application has registered: on Deno to its own OpenTelemetry, if that is on.
   */
  readonly endpoint?: string | URL | undefined;
  /** Headers for the receiver, such as an API key. They are never shown. */
  readonly headers?: { readonly [name: string]: string } | undefined;
  /**
   * Folder for telemetry: OTLP as lines of JSON, in `zerobus/telemetry/traces.jsonl`,
   * `metrics.jsonl` and `logs.jsonl`, rotated at 64 MiB; ten rotated files of each stay.
   */
  readonly outputDir?: string | undefined;
  /** Time between two exports, in milliseconds. Default 5,000. */
  readonly writeIntervalMs?: number | undefined;
  /** Name of the service in the telemetry. Default: the variable `OTEL_SERVICE_NAME`, or none. */
  readonly serviceName?: string | undefined;
}

/** Names of the options that are checked here. */
export const EXPORT_OPTIONS = [
  "endpoint",
  "headers",
  "outputDir",
  "writeIntervalMs",
  "serviceName",
] as const;

/** Default of `writeIntervalMs`. */
export const WRITE_INTERVAL_MS = 5_000;

/** Where to send telemetry, with nothing left open. */
export interface ResolvedExport {
  /** Without a slash at its end. */
  readonly endpoint: string | undefined;
  /** See {@linkcode RuntimeObservability.headers}. */
  readonly headers: Record<string, string>;
  /** See {@linkcode RuntimeObservability.outputDir}. */
  readonly outputDir: string | undefined;
  /** See {@linkcode RuntimeObservability.writeIntervalMs}. */
  readonly writeIntervalMs: number;
  /** See {@linkcode RuntimeObservability.serviceName}. */
  readonly serviceName: string | undefined;
}

/** Checks the part of `observability` that is about sending; `undefined` if nothing is to be sent. */
export function resolveExport(value: unknown): ResolvedExport | undefined {
  if (typeof value !== "object" || value === null) return undefined; // checked elsewhere
  const given = value as Readonly<Record<string, unknown>>;
  const { outputDir, serviceName, writeIntervalMs = WRITE_INTERVAL_MS } = given;
  const field = "observability";
  const resolved = {
    // A receiver in the cluster is often plain http, and gets no data and no credentials of ours.
    endpoint: given.endpoint === undefined
      ? undefined
      : checkedUrl(`${field}.endpoint`, given.endpoint, true),
    headers: checkedHeaders(`${field}.headers`, given.headers),
    outputDir: checkedText(`${field}.outputDir`, "the path of a folder", outputDir),
    writeIntervalMs: checkedInteger(
      `${field}.writeIntervalMs`,
      writeIntervalMs,
      1,
      2 ** 31 - 1,
    ),
    serviceName: checkedText(`${field}.serviceName`, "a name", serviceName),
  };
  if (given.enabled === false) return undefined;
  return resolved.endpoint === undefined && resolved.outputDir === undefined ? undefined : resolved;
}

function checkedText(field: string, wanted: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string" || value.trim() === "") refuse(field, wanted, shown(value));
  return value;
}

function checkedHeaders(field: string, value: unknown): Record<string, string> {
  if (value === undefined) return {};
  const headers = checkedObject(field, value, Object.keys(Object(value)));
  for (const [name, text] of Object.entries(headers)) {
    const isLegal = /^[\w.-]+$/.test(name) && typeof text === "string" &&
      /^[\x20-\x7e]*$/.test(text);
    // The value may be a key to somebody's account, so it is not shown.
    if (!isLegal) refuse(field, "names and values of printable ASCII", "something else");
  }
  return headers as Record<string, string>;
}
