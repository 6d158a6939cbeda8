/**
 * What the two processes of the soak say to each other.
 *
 * @module
 */

/** What the server's process prints when it is ready. */
export interface ServerFacts {
  /** Endpoint. */
  readonly url: string;
  /** Where tokens come from. */
  readonly unityCatalogUrl: string;
  /** Credentials. */
  readonly clientId: string;
  /** Credentials. */
  readonly clientSecret: string;
  /** Where commands go. */
  readonly controlUrl: string;
}

/** Flag of a landed row: its acknowledgement was sent. */
export const ACKNOWLEDGED = 1;
/** Flag of a landed row: its connection broke so soon after that it may never have been read. */
export const CUT = 2;
/** How soon that is, in milliseconds: longer than clients wait for acknowledgements before they leave. */
export const IN_FLIGHT_MS = 2_000;
