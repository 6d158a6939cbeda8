/**
 * gRPC-Web: the ending is in a last envelope that looks like an HTTP/1.1 header.
 *
 * @module
 */
import {
  headerAcceptEncoding,
  headerEncoding,
  parseContentType,
  requestHeader,
  trailerFlag,
  trailerParse,
} from "@connectrpc/connect/protocol-grpc-web";
import { grpcEnding } from "./grpc_status.ts";
import { protocolViolation } from "./replies.ts";
import type { Ending, StreamProtocol } from "./stream_protocol.ts";

/** gRPC-Web, the binary format. */
export const grpcWebProtocol: StreamProtocol = {
  name: "grpc-web",
  requestHeader: (given) => requestHeader(true, undefined, given, true),
  compressionHeaders: { encoding: headerEncoding, accepted: headerAcceptEncoding },
  speaks(contentType): boolean {
    const type = parseContentType(contentType);
    return type !== undefined && type.binary && !type.text;
  },
  endingInHeader: grpcEnding,
  endingInEnvelope({ flags, data }): Ending | undefined {
    if ((flags & trailerFlag) === 0) return undefined;
    const ending = grpcEnding(trailerParse(data));
    if (ending === undefined) throw protocolViolation("trailers without a status");
    return ending;
  },
  endingInTrailer: () => undefined,
};
