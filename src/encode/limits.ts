/**
 * How much goes into a record and into a request.
 *
 * @module
 */

/**
 * Default of `maxRecordBytes`: the service's 10 MiB less 64 KiB for everything around the record.
 */
export const DEFAULT_MAX_RECORD_BYTES = 10_420_224;

/** Default of `maxRequestBytes`: the same bound, because the service sets it for both. */
const DEFAULT_MAX_REQUEST_BYTES = 10_420_224;

/** Default of `maxRecords`. */
const DEFAULT_MAX_RECORDS = 100_000;

/** How much is written between two pauses that are offered: a few milliseconds' work at worst. */
export const BYTES_BETWEEN_PAUSES: number = 512 * 1024;

/** Bounds of what the encoder puts out. All are at least 1. */
export interface EncodeLimits {
  /** Bytes of one encoded message; a longer one fails its row. */
  readonly maxRecordBytes: number;
  /** Bytes of one request's records, framing included. */
  readonly maxRequestBytes: number;
  /** Records in one request. */
  readonly maxRecords: number;
}

/** The defaults. */
export const DEFAULT_LIMITS: EncodeLimits = {
  maxRecordBytes: DEFAULT_MAX_RECORD_BYTES,
  maxRequestBytes: DEFAULT_MAX_REQUEST_BYTES,
  maxRecords: DEFAULT_MAX_RECORDS,
};
