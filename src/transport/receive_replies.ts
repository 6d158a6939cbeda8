/**
 * The response side of a stream.
 *
 * @module
 */
import {
  compressedFlag,
  type EnvelopedMessage,
  transformSplitEnvelope,
} from "@connectrpc/connect/protocol";
import { shown } from "../core/checks.ts";
import { gunzip } from "./gzip.ts";
import type { HttpResponse } from "./http_client.ts";
import { GZIP } from "./negotiation.ts";
import { protocolViolation } from "./replies.ts";
import type { Ending, StreamProtocol } from "./stream_protocol.ts";

/** Whether a response is one of the protocol, judged by its head. */
export function isInProtocol(response: HttpResponse, protocol: StreamProtocol): boolean {
  const { status, header } = response;
  return protocol.endingInHeader(header) !== undefined ||
    (status === 200 && protocol.speaks(header.get("content-type") ?? ""));
}

/** What bounds a response. */
export interface ReplyLimits {
  /** Largest message, decompressed. */
  readonly maxBytes: number;
  /** Whether messages may come compressed. */
  readonly acceptsGzip: boolean;
}

/**
 * Hands on every message, each after the one before has been taken, and returns how the server ended
 * the stream. Rejects when there is no such ending.
 */
export async function receiveReplies(
  response: HttpResponse,
  protocol: StreamProtocol,
  { maxBytes, acceptsGzip }: ReplyLimits,
  onMessage: (message: Uint8Array) => Promise<void>,
): Promise<Ending> {
  const early = protocol.endingInHeader(response.header);
  if (early !== undefined) return early;
  const encoding = response.header.get(protocol.compressionHeaders.encoding) ?? IDENTITY;
  try {
    for await (const envelope of transformSplitEnvelope(maxBytes)(response.body)) {
      const message = isCompressed(envelope, encoding, acceptsGzip)
        ? await decompressed(envelope, maxBytes)
        : envelope;
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

/** What messages are that are not compressed. */
const IDENTITY = "identity";

/** Whether a message is compressed, in the way that was agreed upon. */
function isCompressed(
  { flags }: EnvelopedMessage,
  encoding: string,
  acceptsGzip: boolean,
): boolean {
  if ((flags & compressedFlag) === 0) return false;
  if (acceptsGzip && encoding === GZIP) return true;
  throw protocolViolation(
    encoding === IDENTITY
      ? "a compressed message without a word on how it is compressed"
      : `a message compressed with ${shown(encoding)}, which was not offered`,
  );
}

async function decompressed(
  { flags, data }: EnvelopedMessage,
  maxBytes: number,
): Promise<EnvelopedMessage> {
  return {
    flags: flags ^ compressedFlag,
    // Some leave out even the little that nothing becomes.
    data: data.length === 0 ? data : await gunzip(data, maxBytes),
  };
}
