/**
 * A scripted server in memory, behind the seam of the real transports. It checks what the service
 * checks (physical offsets from 0 without a gap) and says what a test tells it to.
 *
 * @module
 */
import { type Deferred, deferred, Line } from "../../src/core/async.ts";
import { ConnectionError, TransmissionError } from "../../src/core/errors.ts";
import type {
  Connection,
  OpenRequest,
  OutgoingRequest,
  ServerMessage,
  Transport,
} from "../../src/core/transport.ts";

/** What becomes of an attempt to open a stream. */
export type OpenAnswer =
  | "accept"
  /** Nothing happens until the attempt is aborted. */
  | "hang"
  /** Nothing happens, not even then, until the test settles it. */
  | Deferred<void>
  /** The attempt fails. */
  | Error;

/** The server's side of one stream. */
export class MemoryConnection {
  /** What arrived, in order. */
  readonly requests: OutgoingRequest[] = [];
  /** Called with everything that arrives. */
  onRequest: (request: OutgoingRequest) => void = () => {};
  /** Whether the client half-closed. */
  halfClosed = false;
  /** Whether a request came after that. */
  hasLateRequests = false;
  /** Whether the client dropped the stream. */
  dropped = false;
  /** Whether the server ends the stream when the client half-closes. */
  endsOnHalfClose = true;
  /** Whether a drop ends what the client reads; a sloppy transport may deliver what it has read. */
  endsOnAbort = true;
  /** The client's side. */
  readonly client: Connection;
  readonly #messages = new Line<ServerMessage>();
  #end: { readonly error?: Error } | undefined;
  #arrived: Deferred<void> = deferred();
  #room: Deferred<void> | undefined;
  #broken: Error | undefined;

  constructor(streamId: string) {
    this.client = {
      streamId,
      send: (request) => this.#take(request),
      messages: this.#read(),
      end: () => {
        this.halfClosed = true;
        if (this.endsOnHalfClose) this.end();
      },
      abort: () => {
        this.dropped = true;
        if (this.endsOnAbort) this.fail(new ConnectionError("aborted by this side"));
        this.breakSending(new ConnectionError("aborted by this side"));
      },
    };
  }

  /** Whether neither side has ended it. */
  get isOpen(): boolean {
    return !this.dropped && this.#end === undefined;
  }

  /** Acknowledges everything up to this physical offset. */
  acknowledge(upTo: number): void {
    this.#say({ kind: "acknowledgement", upTo });
  }

  /** Acknowledges everything that arrived. */
  acknowledgeAll(): void {
    this.acknowledge(this.requests.length - 1);
  }

  /** Acknowledges so many records, counted from the first of the connection. */
  acknowledgeRecords(count: number): void {
    this.#say({ kind: "durable_records", count });
  }

  /** Announces the end of the stream. */
  announceEnd(durationMs: number): void {
    this.#say({ kind: "close", durationMs });
  }

  /** Ends the stream with OK. */
  end(): void {
    this.#end ??= {};
    this.#arrived.resolve();
  }

  /** Ends the stream with an error. */
  fail(error: Error): void {
    this.#end ??= { error };
    this.#arrived.resolve();
  }

  /** Sending fails from now on, a waiting one included; what the server says is another matter. */
  breakSending(error: Error): void {
    this.#broken ??= error;
    this.#room?.reject(error);
  }

  /** The wire takes one more request, and then no other until it has room again. */
  stall(): void {
    this.#room ??= deferred();
    this.#room.promise.catch(() => {});
  }

  /** The wire has room again. */
  resume(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }

  async #take(request: OutgoingRequest): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    if (this.halfClosed) {
      this.hasLateRequests = true;
      throw new Error("a request after the half-close");
    }
    if (request.offset !== this.requests.length) {
      this.fail(
        new TransmissionError(
          `offset ${request.offset}, expected ${this.requests.length}. Error Code: 4002`,
        ),
      );
      return;
    }
    this.requests.push(request);
    this.onRequest(request);
    await this.#room?.promise;
  }

  #say(message: ServerMessage): void {
    if (this.#end !== undefined) throw new Error("the stream has ended");
    this.#messages.join(message);
    this.#arrived.resolve();
  }

  async *#read(): AsyncGenerator<ServerMessage> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) {
        yield message;
      } else if (this.#end !== undefined) {
        if (this.#end.error !== undefined) throw this.#end.error;
        return;
      } else {
        this.#arrived = deferred();
        await this.#arrived.promise;
      }
    }
  }
}

/** Opens streams to a server that does as it is told. */
export class MemoryTransport implements Transport {
  readonly protocol = "grpc";
  /** Every attempt. */
  readonly opened: OpenRequest[] = [];
  /** Every stream that was accepted. */
  readonly connections: MemoryConnection[] = [];
  /** What becomes of the next attempts; once it is empty, all are accepted. */
  readonly answers: OpenAnswer[] = [];
  /** Called with every stream that is accepted, before the client has it. */
  onConnection: (connection: MemoryConnection) => void = () => {};

  async open(request: OpenRequest): Promise<Connection> {
    this.opened.push(request);
    const answer = this.answers.shift() ?? "accept";
    if (answer instanceof Error) throw answer;
    if (answer === "hang") await untilAborted(request.signal);
    else if (answer !== "accept") await answer.promise;
    const connection = new MemoryConnection(`stream-${this.opened.length}`);
    this.connections.push(connection);
    this.onConnection(connection);
    return connection.client;
  }

  /** The latest stream. */
  get latest(): MemoryConnection {
    const latest = this.connections.at(-1);
    if (latest === undefined) throw new Error("nothing has connected");
    return latest;
  }

  close(): Promise<void> {
    return Promise.reject(new Error("the transport is not the stream's to close"));
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
