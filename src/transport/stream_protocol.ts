/**
 * What sets gRPC, gRPC-Web and Connect apart. All three send the same enveloped messages in a POST
 * to the same path; they differ in headers and in how the end of a stream is told.
 *
 * @module
 */
import type { ConnectError } from "@connectrpc/connect";
import type { EnvelopedMessage } from "@connectrpc/connect/protocol";
import type { Protocol } from "../core/transport.ts";
import type { HttpResponse } from "./http_client.ts";

/** How a server ended a stream; without an error, with OK. */
export interface Ending {
  /** The status, its message and its details. */
  readonly error?: ConnectError | undefined;
}

/** One protocol. */
export interface StreamProtocol {
  /** Its name. */
  readonly name: Protocol;
  /** The given request headers and the protocol's own. */
  requestHeader(given: Headers): Headers;
  /** The fields that tell of compressed messages. */
  readonly compressionHeaders: {
    /** How the sender's messages are compressed, those that are. */
    readonly encoding: string;
    /** How messages to the sender may be compressed. */
    readonly accepted: string;
  };
  /** Whether a response of this content type is in this protocol. */
  speaks(contentType: string): boolean;
  /** The ending of a stream that ended before it began, told in the response header. */
  endingInHeader(header: Headers): Ending | undefined;
  /** The ending, when this is the envelope that tells it. */
  endingInEnvelope(envelope: EnvelopedMessage): Ending | undefined;
  /** The ending, when it was told in the trailers. */
  endingInTrailer(response: HttpResponse): Ending | undefined;
}
