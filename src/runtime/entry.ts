/**
 * What the entry points of Deno, Bun and Node export, each under its own name.
 *
 * @module
 */
export * from "../../mod.ts";
export { createWrapper, type RuntimeConfiguration } from "./native.ts";
export { fetchTableSchema, type RuntimeTableSchemaOptions } from "./table_schema.ts";
export { grpcTransport, type GrpcTransportOptions } from "./grpc/grpc_transport.ts";
export type { TlsOptions } from "./sockets/tls_options.ts";
export { protoToArrowIpc, readArrowDebugFiles, readProtoDebugFile } from "./files/debug_files.ts";
export type { ArrowFilesOptions } from "../debug/reading/read_arrow.ts";
export type { ProtobufFileOptions } from "../debug/reading/read_protobuf.ts";
export type { Framing } from "../debug/reading/record_frames.ts";
export { loadConfiguration, type LoadOptions } from "./configuration/load_configuration.ts";
export { configurationSchema, type JsonSchema } from "./configuration/json_schema.ts";
export type { RuntimeObservability } from "./telemetry/export_options.ts";
