/**
 * What sets the methods apart that streams are opened with: their messages.
 *
 * @module
 */
import type { OpenRequest, OutgoingRequest, ServerMessage } from "../core/transport.ts";

/** The messages of one method. */
export interface Dialect {
  /** Path of the method. */
  readonly path: string;
  /** The frame that opens a stream. */
  opening(request: OpenRequest): Uint8Array;
  /** The frame of a request, in the chunks in which it is written; none of them is empty. */
  frame(request: OutgoingRequest): readonly Uint8Array[];
  /**
   * Reads the server's first message.
   *
   * @returns the server's name for the stream, empty if the method has none
   * @throws {ConnectionError} if it does not say that the stream is open
   */
  accepted(message: Uint8Array): string;
  /**
   * Reads any other message, which may say several things, or nothing that is known.
   *
   * @throws {ConnectionError} if it breaks the contract
   */
  read(message: Uint8Array): readonly ServerMessage[];
}
