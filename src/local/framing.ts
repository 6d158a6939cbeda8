/**
 * What gRPC, gRPC-Web and Connect streams differ in: the content type, and how the status is told
 * after the last message.
 *
 * @module
 */
import type { ConnectError } from "@connectrpc/connect";
import { endStreamFlag, endStreamToJson } from "@connectrpc/connect/protocol-connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";
import { frame } from "./frames.ts";

/** The end of a stream, as bytes of the body or as HTTP trailers. */
export type StreamEnd =
  | { readonly lastFrame: Uint8Array; readonly trailers?: undefined }
  | { readonly lastFrame?: undefined; readonly trailers: Headers };

/** Names of header fields, in lower case. */
export interface CompressionFields {
  /** How the sender's messages are compressed, those that are. */
  readonly encoding: string;
  /** How messages to the sender may be compressed. */
  readonly accepted: string;
}

/** One of the three protocols. */
export interface Framing {
  /** Content type of the answer. */
  readonly contentType: string;
  /** Lowest HTTP version that can carry it. */
  readonly httpVersion: 1 | 2;
  /** See {@linkcode CompressionFields}. */
  readonly compressionHeaders: CompressionFields;
  /** What follows the last message; without an error the status is OK. */
  end(error: ConnectError | undefined): StreamEnd;
}

const GRPC_COMPRESSION = { encoding: "grpc-encoding", accepted: "grpc-accept-encoding" };

const GRPC: Framing = {
  contentType: "application/grpc+proto",
  httpVersion: 2,
  compressionHeaders: GRPC_COMPRESSION,
  end: (error) => ({ trailers: setTrailerStatus(new Headers(), error) }),
};

const GRPC_WEB: Framing = {
  contentType: "application/grpc-web+proto",
  httpVersion: 1,
  compressionHeaders: GRPC_COMPRESSION,
  end: (error) => ({
    lastFrame: frame(trailerSerialize(setTrailerStatus(new Headers(), error)), trailerFlag),
  }),
};

const CONNECT: Framing = {
  contentType: "application/connect+proto",
  httpVersion: 1,
  compressionHeaders: {
    encoding: "connect-content-encoding",
    accepted: "connect-accept-encoding",
  },
  end: (error) => {
    const json = JSON.stringify(endStreamToJson(new Headers(), error, undefined));
    return { lastFrame: frame(new TextEncoder().encode(json), endStreamFlag) };
  },
};

const FRAMINGS: ReadonlyMap<string, Framing> = new Map([
  ["application/grpc", GRPC],
  ["application/grpc+proto", GRPC],
  ["application/grpc-web", GRPC_WEB],
  ["application/grpc-web+proto", GRPC_WEB],
  ["application/connect+proto", CONNECT],
]);

/** The protocol that a request's content type announces, if it is one of the three. */
export function framingOf(contentType: string | undefined): Framing | undefined {
  return FRAMINGS.get((contentType ?? "").split(";", 1)[0]!.trim().toLowerCase());
}
