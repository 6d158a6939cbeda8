/**
 * What the server says, from bytes.
 *
 * @module
 */
import { fromBinary, isFieldSet } from "@bufbuild/protobuf";
import { ConnectionError } from "../core/errors.ts";
import type { ServerMessage } from "../core/transport.ts";
import {
  type EphemeralStreamResponse,
  EphemeralStreamResponseSchema,
  type IngestRecordResponse,
  IngestRecordResponseSchema,
} from "../gen/zerobus_pb.ts";
import { durationMs } from "./duration.ts";

/** A message of the server, the one that opens the stream included. */
export type Reply =
  | ServerMessage
  /** The stream is open. */
  | { readonly kind: "created"; readonly streamId: string }
  /** A message that a newer service may send and this client does not know. */
  | { readonly kind: "unknown" };

/**
 * Reads one message.
 *
 * @throws {ConnectionError} (retryable) when the bytes are not one, or break the contract.
 */
export function readReply(bytes: Uint8Array): Reply {
  const { payload } = parse(bytes);
  switch (payload.case) {
    case "createStreamResponse":
      return { kind: "created", streamId: payload.value.streamId };
    case "ingestRecordResponse":
      return { kind: "acknowledgement", upTo: acknowledgedOffset(payload.value) };
    case "closeStreamSignal":
      return { kind: "close", durationMs: durationMs(payload.value.duration) };
    default:
      return { kind: "unknown" };
  }
}

/** The error for a server that breaks the contract; another connection may behave. */
export function protocolViolation(what: string, cause?: unknown): ConnectionError {
  return new ConnectionError(`the server broke the protocol: ${what}`, {
    cause,
    details: { status: "INTERNAL" },
  });
}

function parse(bytes: Uint8Array): EphemeralStreamResponse {
  try {
    return fromBinary(EphemeralStreamResponseSchema, bytes, { readUnknownFields: false });
  } catch (cause) {
    throw protocolViolation(`${bytes.length} bytes that are no EphemeralStreamResponse`, cause);
  }
}

function acknowledgedOffset(response: IngestRecordResponse): number {
  // A missing field reads as 0, which would acknowledge a request.
  if (!isFieldSet(response, IngestRecordResponseSchema.field.durabilityAckUpToOffset)) {
    throw protocolViolation("an acknowledgement without an offset");
  }
  const offset = Number(response.durabilityAckUpToOffset);
  if (!Number.isSafeInteger(offset)) {
    throw protocolViolation("an acknowledgement beyond any offset that was sent");
  }
  return offset;
}
