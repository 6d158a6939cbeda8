/**
 * How each protocol says that a stream is over.
 *
 * @module
 */
import { base64Encode, BinaryWriter } from "@bufbuild/protobuf/wire";
import { STATUS_NAMES } from "../../../src/core/status_name.ts";
import type { EndingStatus } from "./exchange.ts";
import { envelope } from "./envelopes.ts";
import type { Fields, StreamingProtocol } from "./lines.ts";

/** gRPC: header fields, as trailers or in the head. */
export function endingFields(ending: EndingStatus): Fields {
  const { status, message = "", retryAfterSeconds } = ending;
  return {
    "grpc-status": String(STATUS_NAMES.indexOf(status)),
    ...(message === "" ? {} : { "grpc-message": encodeURIComponent(message) }),
    ...(retryAfterSeconds === undefined
      ? {}
      : { "grpc-status-details-bin": base64Encode(statusBytes(ending), "std_raw") }),
  };
}

/** gRPC-Web and Connect: a last envelope. */
export function endingBytes(protocol: StreamingProtocol, ending: EndingStatus): Uint8Array {
  const text = protocol === "connect" ? connectEnding(ending) : grpcWebEnding(ending);
  return envelope(new TextEncoder().encode(text), protocol === "connect" ? 0x02 : 0x80);
}

function grpcWebEnding(ending: EndingStatus): string {
  return Object.entries(endingFields(ending)).map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
}

function connectEnding({ status, message = "", retryAfterSeconds }: EndingStatus): string {
  if (status === "OK") return "{}";
  const details = retryAfterSeconds === undefined ? [] : [{
    type: "google.rpc.RetryInfo",
    value: base64Encode(retryInfoBytes(retryAfterSeconds), "std_raw"),
  }];
  // The protocol has its own spelling of one word.
  const code = status === "CANCELLED" ? "canceled" : status.toLowerCase();
  return JSON.stringify({ error: { code, message, details } });
}

/** A `google.rpc.Status`. */
function statusBytes({ status, message = "", retryAfterSeconds = 0 }: EndingStatus): Uint8Array {
  return new BinaryWriter()
    .tag(1, 0).int32(STATUS_NAMES.indexOf(status))
    .tag(2, 2).string(message)
    .tag(3, 2).fork()
    .tag(1, 2).string("type.googleapis.com/google.rpc.RetryInfo")
    .tag(2, 2).bytes(retryInfoBytes(retryAfterSeconds))
    .join().finish();
}

/** A `google.rpc.RetryInfo`. */
function retryInfoBytes(seconds: number): Uint8Array {
  return new BinaryWriter().tag(1, 2).fork().tag(1, 0).int64(seconds).join().finish();
}
