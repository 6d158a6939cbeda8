/**
 * TLS options, the same for all runtimes.
 *
 * @module
 */
import type { SecureContextOptions } from "node:tls";
import { checkedBoolean, checkedObject, refuse, shown } from "../../core/checks.ts";
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

/** Checks the option `tls`. */
export function checkedTls(value: unknown): TlsOptions {
  const known = ["ca", "cert", "key", "serverName", "rejectUnauthorized"];
  const tls = checkedObject("tls", value, known);
  for (const name of ["cert", "key", "serverName"]) {
    // The value may be a private key, so only its kind is shown.
    const isHidden = name === "key" && isSecret(tls[name]);
    if (tls[name] !== undefined && typeof tls[name] !== "string" && !isHidden) {
      refuse(`tls.${name}`, "text", typeof tls[name]);
    }
  }
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    refuse("tls.cert", "a certificate together with tls.key", "one without the other");
  }
  const { ca } = tls;
  const isText = (item: unknown) => typeof item === "string";
  if (ca !== undefined && !isText(ca) && !(Array.isArray(ca) && ca.every(isText))) {
    refuse("tls.ca", "PEM text or an array of it", shown(ca));
  }
  if (tls.rejectUnauthorized !== undefined) {
    checkedBoolean("tls.rejectUnauthorized", tls.rejectUnauthorized);
  }
  return tls;
}
