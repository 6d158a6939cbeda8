/**
 * What the entry points of Deno, Bun and Node have in common: `node:http2` for gRPC, and TLS
 * options.
 *
 * @module
 */
import { isAscii, isUtf8 } from "node:buffer";
import { clearInterval, setInterval } from "node:timers";
import type { WrapperConfiguration } from "../core/configuration.ts";
import { Problems } from "../core/problems.ts";
import { resolveConfiguration } from "../core/resolve.ts";
import type { Secret } from "../core/secret.ts";
import { accelerateByDefault } from "../encode/accelerator/accelerator.ts";
import { useNativeTextTests } from "../encode/utf8.ts";
import { connectTransport } from "../transport/connect_transport.ts";
import { grpcWebTransport } from "../transport/grpc_web_transport.ts";
import { restTransport } from "../transport/rest_transport.ts";
import { transportOptionsOf } from "../web.ts";
import { ZerobusWrapper } from "../wrapper.ts";
import type { Network, WrapperPreset } from "../wrapper_preset.ts";
import { grpcTransport } from "./grpc/grpc_transport.ts";
import { nodeFiles } from "./files/node_files.ts";
import {
  EXPORT_OPTIONS,
  resolveExport,
  type RuntimeObservability,
} from "./telemetry/export_options.ts";
import { ownProviders } from "./telemetry/exporters.ts";
import { shownOptions } from "./shown_options.ts";
import { proxyChoice } from "./sockets/http_proxy.ts";
import { socketFetch } from "./sockets/socket_fetch.ts";
import { socketHttpClient } from "./sockets/socket_http_client.ts";
import { checkedTls, type TlsOptions } from "./sockets/tls_options.ts";

/** A configuration with what only a runtime with sockets of its own can do. */
export interface RuntimeConfiguration extends WrapperConfiguration {
  /** Certificates, when the runtime's defaults do not fit. They hold for token requests, too. */
  readonly tls?: TlsOptions | undefined;
  /**
   * URL of an HTTP proxy to reach the endpoint and the token endpoint through, such as
   * `http://user:password@proxy.example:3128`; `"none"` for none. Default: the one that the
   * environment names, for hosts that are not this machine nor excepted there (`grpc_proxy`,
   * `https_proxy` or `http_proxy`, and `no_grpc_proxy` or `no_proxy`, each in small or capital
   * letters, with names and their endings, addresses, or `*`). Connections are tunnelled (`CONNECT`), so that TLS ends at the endpoint.
   */
  readonly proxy?: string | Secret | undefined;
  /** See {@linkcode RuntimeObservability}. */
  readonly observability?: RuntimeObservability | undefined;
}

const native: WrapperPreset = {
  protocol: "grpc",
  protocols: ["grpc", "grpc-web", "connect", "rest"],
  ownOptions: ["tls", "proxy"],
  observabilityOptions: EXPORT_OPTIONS,
  shown: shownOptions,
  files: nodeFiles,
  every(ms, run) {
    const timer = setInterval(run, ms).unref();
    return () => clearInterval(timer);
  },
  network(configuration, raw, notices): Network {
    const options = transportOptionsOf(configuration, notices);
    const tls = raw.tls === undefined ? undefined : checkedTls(raw.tls);
    const proxyFor = proxyChoice(raw.proxy);
    const isPlain = tls === undefined && proxyFor === undefined;
    // Token requests take the same way as records, whatever carries those.
    const fetch = isPlain ? undefined : socketFetch({ tls, proxyFor });
    if (configuration.protocol === "grpc") {
      const proxy = raw.proxy as string | Secret | undefined;
      const ways = { ...tls === undefined ? {} : { tls }, ...proxy === undefined ? {} : { proxy } };
      return { transport: grpcTransport({ ...options, ...ways }), fetch };
    }
    if (configuration.protocol === "rest") {
      return { transport: restTransport(fetch ? { ...options, fetch } : options), fetch };
    }
    const open = configuration.protocol === "connect" ? connectTransport : grpcWebTransport;
    const client = isPlain ? {} : { httpClient: socketHttpClient({ tls, proxyFor }) };
    return { transport: open({ ...options, ...client }), fetch };
  },
};

/**
 * Makes a wrapper that speaks native gRPC over HTTP/2 (or gRPC-Web, Connect or REST over fetch).
 * Nothing is connected before the first batch.
 *
 * @example
 * ```ts
 * import { createWrapper } from "@zerobus/wrapper/node";
 *
 * await using wrapper = await createWrapper({
 *   endpoint: "https://1234567890.zerobus.us-west-2.cloud.databricks.com",
 *   unityCatalogUrl: "https://my-workspace.cloud.databricks.com",
 *   tableName: "main.iot.readings",
 *   clientId: "service principal",
 *   clientSecret: "secret",
 *   stream: { streams: 2 },
 *   debug: { outputDir: "debug" },
 * });
 * ```
 *
 * @throws {ConfigurationError} (as a rejection) that lists the options that cannot work
 */
export async function createWrapper(
  configuration: RuntimeConfiguration,
): Promise<ZerobusWrapper> {
  // Many times faster than what the core can do without a runtime's help.
  useNativeTextTests({ isAscii, isUtf8 });
  accelerateByDefault();
  problemsOf(configuration).end();
  const telemetry = resolveExport(configuration.observability);
  if (telemetry === undefined) return new ZerobusWrapper(configuration, native);
  const { providers, exporters } = await ownProviders(telemetry);
  // A provider that was given in the configuration stays.
  const observability = { ...providers, ...configuration.observability };
  return new ZerobusWrapper({ ...configuration, observability }, { ...native, exporters });
}

/** Everything that is wrong with a configuration. */
export function problemsOf(configuration: unknown): Problems {
  const problems = new Problems();
  const { observability, proxy, tls } = Object(configuration) as Readonly<Record<string, unknown>>;
  const checks = [
    () => resolveConfiguration(configuration, native),
    () => resolveExport(observability),
    () => tls === undefined ? undefined : checkedTls(tls),
    () => proxyChoice(proxy),
  ];
  for (const check of checks) problems.attempt<unknown>(check, undefined);
  return problems;
}
