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
} from "../../core/defaults.ts";
import { COMPRESSION_DEFAULTS, COMPRESSIONS } from "../../core/compression.ts";
import { STATUS_NAMES } from "../../core/status_name.ts";
import { FORMATS_OF } from "../../core/transport.ts";
import { alias, BOOLEAN, integer, MAX_MS, SECRET, TEXT } from "./kinds.ts";
import type { Option, OptionPath } from "./option.ts";
import { OUTPUT_OPTIONS } from "./output_options.ts";

const { failureRate } = BACKOFF_DEFAULTS;

/** The record formats that some protocol carries. */
const CARRIED_FORMATS = [...new Set(Object.values(FORMATS_OF).flat())];

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
    kind: { type: "choice", values: CARRIED_FORMATS },
    description: "How records are written. Default: the protocol's first.",
  },
  "compression": {
    kind: { type: "choice", values: COMPRESSIONS },
    description: "How requests are compressed, for servers that take that.",
    default: COMPRESSION_DEFAULTS.compression,
  },
  "compressionMinBytes": {
    kind: integer(0),
    description: "Bytes below which a message is not compressed.",
    default: COMPRESSION_DEFAULTS.compressionMinBytes,
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
  ...OUTPUT_OPTIONS,
};
