/**
 * What a local Zerobus counts.
 *
 * @module
 */

/** Totals since the start. */
export interface LocalStats {
  /** TCP connections accepted. */
  readonly connections: number;
  /** Streams opened. */
  readonly streams: number;
  /** Requests whose records were kept. */
  readonly requests: number;
  /** Records in those requests. */
  readonly records: number;
  /** Bytes of those records. */
  readonly bytes: number;
  /** Messages that came compressed, on whatever stream. */
  readonly compressedMessages: number;
  /** Bytes of all messages as they came, compressed or not. */
  readonly wireBytes: number;
  /** Acknowledgements sent. */
  readonly acknowledgements: number;
  /** Tokens given out by the token endpoint. */
  readonly tokensIssued: number;
}

/** The same, to be counted up. */
export type Counters = { -readonly [Name in keyof LocalStats]: number };

/** Nothing has happened yet. */
export function newCounters(): Counters {
  return {
    connections: 0,
    streams: 0,
    requests: 0,
    records: 0,
    bytes: 0,
    compressedMessages: 0,
    wireBytes: 0,
    acknowledgements: 0,
    tokensIssued: 0,
  };
}
