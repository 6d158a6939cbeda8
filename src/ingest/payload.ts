/**
 * What an ingest stream carries.
 *
 * @module
 */
import type { RequestBody } from "../core/transport.ts";

/** The records of one request. The rows that the encoder returns are one. */
export interface RequestPayload {
  /**
   * The records as the stream's format has them; see `OutgoingRequest.records`. Must not change
   * until they are durable.
   */
  readonly bytes: Uint8Array;
  /** What follows `bytes`, in formats that have more than one buffer. */
  readonly body?: RequestBody | undefined;
  /** Number of records in it, at least 1. */
  readonly rowCount: number;
  /**
   * The first so many records are durable, though not all: from now on the others are the request.
   * Called where acknowledgements count records; a request without this function is sent again as a
   * whole.
   */
  skip?(records: number): void;
  /** Told whenever it is about to be handed to a connection. */
  sending?(): void;
}

/** Size of a request's records, in bytes. */
export function payloadBytes({ bytes, body }: RequestPayload): number {
  return bytes.byteLength + (body?.byteLength ?? 0);
}
