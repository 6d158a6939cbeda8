/**
 * The ephemeral stream: handshake, requests, replies, and all the ways in which it ends. Written
 * once for all protocols.
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
import { batchFrame, createStreamFrame } from "./frames.ts";
import type { HttpClient } from "./http_client.ts";
import { isInProtocol, receiveReplies } from "./receive_replies.ts";
import { protocolViolation, type Reply } from "./replies.ts";
import type { Ending, StreamProtocol } from "./stream_protocol.ts";

/** What all streams of a transport share. */
export interface Wire {
  /** Sends the request. */
  readonly client: HttpClient;
  /** How the request and the response look. */
  readonly protocol: StreamProtocol;
  /** Full URL of the method. */
  readonly url: string;
  /** `user-agent`, unless the headers of a stream bring one. */
  readonly userAgent: string;
  /** Largest message that is read. */
  readonly maxResponseBytes: number;
  /** Statuses after which to try again. */
  readonly retryableStatuses: readonly StatusName[];
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

/** Opens a stream and waits until the service has accepted it. */
export async function openEphemeralStream(wire: Wire, request: OpenRequest): Promise<Connection> {
  request.signal.throwIfAborted();
  const stream = new EphemeralStream(wire, request);
  await stream.accepted.promise;
  return stream;
}

class EphemeralStream implements Connection {
  readonly accepted: Deferred<void> = deferred();
  readonly messages: AsyncIterable<ServerMessage>;
  readonly #wire: Wire;
  readonly #inbox: Channel<ServerMessage> = new Channel(READ_AHEAD);
  readonly #body: Channel<Uint8Array> = new Channel(0, () => this.#onUnreadBody());
  readonly #exchange = new AbortController();
  readonly #stopListening: readonly (() => void)[];
  #streamId: string | undefined;
  #halfClosed = false;

  constructor(wire: Wire, request: OpenRequest) {
    this.#wire = wire;
    this.messages = this.#inbox;
    this.#stopListening = [request.signal, wire.closing].map((signal) =>
      onAbort(signal, () => this.abort(signal.reason))
    );
    // Its failure is the stream's, which is reported by whatever else is waiting.
    this.#body.put(createStreamFrame(request)).catch(() => {});
    this.#run(request.headers);
  }

  get streamId(): string {
    return this.#streamId ?? "";
  }

  async send(request: OutgoingRequest): Promise<void> {
    if (this.#halfClosed && !this.#settled) {
      throw new ZerobusError("the stream takes no requests after its end", "closed");
    }
    await this.#body.put(...batchFrame(request));
  }

  end(): void {
    this.#halfClosed = true;
    this.#body.end();
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
      origin: new URL(this.#wire.url).origin,
      established: this.#streamId !== undefined,
      retryable: this.#wire.retryableStatuses,
    };
  }

  async #run(given: Headers): Promise<void> {
    const { client, protocol, url, userAgent, maxResponseBytes } = this.#wire;
    try {
      const headers = new Headers(given);
      if (!headers.has("user-agent")) headers.set("user-agent", userAgent);
      const response = await client({
        url,
        method: "POST",
        header: protocol.requestHeader(headers),
        body: this.#body,
        signal: this.#exchange.signal,
      });
      if (!isInProtocol(response, protocol)) throw answerError(response, this.#circumstances);
      const ending = await receiveReplies(
        response,
        protocol,
        maxResponseBytes,
        (reply) => this.#onReply(reply),
      );
      this.#onEnding(ending);
    } catch (reason) {
      this.#fail(connectionFailure(reason, this.#circumstances));
    }
  }

  async #onReply(reply: Reply): Promise<void> {
    if (this.#streamId === undefined) {
      if (reply.kind !== "created" || reply.streamId === "") {
        throw protocolViolation("its first message did not name the stream");
      }
      this.#streamId = reply.streamId;
      this.accepted.resolve();
    } else if (reply.kind === "created") {
      throw protocolViolation("it named the stream twice");
    } else if (reply.kind !== "unknown") {
      await this.#inbox.put(reply);
    }
  }

  #onEnding(ending: Ending): void {
    const error = endingError(ending, this.#circumstances);
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
    this.#body.discard(reason);
    this.#exchange.abort(); // a cancellation, whatever the reason is
  }
}
