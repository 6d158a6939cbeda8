/**
 * A stream that lives as long as its connection: handshake, requests, replies, and all the ways in
 * which it ends. Written once for all protocols and for both methods.
 *
 * @module
 */
import { type Deferred, deferred, onAbort } from "../core/async.ts";
import { systemClock } from "../core/clock.ts";
import { ConnectionError, ZerobusError } from "../core/errors.ts";
import type { StatusName } from "../core/status_name.ts";
import type { Connection, OpenRequest, OutgoingRequest, ServerMessage } from "../core/transport.ts";
import { answerError, type Circumstances, endingError } from "./answer_error.ts";
import { Channel } from "./channel.ts";
import { connectionFailure } from "./connection_failure.ts";
import type { Dialect } from "./dialect.ts";
import type { HttpClient } from "./http_client.ts";
import { compressionRefused, GZIP, type Negotiation } from "./negotiation.ts";
import { compressingOutlet, type Outlet, plainOutlet } from "./outlet.ts";
import { isInProtocol, receiveReplies } from "./receive_replies.ts";
import type { Ending, StreamProtocol } from "./stream_protocol.ts";

/** What all streams of a transport share. */
export interface Wire {
  /** Sends the request. */
  readonly client: HttpClient;
  /** How the request and the response look. */
  readonly protocol: StreamProtocol;
  /** URL that the path of a method is appended to. */
  readonly endpoint: string;
  /** `user-agent`, unless the headers of a stream bring one. */
  readonly userAgent: string;
  /** Largest message that is read. */
  readonly maxResponseBytes: number;
  /** Statuses after which to try again. */
  readonly retryableStatuses: readonly StatusName[];
  /** Whether messages are compressed. */
  readonly negotiation: Negotiation;
  /** Aborts when the transport is closed. */
  readonly closing: AbortSignal;
}

/** Messages that are read ahead of whoever iterates them. */
const READ_AHEAD = 64;
/**
 * How long a failure to write waits for the status that explains it: a server that refuses records
 * stops reading first, and its answer may still be on the way.
 */
const STATUS_GRACE_MS = 1_000;

/**
 * Opens a stream and waits until the service has accepted it.
 *
 * @param compresses whether its messages may be compressed, in both directions
 */
export async function openEphemeralStream(
  wire: Wire,
  dialect: Dialect,
  request: OpenRequest,
  compresses: boolean,
): Promise<Connection> {
  request.signal.throwIfAborted();
  const stream = new EphemeralStream(wire, dialect, request, compresses);
  await stream.accepted.promise;
  return stream;
}

class EphemeralStream implements Connection {
  readonly accepted: Deferred<void> = deferred();
  readonly messages: AsyncIterable<ServerMessage>;
  readonly #wire: Wire;
  readonly #dialect: Dialect;
  readonly #inbox: Channel<ServerMessage> = new Channel(READ_AHEAD);
  readonly #exchange = new AbortController();
  readonly #outlet: Outlet;
  readonly #compresses: boolean;
  readonly #stopListening: readonly (() => void)[];
  #streamId: string | undefined;
  #halfClosed = false;

  constructor(wire: Wire, dialect: Dialect, request: OpenRequest, compresses: boolean) {
    const opening = dialect.opening(request);
    this.#wire = wire;
    this.#dialect = dialect;
    this.#compresses = compresses;
    const onAbandon = () => this.#onUnreadBody();
    this.#outlet = compresses
      ? compressingOutlet(wire.negotiation, this.#exchange.signal, onAbandon)
      : plainOutlet(onAbandon);
    this.messages = this.#inbox;
    this.#stopListening = [request.signal, wire.closing].map((signal) =>
      onAbort(signal, () => this.abort(signal.reason))
    );
    // Its failure is the stream's, which is reported by whatever else is waiting.
    this.#outlet.put([opening]).catch(() => {});
    this.#run(request.headers);
  }

  get streamId(): string {
    return this.#streamId ?? "";
  }

  async send(request: OutgoingRequest): Promise<void> {
    if (this.#halfClosed && !this.#settled) {
      throw new ZerobusError("the stream takes no requests after its end", "closed");
    }
    await this.#outlet.put(this.#dialect.frame(request));
  }

  end(): void {
    this.#halfClosed = true;
    this.#outlet.end();
  }

  abort(reason?: unknown): void {
    if (this.#settled) return;
    const cause = reason ?? new ConnectionError("the stream was dropped by this client");
    this.#inbox.fail(cause);
    this.#inbox.discard(cause);
    this.#settle(cause);
  }

  get #settled(): boolean {
    return this.#exchange.signal.aborted;
  }

  get #circumstances(): Circumstances {
    return {
      origin: new URL(this.#wire.endpoint).origin,
      established: this.#streamId !== undefined,
      retryable: this.#wire.retryableStatuses,
    };
  }

  async #run(given: Headers): Promise<void> {
    const { client, protocol, endpoint, userAgent, maxResponseBytes, negotiation } = this.#wire;
    const { encoding, accepted } = protocol.compressionHeaders;
    try {
      const headers = new Headers(given);
      if (!headers.has("user-agent")) headers.set("user-agent", userAgent);
      if (this.#compresses) {
        headers.set(encoding, GZIP);
        headers.set(accepted, GZIP);
      }
      const response = await client({
        url: `${endpoint}${this.#dialect.path}`,
        method: "POST",
        header: protocol.requestHeader(headers),
        body: this.#outlet.body,
        signal: this.#exchange.signal,
      });
      negotiation.heed(response.header.get(accepted));
      if (!isInProtocol(response, protocol)) throw answerError(response, this.#circumstances);
      const ending = await receiveReplies(
        response,
        protocol,
        { maxBytes: maxResponseBytes, acceptsGzip: this.#compresses },
        (message) => this.#onMessage(message),
      );
      this.#onEnding(ending);
    } catch (reason) {
      this.#fail(connectionFailure(reason, this.#circumstances));
    }
  }

  async #onMessage(bytes: Uint8Array): Promise<void> {
    if (this.#streamId === undefined) {
      this.#streamId = this.#dialect.accepted(bytes);
      this.accepted.resolve();
    } else {
      for (const message of this.#dialect.read(bytes)) await this.#inbox.put(message);
    }
  }

  #onEnding(ending: Ending): void {
    const { negotiation, protocol } = this.#wire;
    negotiation.heed(ending.error?.metadata.get(protocol.compressionHeaders.accepted) ?? null);
    const reason = endingError(ending, this.#circumstances);
    // Before the stream is accepted it is for whoever opens it to find out.
    const isRefusal = this.#compresses && this.#streamId !== undefined &&
      reason.details.status === "UNIMPLEMENTED";
    if (isRefusal) negotiation.refuse();
    const error = isRefusal ? compressionRefused(reason) : reason;
    if (ending.error !== undefined || this.#streamId === undefined) return this.#fail(error);
    this.#inbox.end();
    this.#settle(error);
  }

  /** Whoever sends the body will not take more of it. */
  #onUnreadBody(): void {
    systemClock.sleep(STATUS_GRACE_MS, this.#exchange.signal).then(
      () => {
        const { origin } = this.#circumstances;
        this.#fail(
          new ConnectionError(`${origin} stopped reading the stream`, {
            details: { status: "UNAVAILABLE" },
          }),
        );
      },
      () => {}, // the stream has ended by itself
    );
  }

  #fail(error: unknown): void {
    this.#inbox.fail(error);
    this.#settle(error);
  }

  /** Ends what is still open; the first reason stays. */
  #settle(reason: unknown): void {
    if (this.#settled) return;
    for (const stop of this.#stopListening) stop();
    this.accepted.reject(reason);
    this.#outlet.body.discard(reason);
    this.#exchange.abort(); // a cancellation, whatever the reason is
  }
}
