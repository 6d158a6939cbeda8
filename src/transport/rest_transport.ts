/**
 * The REST transport.
 *
 * @module
 */
import { ZerobusError } from "../core/errors.ts";
import type { Transport } from "../core/transport.ts";
import { refusedRedirects } from "./fetch_client.ts";
import { Negotiation } from "./negotiation.ts";
import { unsupportedFormat } from "./frames.ts";
import { RestConnection, type RestWire } from "./rest_connection.ts";
import { resolveTransportOptions, type TransportOptions } from "./transport_options.ts";

/** Options of {@linkcode restTransport}. */
export interface RestTransportOptions extends TransportOptions {
  /** The `fetch` to use. Default: the global one. */
  readonly fetch?: typeof fetch;
}

/**
 * Zerobus over REST: each request is a POST of a JSON array, which any `fetch` can send, whatever
 * proxies are in between. It carries JSON records only.
 *
 * Requests of a stream go one after the other; parallel streams (`stream.streams`) send as many at
 * the same time. The answer to a request is its acknowledgement. A request whose answer is lost is
 * sent again, though it may have been stored: delivery is at least once.
 *
 * @example
 * ```ts
 * import { createWrapper, restTransport } from "@zerobus/wrapper";
 *
 * const endpoint = "https://1234567890.zerobus.us-west-2.cloud.databricks.com";
 * await using wrapper = await createWrapper({
 *   endpoint,
 *   tableName: "main.iot.readings",
 *   headersProvider: () => ({ authorization: "Bearer token" }),
 *   transport: restTransport({ endpoint, userAgent: "my-app/1.0" }),
 *   recordFormat: "json",
 * });
 * ```
 *
 * @throws {ConfigurationError} for an option that cannot work.
 */
export function restTransport(options: RestTransportOptions): Transport {
  const closing = new AbortController();
  const resolved = resolveTransportOptions(options);
  const wire: RestWire = {
    ...resolved,
    negotiation: new Negotiation(resolved, resolved.onCompressionRefused),
    // Workers want it called as a function of the global object.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    redirect: refusedRedirects(),
    closing: closing.signal,
  };
  return {
    protocol: "rest",
    // Nothing is asked of the service before there is a request.
    // deno-lint-ignore require-await
    async open(request) {
      closing.signal.throwIfAborted();
      request.signal.throwIfAborted();
      if (request.format.kind !== "json") throw unsupportedFormat(request.format, "REST");
      return new RestConnection(wire, request);
    },
    close() {
      closing.abort(new ZerobusError("the transport is closed", "closed"));
      return Promise.resolve();
    },
  };
}
