/**
 * The response side of a stream.
 *
 * @module
 */
import { envelopeDecompress, transformSplitEnvelope } from "@connectrpc/connect/protocol";
import type { HttpResponse } from "./http_client.ts";
import { protocolViolation } from "./replies.ts";
import type { Ending, StreamProtocol } from "./stream_protocol.ts";

/** Whether a response is one of the protocol, judged by its head. */
export function isInProtocol(response: HttpResponse, protocol: StreamProtocol): boolean {
  const { status, header } = response;
  return protocol.endingInHeader(header) !== undefined ||
    (status === 200 && protocol.speaks(header.get("content-type") ?? ""));
}

/**
 * Hands on every message, each after the one before has been taken, and returns how the server ended
 * the stream. Rejects when there is no such ending.
 */
export async function receiveReplies(
  response: HttpResponse,
  protocol: StreamProtocol,
  maxBytes: number,
  onMessage: (message: Uint8Array) => Promise<void>,
): Promise<Ending> {
  const early = protocol.endingInHeader(response.header);
  if (early !== undefined) return early;
  try {
    for await (const envelope of transformSplitEnvelope(maxBytes)(response.body)) {
      // No compression was offered, so this only refuses what is compressed nevertheless.
      const message = await envelopeDecompress(envelope, null, maxBytes);
      const ending = protocol.endingInEnvelope(message);
      if (ending !== undefined) return ending;
      await onMessage(message.data);
    }
  } catch (reason) {
    // A status says more than the reset that came with it.
    const ending = protocol.endingInTrailer(response);
    if (ending?.error === undefined) throw reason;
    return ending;
  }
  const ending = protocol.endingInTrailer(response);
  if (ending === undefined) throw protocolViolation("it ended the stream without a status");
  return ending;
}
