/**
 * Arrow record batches to a Databricks table through Zerobus Ingest, in any JavaScript runtime.
 *
 * This entry point uses web standards only: fetch, Web Streams, `AbortSignal`. It speaks gRPC-Web,
 * Connect or REST. The entry points `./deno`, `./bun` and `./node` export the same names and add what
 * a runtime owns, native gRPC over HTTP/2 and TLS options above all.
 *
 * ```ts
 * import { createWrapper } from "@zerobus/wrapper";
 * import { startLocalZerobus } from "@zerobus/wrapper/testing";
 * import { assertEquals } from "@std/assert";
 * import { tableFromArrays } from "apache-arrow";
 *
 * await using local = await startLocalZerobus(); // or a workspace, see `createWrapper`
 * await using wrapper = await createWrapper({
 *   endpoint: local.url,
 *   unityCatalogUrl: local.unityCatalogUrl,
 *   tableName: "main.iot.readings",
 *   clientId: local.clientId,
 *   clientSecret: local.clientSecret,
 * });
 * const result = await wrapper.sendBatch(tableFromArrays({ id: Int32Array.of(1, 2, 3) }));
 * assertEquals(result.successfulCount, 3); // durable, not just sent
 * ```
 *
 * @module
 */
export { createWrapper } from "./src/web.ts";
export { ZerobusWrapper } from "./src/wrapper.ts";
export type {
  BatchInput,
  BatchWriterOptions,
  SendOptions,
  SendRowsOptions,
  WritableOptions,
} from "./src/wrapper_options.ts";
export { BatchWriter, type BatchWriterListener } from "./src/delivery/batch_writer.ts";
export type { RowOptions } from "./src/delivery/row_options.ts";
export type { ExtraMembers } from "./src/rows/convert_rows.ts";
export type {
  BackoffOptions,
  ConversionOptions,
  FailureRateOptions,
  IsolationOptions,
  RetryOptions,
  StreamOptions,
  WrapperConfiguration,
} from "./src/core/configuration.ts";
export type {
  ArrowBatch,
  ArrowData,
  ArrowField,
  ArrowSchema,
  ArrowTable,
  ArrowType,
} from "./src/core/arrow.ts";
export type { BackoffBounds, RetryBounds } from "./src/core/backoff.ts";
export type { DebugOptions } from "./src/core/debug_options.ts";
export type { FileSystem, WritableFile } from "./src/core/file_system.ts";
export type { DebugStatus } from "./src/debug/debug_tap.ts";
export type { AcknowledgementCallback } from "./src/core/acknowledgement_callback.ts";
export type {
  ListenerOptions,
  ZerobusEventName,
  ZerobusEvents,
  ZerobusListener,
} from "./src/core/events.ts";
export type { LogFields, Logger, LogLevel } from "./src/core/logger.ts";
export type {
  LoggerProviderLike,
  MeterProviderLike,
  ObservabilityOptions,
  TracerProviderLike,
} from "./src/core/observability_options.ts";
export { type Clock, systemClock } from "./src/core/clock.ts";
export type { Backoff, BackoffReason } from "./src/core/protective_backoff.ts";
export {
  AuthenticationError,
  ConfigurationError,
  ConnectionError,
  ConversionError,
  type ErrorCode,
  type ErrorDetails,
  type ErrorOptions,
  isZerobusError,
  RetryExhaustedError,
  TokenRefreshError,
  TransmissionError,
  ZerobusError,
} from "./src/core/errors.ts";
export type {
  ConnectionHeaders,
  HeadersProvider,
  HeadersRequest,
} from "./src/core/headers_provider.ts";
export {
  type ErrorStatistics,
  type FailedRow,
  type FailedRun,
  type TransmissionOutcome,
  TransmissionResult,
} from "./src/core/result.ts";
export type { RecordFormat, StreamFormat } from "./src/core/record_format.ts";
export { Secret } from "./src/core/secret.ts";
export type { Compression, CompressionOptions } from "./src/core/compression.ts";
export { DEFAULT_RETRYABLE_STATUSES } from "./src/core/status.ts";
export { STATUS_NAMES, type StatusName } from "./src/core/status_name.ts";
export type {
  Connection,
  OpenRequest,
  OutgoingRequest,
  Protocol,
  RequestBody,
  ServerMessage,
  Transport,
} from "./src/core/transport.ts";
export type { SubjectToken } from "./src/auth/token_proof.ts";
export { fetchTableSchema, type TableSchemaOptions } from "./src/catalog/fetch_table_schema.ts";
export type { TableColumn, TableSchema } from "./src/catalog/table_schema.ts";
export { descriptorFromSchema, type DescriptorOptions } from "./src/schema/derive.ts";
export { encodeBatch, type EncodeBatchOptions } from "./src/encode/encode_batch.ts";
export { EncodedRows, type EncodedRowsParts, type RowFailure } from "./src/encode/encoded_rows.ts";
export { IngestStream } from "./src/ingest/ingest_stream.ts";
export type {
  IngestLimits,
  IngestState,
  IngestStreamOptions,
  UnacknowledgedRequest,
  WaitOptions,
} from "./src/ingest/options.ts";
export type { RequestPayload } from "./src/ingest/payload.ts";
export type { IngestObserver } from "./src/ingest/observer.ts";
export {
  type OauthHeadersOptions,
  oauthHeadersProvider,
} from "./src/auth/oauth_headers_provider.ts";
export { connectTransport } from "./src/transport/connect_transport.ts";
export { grpcWebTransport, type WebTransportOptions } from "./src/transport/grpc_web_transport.ts";
export { restTransport, type RestTransportOptions } from "./src/transport/rest_transport.ts";
export type { HttpClient, HttpRequest, HttpResponse } from "./src/transport/http_client.ts";
export type { TransportOptions } from "./src/transport/transport_options.ts";
export {
  type EncodedVariant,
  encodeVariant,
  type VariantValue,
} from "./src/variant/encode_variant.ts";
export { variantData, type VariantType } from "./src/variant/variant_data.ts";
export type { ExtraColumns } from "./src/schema/bind.ts";
export type { MessageDescriptor } from "./src/schema/message_descriptor.ts";
