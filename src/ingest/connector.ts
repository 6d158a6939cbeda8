/**
 * From nothing to an open connection.
 *
 * @module
 */
import { within } from "../core/async.ts";
import {
  ConfigurationError,
  ConnectionError,
  isZerobusError,
  TokenRefreshError,
  ZerobusError,
} from "../core/errors.ts";
import type { ConnectionHeaders } from "../core/headers_provider.ts";
import type { Connection } from "../core/transport.ts";
import type { Ending } from "./ending.ts";
import type { IngestStreamOptions } from "./options.ts";

/** What became of one attempt. */
export type Attempt =
  | { readonly kind: "connected"; readonly connection: Connection }
  | Ending;

/** Asks for headers and opens connections with them, both under one time-out. */
export class Connector {
  readonly #options: IngestStreamOptions;
  /** What the latest attempt presented, once it got that far. */
  #presented: Headers | undefined;
  /** What the service refused, until the provider has given something else. */
  #rejected: Headers | undefined;

  /** Connects nothing yet. */
  constructor(options: IngestStreamOptions) {
    this.#options = options;
  }

  /** The service refused what the latest attempt presented: the provider will be told. */
  reject(): void {
    this.#rejected = this.#presented;
  }

  /** One attempt. Never throws; a connection that comes too late is dropped. */
  async connect(stop: AbortSignal): Promise<Attempt> {
    const { clock, limits } = this.#options;
    // Its signal stays with the connection, so the time-out gets none of its own.
    const life = new AbortController();
    this.#presented = undefined;
    const opening = this.#open(life.signal);
    try {
      const connection = await within(opening, {
        clock,
        ms: limits.connectTimeoutMs,
        signal: stop,
        timeout: () => this.#tooSlow(),
      });
      return { kind: "connected", connection };
    } catch (reason) {
      life.abort(reason);
      opening.then((late) => late.abort(reason), () => {});
      const kind = this.#presented === undefined ? "no_headers" : "failed";
      return { kind, error: ZerobusError.from(reason) };
    }
  }

  async #open(signal: AbortSignal): Promise<Connection> {
    const { tableName, format, transport } = this.#options;
    const headers = await this.#headers(signal);
    signal.throwIfAborted();
    this.#presented = headers;
    this.#rejected = undefined;
    return await transport.open({ tableName, format, headers, signal });
  }

  async #headers(signal: AbortSignal): Promise<Headers> {
    const { tableName, headersProvider } = this.#options;
    const rejected = this.#rejected;
    let init: ConnectionHeaders;
    try {
      init = await headersProvider({ tableName, signal, ...(rejected ? { rejected } : {}) });
    } catch (reason) {
      if (isZerobusError(reason)) throw reason;
      throw new TokenRefreshError("the headers provider failed; it will be asked again", {
        cause: reason,
      });
    }
    try {
      return new Headers(init as [string, string][]);
    } catch {
      // The runtime's own error quotes the value, which is a credential.
      throw new ConfigurationError(
        "headersProvider: expected legal HTTP headers, got a name or a value that is not legal; " +
          "look for line breaks and characters beyond ASCII",
        { details: { field: "headersProvider" } },
      );
    }
  }

  #tooSlow(): ConnectionError {
    const limit = this.#options.limits.connectTimeoutMs;
    const what = this.#presented === undefined
      ? "the headers provider did not answer"
      : "the service did not accept the stream";
    return new ConnectionError(`${what} within ${limit} ms (connectTimeoutMs)`, {
      details: { status: "DEADLINE_EXCEEDED", limit },
    });
  }
}
