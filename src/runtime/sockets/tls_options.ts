/**
 * TLS options, the same for all runtimes.
 *
 * @module
 */
import type { SecureContextOptions } from "node:tls";
import { isSecret, type Secret } from "../../core/secret.ts";

/** How to trust the endpoint, and how to be trusted by it. */
export interface TlsOptions {
  /** Certificate authorities in PEM, in place of the runtime's own. */
  readonly ca?: string | readonly string[];
  /** This client's certificate chain in PEM, for endpoints that ask for one. */
  readonly cert?: string;
  /** The key of {@linkcode TlsOptions.cert} in PEM. */
  readonly key?: string | Secret;
  /** Host name that the endpoint's certificate must have, when it is not the URL's. */
  readonly serverName?: string;
  /**
   * `false` accepts any certificate. Records and tokens can then be read by whoever is in between:
   * for experiments only. Default `true`.
   */
  readonly rejectUnauthorized?: boolean;
}

/** The options as the `node:` modules take them. */
export function nodeTlsOptions(
  options: TlsOptions,
): SecureContextOptions & { servername?: string; rejectUnauthorized?: boolean } {
  const { ca, cert, key, serverName, rejectUnauthorized } = options;
  return {
    ...(ca === undefined ? {} : { ca: typeof ca === "string" ? ca : [...ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key: isSecret(key) ? key.reveal() : key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  };
}
