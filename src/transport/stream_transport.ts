/**
 * A transport from its two parts: how to speak, and how to reach the other side.
 *
 * @module
 */
import { ZerobusError } from "../core/errors.ts";
import type { RecordFormat } from "../core/record_format.ts";
import type { Transport } from "../core/transport.ts";
import type { Dialect } from "./dialect.ts";
import { openEphemeralStream, type Wire } from "./ephemeral_stream.ts";
import { flightDialect } from "./flight_dialect.ts";
import type { HttpClient } from "./http_client.ts";
import { Negotiation } from "./negotiation.ts";
import type { StreamProtocol } from "./stream_protocol.ts";
import type { ResolvedTransportOptions } from "./transport_options.ts";
import { jsonDialect, protobufDialect } from "./zerobus_dialect.ts";

/** The method for each format, as its streams use it. */
const DIALECTS: Readonly<Record<RecordFormat, Dialect>> = {
  protobuf: protobufDialect,
  arrow: flightDialect,
  json: jsonDialect,
};

/**
 * A transport that opens streams by the method that their format takes. Closing it ends the streams
 * that are open and then whatever the client keeps.
 */
export function streamTransport(
  protocol: StreamProtocol,
  options: ResolvedTransportOptions,
  client: HttpClient,
  closeClient: () => Promise<void> = () => Promise.resolve(),
): Transport {
  const closing = new AbortController();
  const negotiation = new Negotiation(options, options.onCompressionRefused);
  const wire: Wire = {
    ...options,
    client,
    protocol,
    negotiation,
    closing: closing.signal,
  };
  return {
    protocol: protocol.name,
    async open(request) {
      closing.signal.throwIfAborted();
      const dialect = DIALECTS[request.format.kind];
      return await negotiation.open((compresses) =>
        openEphemeralStream(wire, dialect, request, compresses)
      );
    },
    async close() {
      closing.abort(new ZerobusError("the transport is closed", "closed"));
      await closeClient();
    },
  };
}
