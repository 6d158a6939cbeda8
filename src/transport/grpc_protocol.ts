/**
 * gRPC: the ending is in HTTP/2 trailers.
 *
 * @module
 */
import {
  headerAcceptEncoding,
  headerEncoding,
  parseContentType,
  requestHeader,
} from "@connectrpc/connect/protocol-grpc";
import { grpcEnding } from "./grpc_status.ts";
import type { StreamProtocol } from "./stream_protocol.ts";

/** gRPC over HTTP/2. */
export const grpcProtocol: StreamProtocol = {
  name: "grpc",
  requestHeader: (given) => requestHeader(true, undefined, given),
  compressionHeaders: { encoding: headerEncoding, accepted: headerAcceptEncoding },
  speaks: (contentType) => parseContentType(contentType)?.binary === true,
  endingInHeader: grpcEnding,
  endingInEnvelope: () => undefined,
  endingInTrailer: ({ trailer }) => grpcEnding(trailer),
};
