/**
 * Telemetry as lines of OTLP JSON in files.
 *
 * @module
 */
import type { LogRecordExporter } from "@opentelemetry/sdk-logs";
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import { RotatingFile } from "../../debug/rotating_file.ts";
import { nodeFiles } from "../files/node_files.ts";

const MAX_FILE_BYTES = 64 * 1024 * 1024;
const MAX_FILES_RETAINED = 10;
const NOTHING = new Uint8Array(0);
const NEW_LINE = Uint8Array.of(10);

/** What `ExportResult` of the SDK says: 0 is success, 1 failure. */
type Done = (result: { code: 0 | 1; error?: Error }) => void;

/** Exporters that write to files. */
export interface TelemetryFiles {
  /** Writes `traces.jsonl`. */
  readonly spans: SpanExporter;
  /** Writes `metrics.jsonl`. */
  readonly metrics: PushMetricExporter;
  /** Writes `logs.jsonl`. */
  readonly logs: LogRecordExporter;
}

/** Exporters that write below a folder. */
export async function telemetryFiles(outputDir: string): Promise<TelemetryFiles> {
  const otlp = await import("@opentelemetry/otlp-transformer");
  const folder = `${outputDir.replace(/(?<=.)[/\\]+$/, "")}/zerobus/telemetry`;
  const { JsonTraceSerializer, JsonMetricsSerializer, JsonLogsSerializer } = otlp;
  return {
    spans: exporter(folder, "traces", (spans) => JsonTraceSerializer.serializeRequest(spans)),
    metrics: exporter(folder, "metrics", (data) => JsonMetricsSerializer.serializeRequest(data)),
    logs: exporter(folder, "logs", (records) => JsonLogsSerializer.serializeRequest(records)),
  };
}

function exporter<T>(
  folder: string,
  name: string,
  serialize: (items: T) => Uint8Array | undefined,
) {
  const file = new RotatingFile(nodeFiles, {
    folder,
    stem: name,
    fileStem: name,
    extension: ".jsonl",
    header: NOTHING,
    trailer: NOTHING,
    maxRecords: Number.MAX_SAFE_INTEGER,
    maxBytes: MAX_FILE_BYTES,
    maxFilesRetained: MAX_FILES_RETAINED,
    compresses: false,
    now: () => new Date(),
  });
  let last: Promise<void> = Promise.resolve();
  const inTurn = (run: () => Promise<void>) => last = last.catch(() => {}).then(run);
  return {
    export(items: T, done: Done): void {
      const line = serialize(items);
      inTurn(async () => {
        if (line !== undefined) await file.write([line, NEW_LINE], 1);
      }).then(() => done({ code: 0 }), (error) => done({ code: 1, error }));
    },
    forceFlush: () => inTurn(() => file.flush()),
    shutdown: () => inTurn(() => file.close()),
  };
}
