/**
 * Whether and how requests are compressed.
 *
 * @module
 */
import { checkedChoice, checkedInteger } from "./checks.ts";
import { ConfigurationError } from "./errors.ts";

/** How requests are compressed. */
export type Compression = "none" | "gzip";

/** Every way. */
export const COMPRESSIONS: readonly Compression[] = ["none", "gzip"];

/** Options of compression. */
export interface CompressionOptions {
  /**
   * How requests are compressed. With `"gzip"` a message is compressed unless it is small (see
   * `compressionMinBytes`) or would grow, and answers may come compressed. A server that does not
   * take it is sent plain messages from then on. It takes about 15 ms of a processor for each
   * megabyte, so it pays on slow networks. Default `"none"`.
   */
  readonly compression?: Compression | undefined;
  /** Messages below this size are not compressed, in bytes. Default 1,024. */
  readonly compressionMinBytes?: number | undefined;
}

/** Options of compression with nothing left open. */
export interface ResolvedCompression {
  /** See {@linkcode CompressionOptions.compression}. */
  readonly compression: Compression;
  /** See {@linkcode CompressionOptions.compressionMinBytes}. */
  readonly compressionMinBytes: number;
}

/** Defaults of {@linkcode CompressionOptions}. */
export const COMPRESSION_DEFAULTS: ResolvedCompression = Object.freeze({
  compression: "none",
  compressionMinBytes: 1_024,
});

/**
 * Checks `compression`: it has to be one that this runtime can do.
 *
 * @param isForeign whether the transport is the user's, which decides such things by itself
 */
export function resolveCompression(value: unknown, isForeign: boolean = false): Compression {
  const given = value === undefined ? COMPRESSION_DEFAULTS.compression : value;
  const compression = checkedChoice("compression", given, COMPRESSIONS);
  if (compression !== "none" && isForeign) {
    throw new ConfigurationError(
      "compression: a transport of your own has to do that by itself; leave out one of the two",
      { details: { field: "compression" } },
    );
  }
  const { CompressionStream, DecompressionStream } = globalThis as Partial<typeof globalThis>;
  const isPossible = CompressionStream !== undefined && DecompressionStream !== undefined;
  if (compression === "none" || isPossible) return compression;
  throw new ConfigurationError(
    `compression: "${compression}" needs CompressionStream and DecompressionStream, which this ` +
      'runtime lacks (Bun has them since 1.3.3); use a newer version of it, or "none"',
    { details: { field: "compression" } },
  );
}

/** Checks `compressionMinBytes`. */
export function resolveCompressionMinBytes(value: unknown): number {
  const given = value === undefined ? COMPRESSION_DEFAULTS.compressionMinBytes : value;
  return checkedInteger("compressionMinBytes", given, 0, Number.MAX_SAFE_INTEGER);
}
