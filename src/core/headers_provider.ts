/**
 * The seam through which every connection gets its headers.
 *
 * @module
 */

/** What a {@linkcode HeadersProvider} is told. */
export interface HeadersRequest {
  /** Full table name, as configured. */
  readonly tableName: string;
  /**
   * The headers that the service has just refused as unauthenticated, when that is why it is asked
   * again. A provider that caches credentials must not return the same ones.
   */
  readonly rejected?: Headers;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/**
 * Headers in any form that `new Headers()` takes; an iterable gives pairs of name and value.
 * Declared here because not every runtime's types know `HeadersInit`.
 */
export type ConnectionHeaders =
  | Headers
  | Readonly<Record<string, string>>
  | Iterable<string[]>;

/**
 * Supplies the headers of a connection: `authorization`, and whatever else the endpoint wants.
 * It is asked, and awaited, for every connection, reconnects included.
 */
export type HeadersProvider = (
  request: HeadersRequest,
) => ConnectionHeaders | Promise<ConnectionHeaders>;
