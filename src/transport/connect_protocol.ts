/**
 * Connect: the ending is in a last envelope that holds JSON.
 *
 * @module
 */
import {
  endStreamFlag,
  endStreamFromJson,
  headerStreamAcceptEncoding,
  headerStreamEncoding,
  parseContentType,
  requestHeader,
} from "@connectrpc/connect/protocol-connect";
import type { StreamProtocol } from "./stream_protocol.ts";

/** Connect's streaming protocol. */
export const connectProtocol: StreamProtocol = {
  name: "connect",
  requestHeader: (given) => requestHeader("bidi_streaming", true, undefined, given, true),
  compressionHeaders: { encoding: headerStreamEncoding, accepted: headerStreamAcceptEncoding },
  speaks(contentType): boolean {
    const type = parseContentType(contentType);
    return type !== undefined && type.binary && type.stream;
  },
  endingInHeader: () => undefined,
  endingInEnvelope: ({ flags, data }) =>
    (flags & endStreamFlag) === 0 ? undefined : endStreamFromJson(data),
  endingInTrailer: () => undefined,
};
