/**
 * The options about what leaves a wrapper besides records: debug output, telemetry; and the way out:
 * TLS and proxies.
 *
 * @module
 */
import { DEBUG_DEFAULTS } from "../../core/debug_options.ts";
import { LOG_LEVELS } from "../../core/logger.ts";
import { OBSERVABILITY_DEFAULTS } from "../../core/observability_options.ts";
import { WRITE_INTERVAL_MS } from "../telemetry/export_options.ts";
import { alias, BOOLEAN, integer, MAX_MS, SECONDS, SECRET, TEXT } from "./kinds.ts";
import type { Option, OptionPath } from "./option.ts";

/** The options of these groups. */
type OutputPath = Extract<
  OptionPath,
  "proxy" | `${"debug" | "observability" | "tls"}.${string}`
>;

/** Every one of them by its path in the configuration. */
export const OUTPUT_OPTIONS: Readonly<Record<OutputPath, Option>> = {
  "debug.outputDir": {
    kind: TEXT,
    description: "Folder for debug files; without it there are none.",
    alias: alias("DEBUG_OUTPUT_DIR"),
  },
  "debug.arrow": {
    kind: BOOLEAN,
    description: "Write batches as Arrow.",
    default: DEBUG_DEFAULTS.arrow,
    alias: alias("DEBUG_ARROW_ENABLED", "debug.arrow_enabled"),
  },
  "debug.protobuf": {
    kind: BOOLEAN,
    description: "Write records as Protobuf. Default: true where they travel as Protobuf.",
    alias: alias("DEBUG_PROTOBUF_ENABLED", "debug.protobuf_enabled"),
  },
  "debug.protobufFraming": {
    kind: { type: "choice", values: ["batch", "delimited"] },
    description: "How records stand in a Protobuf file.",
    default: DEBUG_DEFAULTS.protobufFraming,
  },
  "debug.flushIntervalMs": {
    kind: integer(1, MAX_MS),
    description: "Time after which what was written is safe, in milliseconds.",
    default: DEBUG_DEFAULTS.flushIntervalMs,
    alias: alias("DEBUG_FLUSH_INTERVAL_SECS", "debug.flush_interval_secs", SECONDS),
  },
  "debug.maxFileBytes": {
    kind: { type: "integer", min: 1, nullable: true },
    description: "Size above which a file is rotated, in bytes.",
    default: DEBUG_DEFAULTS.maxFileBytes,
    alias: alias("DEBUG_MAX_FILE_SIZE", "debug.max_file_size"),
  },
  "debug.maxRecordsPerFile": {
    kind: integer(1),
    description: "Records above which a file is rotated.",
    default: DEBUG_DEFAULTS.maxRecordsPerFile,
  },
  "debug.maxFilesRetained": {
    kind: { type: "integer", min: 0, nullable: true },
    description: "Rotated files that stay for each table and format.",
    default: DEBUG_DEFAULTS.maxFilesRetained,
    alias: alias("DEBUG_MAX_FILES_RETAINED"),
  },
  "debug.compressRotated": {
    kind: BOOLEAN,
    description: "Compress rotated files with gzip.",
    default: DEBUG_DEFAULTS.compressRotated,
  },
  "debug.strict": {
    kind: BOOLEAN,
    description: "Send a batch only after it was written.",
    default: DEBUG_DEFAULTS.strict,
  },
  "debug.maxQueuedBytes": {
    kind: integer(1),
    description: "Bytes that may wait to be written.",
    default: DEBUG_DEFAULTS.maxQueuedBytes,
  },
  "observability.enabled": {
    kind: BOOLEAN,
    description: "Record spans and metrics.",
    default: OBSERVABILITY_DEFAULTS.enabled,
    alias: alias("OTLP_ENABLED"),
  },
  "observability.logLevel": {
    kind: { type: "choice", values: LOG_LEVELS },
    description: "The least important log lines to write.",
    default: OBSERVABILITY_DEFAULTS.logLevel,
    alias: alias("OTLP_LOG_LEVEL"),
  },
  "observability.legacyMetricNames": {
    kind: BOOLEAN,
    description: "Record the metrics of the Rust wrapper, too.",
    default: OBSERVABILITY_DEFAULTS.legacyMetricNames,
  },
  "observability.endpoint": {
    kind: TEXT,
    description: "Base URL of an OTLP/HTTP receiver.",
    alias: alias("OTLP_ENDPOINT"),
  },
  "observability.headers": {
    kind: { type: "headers" },
    description: "Headers for the receiver.",
  },
  "observability.outputDir": {
    kind: TEXT,
    description: "Folder for telemetry as lines of OTLP JSON.",
    alias: alias("OTLP_OUTPUT_DIR"),
  },
  "observability.writeIntervalMs": {
    kind: integer(1, MAX_MS),
    description: "Time between two exports, in milliseconds.",
    default: WRITE_INTERVAL_MS,
    alias: alias("OTLP_WRITE_INTERVAL_SECS", "observability.write_interval_secs", SECONDS),
  },
  "observability.serviceName": {
    kind: TEXT,
    description: "Name of the service in the telemetry.",
  },
  "tls.ca": { kind: TEXT, description: "Certificate authorities in PEM." },
  "tls.cert": { kind: TEXT, description: "This client's certificate chain in PEM." },
  "tls.key": { kind: SECRET, description: "The key of that certificate in PEM." },
  "tls.serverName": { kind: TEXT, description: "Host name that the endpoint's certificate has." },
  "tls.rejectUnauthorized": {
    kind: BOOLEAN,
    description: "Accept no certificate that cannot be verified.",
    default: true,
  },
  "proxy": {
    kind: SECRET,
    description: 'URL of an HTTP proxy, or "none"; without it, the environment\'s.',
  },
};
