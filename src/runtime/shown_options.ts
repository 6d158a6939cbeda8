/**
 * The options of the entry points for Deno, Bun and Node, as they may be shown to somebody.
 *
 * @module
 */
import type { ResolvedConfiguration } from "../core/resolved_configuration.ts";
import type { Raw } from "../wrapper_preset.ts";
import { type HttpProxy, proxyChoice } from "./sockets/http_proxy.ts";
import type { TlsOptions } from "./sockets/tls_options.ts";
import { resolveExport } from "./telemetry/export_options.ts";

const REDACTED = "[redacted]";

/**
 * What is in force of `tls`, `proxy` and the sending of telemetry: without keys, passwords and the
 * values of headers, and without the text of certificates, which says nothing to people.
 */
export function shownOptions(
  { endpoint }: ResolvedConfiguration,
  { tls, proxy, observability }: Raw,
): Record<string, unknown> {
  const proxyFor = proxyChoice(proxy);
  const exports = resolveExport(observability);
  return {
    ...tls === undefined ? {} : { tls: shownTls(tls as TlsOptions) },
    ...proxyFor === undefined ? {} : { proxy: shownProxy(proxyFor(new URL(endpoint))) },
    ...exports === undefined ? {} : {
      observability: {
        ...exports,
        headers: Object.fromEntries(Object.keys(exports.headers).map((name) => [name, REDACTED])),
      },
    },
  };
}

function shownTls({ ca, cert, key, ...others }: TlsOptions): Record<string, unknown> {
  return {
    ...others,
    ...ca === undefined ? {} : { ca: typeof ca === "string" ? "[PEM]" : ca.map(() => "[PEM]") },
    ...cert === undefined ? {} : { cert: "[PEM]" },
    ...key === undefined ? {} : { key: REDACTED },
  };
}

/** The one that leads to the endpoint, wherever that was said. */
function shownProxy(proxy: HttpProxy | undefined): string {
  if (proxy === undefined) return "none";
  const { origin, authorization } = proxy;
  return authorization === undefined ? origin : origin.replace("://", `://${REDACTED}@`);
}
