/**
 * `createWrapper` for any runtime that has fetch: gRPC-Web or Connect over streaming requests, or REST.
 *
 * @module
 */
import type { WrapperConfiguration } from "./core/configuration.ts";
import type { ResolvedConfiguration } from "./core/resolved_configuration.ts";
import { userAgentOf } from "./core/version.ts";
import { connectTransport } from "./transport/connect_transport.ts";
import { grpcWebTransport } from "./transport/grpc_web_transport.ts";
import { restTransport } from "./transport/rest_transport.ts";
import type { TransportOptions } from "./transport/transport_options.ts";
import { ZerobusWrapper } from "./wrapper.ts";
import type { Network, Notices, WrapperPreset } from "./wrapper_preset.ts";

/** The transports that `fetch` is enough for. */
const FETCH_TRANSPORTS = {
  "grpc-web": grpcWebTransport,
  "connect": connectTransport,
  "rest": restTransport,
} as const;

/** The preset of the core entry point. */
const web: WrapperPreset = {
  protocol: "grpc-web",
  protocols: ["grpc-web", "connect", "rest"],
  ownOptions: [],
  network(configuration, _raw, notices): Network {
    const open = FETCH_TRANSPORTS[configuration.protocol as keyof typeof FETCH_TRANSPORTS];
    return { transport: open(transportOptionsOf(configuration, notices)), fetch: undefined };
  },
};

/**
 * Makes a wrapper that speaks gRPC-Web (or Connect, or REST) over fetch. Nothing is connected before
 * the first batch.
 *
 * @example
 * ```ts
 * import { createWrapper } from "@zerobus/wrapper";
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
 * @throws {ConfigurationError} (as a rejection) that lists the options that cannot work
 */
export async function createWrapper(configuration: WrapperConfiguration): Promise<ZerobusWrapper> {
  return await new ZerobusWrapper(configuration, web);
}

/** What every transport takes from the wrapper. */
export function transportOptionsOf(
  configuration: ResolvedConfiguration,
  { onCompressionRefused }: Notices,
): TransportOptions {
  const { endpoint, stream, applicationName, compression, compressionMinBytes } = configuration;
  const { retryableStatuses } = stream;
  return {
    endpoint,
    retryableStatuses,
    userAgent: userAgentOf(applicationName),
    compression,
    compressionMinBytes,
    onCompressionRefused,
  };
}
