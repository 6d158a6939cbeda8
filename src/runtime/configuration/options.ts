/**
 * Every option that a file or the environment can give: the one list that the loader, the JSON
 * Schema and the table in the documentation are made from.
 *
 * @module
 */
import {
  BACKOFF_DEFAULTS,
  CONVERSION_DEFAULTS,
  ISOLATION_DEFAULTS,
  MAX_REQUEST_BYTES,
  MAX_REQUEST_RECORDS,
  RETRY_DEFAULTS,
  STREAM_DEFAULTS,
} from "../../core/configuration.ts";
import { DEBUG_DEFAULTS } from "../../core/debug_options.ts";
import { RECORD_FORMATS } from "../../core/record_format.ts";
import { STATUS_NAMES } from "../../core/status_name.ts";
import { FORMATS_OF } from "../../core/transport.ts";
import type { Alias, Option, OptionKind, OptionPath } from "./option.ts";

/** What timers can hold. */
const MAX_MS = 2 ** 31 - 1;

const TEXT: OptionKind = { type: "text" };
const SECRET: OptionKind = { type: "secret" };
const BOOLEAN: OptionKind = { type: "boolean" };

function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): OptionKind {
  return { type: "integer", min, max };
}

const SECONDS = 1_000;

function alias(variable: string, key?: string, factor?: number): Alias {
  return {
    variable,
    ...(key === undefined ? {} : { key }),
    ...(factor === undefined ? {} : { factor }),
  };
}

const { failureRate } = BACKOFF_DEFAULTS;

/** Every option by its path in the configuration. */
export const OPTIONS: Readonly<Record<OptionPath, Option>> = {
  "endpoint": {
    kind: TEXT,
    description: "Zerobus endpoint, https://<workspace id>.zerobus.<region>.<cloud's domain>.",
    alias: { variable: "ZEROBUS_ENDPOINT", key: "zerobus_endpoint" },
  },
  "tableName": {
    kind: TEXT,
    description: "Table to write to, catalog.schema.table.",
  },
  "unityCatalogUrl": {
    kind: TEXT,
    description: "Workspace URL, for OAuth tokens.",
    alias: alias("UNITY_CATALOG_URL"),
  },
  "clientId": { kind: TEXT, description: "Service principal's id." },
  "clientSecret": { kind: SECRET, description: "Service principal's secret." },
  "writerDisabled": {
    kind: BOOLEAN,
    description: "Convert and check, and write debug output, but send nothing.",
    default: false,
  },
  "protocol": {
    kind: { type: "choice", values: Object.keys(FORMATS_OF) },
    description: "Wire protocol. Default: the entry point's own.",
  },
  "recordFormat": {
    kind: { type: "choice", values: RECORD_FORMATS },
    description: "How records are written. Default: the protocol's first.",
  },
  "insecure": {
    kind: BOOLEAN,
    description: "Allow plain http to hosts other than loopback.",
    default: false,
  },
  "applicationName": {
    kind: TEXT,
    description: "Name of the application, appended to the user agent.",
  },
  "retry.maxAttempts": {
    kind: integer(1, 1_000_000),
    description: "Connection attempts in a row without progress, the first included.",
    default: RETRY_DEFAULTS.maxAttempts,
    alias: alias("RETRY_MAX_ATTEMPTS"),
  },
  "retry.baseDelayMs": {
    kind: integer(1, MAX_MS),
    description: "Upper bound of the delay before the first retry, in milliseconds; it doubles.",
    default: RETRY_DEFAULTS.baseDelayMs,
    alias: alias("RETRY_BASE_DELAY_MS"),
  },
  "retry.maxDelayMs": {
    kind: integer(1, MAX_MS),
    description: "Upper bound of any delay, in milliseconds.",
    default: RETRY_DEFAULTS.maxDelayMs,
    alias: alias("RETRY_MAX_DELAY_MS"),
  },
  "stream.maxInflightRequests": {
    kind: integer(1, 1_000_000),
    description: "Requests that may be unacknowledged on one stream.",
    default: STREAM_DEFAULTS.maxInflightRequests,
  },
  "stream.maxInflightBytes": {
    kind: integer(1),
    description: "Encoded bytes that may be unacknowledged on one stream.",
    default: STREAM_DEFAULTS.maxInflightBytes,
  },
  "stream.maxRequestBytes": {
    kind: integer(1, MAX_REQUEST_BYTES),
    description: "Encoded bytes of one request.",
    default: STREAM_DEFAULTS.maxRequestBytes,
  },
  "stream.maxRequestRecords": {
    kind: integer(1, MAX_REQUEST_RECORDS),
    description: "Records of one request.",
    default: STREAM_DEFAULTS.maxRequestRecords,
  },
  "stream.connectTimeoutMs": {
    kind: integer(1, MAX_MS),
    description: "Time for headers, connection and the service's answer, in milliseconds.",
    default: STREAM_DEFAULTS.connectTimeoutMs,
  },
  "stream.ackTimeoutMs": {
    kind: integer(1, MAX_MS),
    description: "Time that the oldest request may wait for progress, in milliseconds.",
    default: STREAM_DEFAULTS.ackTimeoutMs,
  },
  "stream.idleTimeoutMs": {
    kind: integer(1, MAX_MS),
    description: "Time after which a connection with nothing to send is closed, in milliseconds.",
    default: STREAM_DEFAULTS.idleTimeoutMs,
  },
  "stream.flushTimeoutMs": {
    kind: integer(1, MAX_MS),
    description: "Time for flush() and shutdown(), in milliseconds.",
    default: STREAM_DEFAULTS.flushTimeoutMs,
  },
  "stream.pauseMaxMs": {
    kind: integer(0, MAX_MS),
    description: "Longest pause after the service announced the end of a connection, in " +
      "milliseconds. Default: the time that the service names.",
  },
  "stream.drainTimeoutMs": {
    kind: integer(0, MAX_MS),
    description: "Time for late acknowledgements when a stream closes, in milliseconds.",
    default: STREAM_DEFAULTS.drainTimeoutMs,
  },
  "stream.recovery": {
    kind: BOOLEAN,
    description: "Replace a failed connection and send its requests again.",
    default: STREAM_DEFAULTS.recovery,
  },
  "stream.retryableStatuses": {
    kind: { type: "list", values: STATUS_NAMES },
    description: "gRPC statuses after which a connection is tried again.",
  },
  "stream.streams": {
    kind: integer(1, 64),
    description: "Parallel streams to the table for each schema.",
    default: STREAM_DEFAULTS.streams,
  },
  "conversion.maxRecordBytes": {
    kind: integer(1, MAX_REQUEST_BYTES),
    description: "Largest record, in encoded bytes.",
    default: CONVERSION_DEFAULTS.maxRecordBytes,
  },
  "conversion.extraColumns": {
    kind: { type: "choice", values: ["error", "drop"] },
    description: "What to do with columns that a descriptor has no field for.",
    default: CONVERSION_DEFAULTS.extraColumns,
  },
  "isolateRejectedRows": {
    kind: BOOLEAN,
    description: "Find the rows that the service refuses, and deliver the others.",
    default: true,
  },
  "isolateRejectedRows.maxExtraRequests": {
    kind: integer(0, 1_000_000),
    description: "Requests that may be spent on that for each batch.",
    default: ISOLATION_DEFAULTS.maxExtraRequests,
  },
  "backoff.failureRate": {
    kind: BOOLEAN,
    description: "Hold back when too many rows fail.",
    default: true,
  },
  "backoff.failureRate.threshold": {
    kind: { type: "number", min: 0, max: 1 },
    description: "Share of failed rows above which to hold back.",
    default: failureRate!.threshold,
  },
  "backoff.failureRate.minRows": {
    kind: integer(1),
    description: "Rows that the window must hold before it is judged.",
    default: failureRate!.minRows,
  },
  "backoff.failureRate.windowMs": {
    kind: integer(1, MAX_MS),
    description: "Length of the sliding window, in milliseconds.",
    default: failureRate!.windowMs,
  },
  "backoff.failureRate.pauseMs": {
    kind: integer(1, MAX_MS),
    description: "Least time of holding back, in milliseconds.",
    default: failureRate!.pauseMs,
  },
  "backoff.failureRate.jitterMs": {
    kind: integer(0, MAX_MS),
    description: "Most that is added to it by chance, in milliseconds.",
    default: failureRate!.jitterMs,
  },
  "backoff.service": {
    kind: BOOLEAN,
    description: "Hold back when the service says that it is overloaded.",
    default: true,
  },
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
  "tls.ca": { kind: TEXT, description: "Certificate authorities in PEM." },
  "tls.cert": { kind: TEXT, description: "This client's certificate chain in PEM." },
  "tls.key": { kind: SECRET, description: "The key of that certificate in PEM." },
  "tls.serverName": { kind: TEXT, description: "Host name that the endpoint's certificate has." },
  "tls.rejectUnauthorized": {
    kind: BOOLEAN,
    description: "Accept no certificate that cannot be verified.",
    default: true,
  },
};
