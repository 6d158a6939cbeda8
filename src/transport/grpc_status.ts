/**
 * The ending of a stream as gRPC tells it, in a set of header fields. gRPC-Web shares it.
 *
 * @module
 */
import type { ConnectError } from "@connectrpc/connect";
import {
  findTrailerError,
  headerGrpcMessage,
  headerGrpcStatus,
  headerStatusDetailsBin,
} from "@connectrpc/connect/protocol-grpc";
import type { Ending } from "./stream_protocol.ts";

/** The ending told in these fields, if one is. */
export function grpcEnding(fields: Headers): Ending | undefined {
  return fields.has(headerGrpcStatus) ? { error: statusError(fields) } : undefined;
}

function statusError(fields: Headers): ConnectError | undefined {
  try {
    return findTrailerError(fields);
  } catch {
    // Some servers do not percent-encode their messages, and broken details must not hide a status.
    const readable = new Headers(fields);
    readable.delete(headerStatusDetailsBin);
    readable.set(headerGrpcMessage, encodeURIComponent(fields.get(headerGrpcMessage) ?? ""));
    return findTrailerError(readable);
  }
}
