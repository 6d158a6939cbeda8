/**
 * The entry point for Bun: everything of the core, with native gRPC over HTTP/2 as the default
 * protocol, and TLS options.
 *
 * ```ts
 * import { createWrapper } from "@zerobus/wrapper/bun";
 *
 * await using wrapper = await createWrapper({
 *   endpoint: "https://1234567890.zerobus.us-west-2.cloud.databricks.com",
 *   unityCatalogUrl: "https://my-workspace.cloud.databricks.com",
 *   tableName: "main.iot.readings",
 *   clientId: "service principal",
 *   clientSecret: "secret",
 * });
 * ```
 *
 * @module
 */
export * from "../../mod.ts";
export { createWrapper, type RuntimeConfiguration } from "./native.ts";
export { grpcTransport, type GrpcTransportOptions } from "./grpc/grpc_transport.ts";
export type { TlsOptions } from "./grpc/tls_options.ts";
export { protoToArrowIpc, readArrowDebugFiles, readProtoDebugFile } from "./files/debug_files.ts";
export type { ArrowFilesOptions } from "../debug/reading/read_arrow.ts";
export type { ProtobufFileOptions } from "../debug/reading/read_protobuf.ts";
export type { Framing } from "../debug/reading/record_frames.ts";
export { loadConfiguration, type LoadOptions } from "./configuration/load_configuration.ts";
export { configurationSchema, type JsonSchema } from "./configuration/json_schema.ts";
export type { RuntimeObservability } from "./telemetry/export_options.ts";
