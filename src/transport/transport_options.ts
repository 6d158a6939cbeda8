/**
 * What transports can be told, and its defaults.
 *
 * @module
 */
import {
  type CompressionOptions,
  resolveCompression,
  resolveCompressionMinBytes,
  type ResolvedCompression,
} from "../core/compression.ts";
import { checkedInteger, checkedUrl, refuse, shown } from "../core/checks.ts";
import { DEFAULT_RETRYABLE_STATUSES } from "../core/status.ts";
import type { StatusName } from "../core/status_name.ts";
import { VERSION } from "../core/version.ts";

/** Options that every transport has. */
export interface TransportOptions extends CompressionOptions {
  /** URL of the Zerobus endpoint. Without a scheme it is `https`. */
  readonly endpoint: string | URL;
  /**
   * Value of `user-agent`, unless the headers of a stream bring their own. Printable ASCII. Browsers
   * keep theirs.
   */
  readonly userAgent?: string;
  /**
   * Largest message that is read from the server, in bytes, decompressed. Default 4 MiB; those of the
   * service are below 100 bytes.
   */
  readonly maxResponseBytes?: number;
  /** Statuses after which to try again. Default: the official clients' set. */
  readonly retryableStatuses?: readonly StatusName[];
  /**
   * Called once, when `compression` is on and the service refuses it: messages are plain from then
   * on. Nothing is lost by that.
   */
  readonly onCompressionRefused?: (() => void) | undefined;
}

/** Options with nothing left open. */
export interface ResolvedTransportOptions extends ResolvedCompression {
  /** URL without a trailing slash. */
  readonly endpoint: string;
  /** See {@linkcode TransportOptions.userAgent}. */
  readonly userAgent: string;
  /** See {@linkcode TransportOptions.maxResponseBytes}. */
  readonly maxResponseBytes: number;
  /** See {@linkcode TransportOptions.retryableStatuses}. */
  readonly retryableStatuses: readonly StatusName[];
  /** See {@linkcode TransportOptions.onCompressionRefused}. */
  readonly onCompressionRefused: (() => void) | undefined;
}

const DEFAULT_MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {ConfigurationError} naming the option that cannot work.
 */
export function resolveTransportOptions(options: TransportOptions): ResolvedTransportOptions {
  const userAgent = options.userAgent ?? `zerobus-wrapper-ts/${VERSION}`;
  if (
    typeof userAgent !== "string" || !/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(userAgent)
  ) {
    refuse("userAgent", "printable ASCII characters", shown(userAgent));
  }
  return {
    // Where plain http is acceptable is for whoever holds the credentials to decide.
    endpoint: checkedUrl("endpoint", options.endpoint, true),
    userAgent,
    maxResponseBytes: checkedInteger(
      "maxResponseBytes",
      options.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES,
      1,
      2 ** 32 - 1,
    ),
    compression: resolveCompression(options.compression),
    compressionMinBytes: resolveCompressionMinBytes(options.compressionMinBytes),
    retryableStatuses: options.retryableStatuses ?? DEFAULT_RETRYABLE_STATUSES,
    onCompressionRefused: options.onCompressionRefused,
  };
}
