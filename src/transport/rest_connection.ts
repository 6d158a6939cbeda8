/**
 * Requests as POSTs, one after the other.
 *
 * @module
 */
import { onAbort, unlessAborted } from "../core/async.ts";
import { joined, sizeOf } from "../core/bytes.ts";
import { ConnectionError, ZerobusError } from "../core/errors.ts";
import type { Connection, OpenRequest, OutgoingRequest, ServerMessage } from "../core/transport.ts";
import type { Circumstances } from "./answer_error.ts";
import { Channel } from "./channel.ts";
import { connectionFailure } from "./connection_failure.ts";
import { gzip } from "./gzip.ts";
import { jsonArray } from "./json_array.ts";
import { GZIP, type Negotiation } from "./negotiation.ts";
import { failureIn, type RestAnswer } from "./rest_answer.ts";
import { post } from "./rest_post.ts";
import type { ResolvedTransportOptions } from "./transport_options.ts";

/** What all connections of a transport share. */
export interface RestWire extends ResolvedTransportOptions {
  /** Sends the requests. */
  readonly fetch: typeof fetch;
  /** How it refuses redirects. */
  readonly redirect: RequestRedirect;
  /** Whether bodies are compressed. */
  readonly negotiation: Negotiation;
  /** Aborts when the transport is closed. */
  readonly closing: AbortSignal;
}

/** Acknowledgements that wait for whoever iterates them. */
const READ_AHEAD = 64;

/**
 * A connection in name only: every request is an exchange of its own, and its answer is its
 * acknowledgement. Each is sent when the one before has been answered, so that what arrives is in
 * order, and a failure concerns one request alone.
 *
 * A request that fails on its way, or whose answer is lost, may have been stored: sending it again
 * then stores it twice.
 */
export class RestConnection implements Connection {
  readonly streamId = "";
  readonly messages: AsyncIterable<ServerMessage>;
  readonly #wire: RestWire;
  readonly #url: string;
  readonly #headers: Headers;
  readonly #inbox: Channel<ServerMessage> = new Channel(READ_AHEAD);
  /** Aborts when nothing more will be sent or awaited. */
  readonly #life = new AbortController();
  readonly #stopListening: readonly (() => void)[];
  /** Settles when the request before has been answered. Never rejects. */
  #turn: Promise<void> = Promise.resolve();
  #isEnded = false;

  /** Sends nothing yet. */
  constructor(wire: RestWire, { tableName, headers, signal }: OpenRequest) {
    this.#wire = wire;
    this.#url = `${wire.endpoint}/zerobus/v1/tables/${encodeURIComponent(tableName)}/insert`;
    this.#headers = new Headers(headers);
    this.#headers.set("content-type", "application/json");
    this.#headers.set("accept", "application/json");
    if (!headers.has("user-agent")) this.#headers.set("user-agent", wire.userAgent);
    this.messages = this.#inbox;
    this.#stopListening = [signal, wire.closing].map((other) =>
      onAbort(other, () => this.abort(other.reason))
    );
  }

  async send(request: OutgoingRequest): Promise<void> {
    if (this.#isEnded && !this.#life.signal.aborted) {
      throw new ZerobusError("the connection takes no requests after its end", "closed");
    }
    const answered = this.#turn.then(() => this.#exchange(request));
    this.#turn = answered.catch(() => {});
    await answered;
  }

  end(): void {
    this.#isEnded = true;
    this.#turn.then(() => {
      this.#inbox.end();
      this.#settle(new ZerobusError("the connection has ended", "closed"));
    });
  }

  abort(reason?: unknown): void {
    if (this.#life.signal.aborted) return;
    const cause = reason ?? new ConnectionError("the connection was dropped by this client");
    this.#inbox.fail(cause);
    this.#inbox.discard(cause);
    this.#settle(cause);
  }

  async #exchange({ offset, records }: OutgoingRequest): Promise<void> {
    const { signal } = this.#life;
    try {
      signal.throwIfAborted();
      const answer = await this.#answerTo(jsonArray(records));
      const failure = failureIn(answer, this.#circumstances, this.#token);
      if (failure !== undefined) throw failure;
    } catch (reason) {
      if (signal.aborted) throw signal.reason;
      const error = connectionFailure(reason, this.#circumstances);
      this.#inbox.fail(error);
      this.#settle(error);
      throw error;
    }
    await this.#inbox.put({ kind: "acknowledgement", upTo: offset });
  }

  /**
   * The answer to a body that goes compressed if that is worth trying, and once more as it is if
   * the answer may be to that: nothing was stored then.
   */
  async #answerTo(body: Uint8Array<ArrayBuffer>): Promise<RestAnswer> {
    const { negotiation } = this.#wire;
    const compressed = await this.#compressed(body);
    if (compressed === undefined) return await this.#post(body, this.#headers);
    const headers = new Headers(this.#headers);
    headers.set("content-encoding", GZIP);
    const answer = await this.#post(compressed, headers);
    if (!negotiation.suspects(answer.status)) {
      if (answer.status === 200) negotiation.prove();
      return answer;
    }
    const plain = await this.#post(body, this.#headers);
    if (plain.status === 200) negotiation.refuse();
    return plain;
  }

  async #compressed(body: Uint8Array): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { negotiation } = this.#wire;
    if (!negotiation.isOn || body.length < negotiation.minBytes) return undefined;
    const parts = await gzip([body], this.#life.signal);
    return sizeOf(parts) < body.length ? joined(parts) : undefined;
  }

  async #post(body: Uint8Array<ArrayBuffer>, headers: Headers): Promise<RestAnswer> {
    const { signal } = this.#life;
    const { fetch, redirect, maxResponseBytes: maxBytes } = this.#wire;
    const posting = post(fetch, { url: this.#url, headers, body, redirect, maxBytes, signal });
    // Not every fetch lets go of whoever waits for it.
    return await unlessAborted(posting, signal);
  }

  get #circumstances(): Circumstances {
    return {
      origin: new URL(this.#wire.endpoint).origin,
      // What keeps a request from being sent can befall any of them, not only the first.
      established: false,
      retryable: this.#wire.retryableStatuses,
      exchange: "no answer (it may have been stored) to a request",
    };
  }

  get #token(): string {
    return (this.#headers.get("authorization") ?? "").replace(/^Bearer +/i, "");
  }

  /** Ends what is still open; the first reason stays. */
  #settle(reason: unknown): void {
    for (const stop of this.#stopListening) stop();
    this.#life.abort(reason);
  }
}
