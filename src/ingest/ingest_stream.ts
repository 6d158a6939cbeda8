/**
 * The ingest stream: one ordered, lossless stream of requests over as many connections as it takes.
 *
 * @module
 */
import { type Deferred, deferred, onAbort, within } from "../core/async.ts";
import {
  ConnectionError,
  isZerobusError,
  TransmissionError,
  ZerobusError,
} from "../core/errors.ts";
import { Admission } from "./admission.ts";
import { tell } from "./observer.ts";
import type {
  IngestState,
  IngestStreamOptions,
  UnacknowledgedRequest,
  WaitOptions,
} from "./options.ts";
import { payloadBytes, type RequestPayload } from "./payload.ts";
import { Supervisor } from "./supervisor.ts";
import { Window } from "./window.ts";

/**
 * Sends requests in order and knows which of them are durable. It connects when there is something
 * to send, replaces connections that fail or end, and sends again only what was not acknowledged,
 * in the same order and the same requests: every request arrives at least once, and twice only if
 * its acknowledgement was lost.
 *
 * A failure that cannot be repaired is final: it reaches everyone who waits, every later call that
 * needs the stream rejects with it, and `unacknowledged` tells what was not delivered.
 *
 * @example
 * ```ts
 * import {
 *   DEFAULT_RETRYABLE_STATUSES,
 *   descriptorFromSchema,
 *   encodeBatch,
 *   grpcWebTransport,
 *   IngestStream,
 *   oauthHeadersProvider,
 *   systemClock,
 * } from "@zerobus/wrapper";
 * import { startLocalZerobus } from "@zerobus/wrapper/testing";
 * import { toBinary } from "@bufbuild/protobuf";
 * import { DescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
 * import { tableFromArrays } from "apache-arrow";
 *
 * await using local = await startLocalZerobus();
 * const { schema, batches } = tableFromArrays({ id: Int32Array.of(1, 2, 3) });
 * await using stream = new IngestStream({
 *   transport: grpcWebTransport({ endpoint: local.url }),
 *   tableName: "main.iot.readings",
 *   format: {
 *     kind: "protobuf",
 *     descriptor: toBinary(DescriptorProtoSchema, descriptorFromSchema(schema)),
 *   },
 *   headersProvider: oauthHeadersProvider({ ...local, endpoint: local.url }),
 *   retry: { maxAttempts: 5, baseDelayMs: 100, maxDelayMs: 30_000 },
 *   limits: {
 *     maxInflightRequests: 1_000,
 *     maxInflightBytes: 16 * 1024 * 1024,
 *     maxRequestBytes: 10_420_224,
 *     connectTimeoutMs: 15_000,
 *     ackTimeoutMs: 60_000,
 *     idleTimeoutMs: 60_000,
 *     flushTimeoutMs: 300_000,
 *     pauseMaxMs: undefined,
 *     drainTimeoutMs: 500,
 *   },
 *   recovery: true,
 *   retryableStatuses: DEFAULT_RETRYABLE_STATUSES,
 *   clock: systemClock,
 * });
 * const offset = await stream.ingest(encodeBatch(batches[0]!)); // waits while the window is full
 * await stream.waitForOffset(offset); // durable
 * ```
 */
export class IngestStream implements AsyncDisposable {
  readonly #options: IngestStreamOptions;
  readonly #window: Window;
  readonly #admission: Admission;
  readonly #supervisor: Supervisor;
  readonly #stopListening: () => void;
  #end: "closed" | "failed" | undefined;
  #failure: ZerobusError | undefined;
  #closing: Promise<void> | undefined;

  /** Connects nothing before the first request. */
  constructor(options: IngestStreamOptions) {
    const { limits, signal } = options;
    this.#options = options;
    this.#window = new Window(limits.maxInflightRequests, limits.maxInflightBytes);
    this.#admission = new Admission(this.#window, () => this.#supervisor.wake());
    this.#supervisor = new Supervisor(options, this.#window, {
      onRelease: () => this.#admission.admit(),
      onFailure: (error) => this.#fail(error),
    });
    this.#stopListening = onAbort(signal, () => this.abort(signal?.reason));
    if (signal?.aborted) this.abort(signal.reason);
  }

  /** What it is doing. */
  get state(): IngestState {
    if (this.#end !== undefined) return this.#end;
    return this.#closing === undefined ? this.#supervisor.phase : "closing";
  }

  /** Requests in the window: not acknowledged, sent or not. */
  get inflightRequests(): number {
    return this.#window.requests;
  }

  /** Bytes of the requests in the window. */
  get inflightBytes(): number {
    return this.#window.bytes;
  }

  /** Connection attempts made so far. */
  get attempts(): number {
    return this.#supervisor.attempts;
  }

  /** Why the stream failed for good, if it did; closing does not change it. */
  get failure(): ZerobusError | undefined {
    return this.#failure;
  }

  /**
   * Takes a request into the window, waiting in line while there is no room, and resolves with its
   * logical offset: 0 for the first request of the stream, +1 for each that follows. It is then
   * queued, not durable.
   *
   * @param options a signal that withdraws the request while it waits in line
   * @throws {TypeError} when there are no records in it.
   * @throws {TransmissionError} when it is larger than `maxRequestBytes`.
   * @throws {ZerobusError} when the stream has failed (`failure`) or is closed (code `closed`).
   */
  async ingest(
    records: RequestPayload,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<bigint> {
    this.#check(records);
    options.signal?.throwIfAborted();
    if (this.#end !== undefined || this.#closing !== undefined) throw this.#overError();
    return await this.#admission.enter(records, options.signal);
  }

  /**
   * Resolves when the request with this logical offset, and so every one before it, is durable;
   * if it is, also after a failure or `close`.
   *
   * @throws {RangeError} for an offset that `ingest` has not returned.
   * @throws {ConnectionError} with status `DEADLINE_EXCEEDED` when the time is over; the request is
   * still on its way.
   * @throws {ZerobusError} when the stream fails or is closed before.
   */
  async waitForOffset(offset: bigint, options: WaitOptions = {}): Promise<void> {
    const next = this.#window.nextOffset;
    if (typeof offset !== "bigint" || offset < 0n || offset >= next) {
      const known = next === 0n ? "nothing was ingested" : `the last one is ${next - 1n}`;
      throw new RangeError(`offset ${offset}: expected one that ingest returned; ${known}`);
    }
    await this.#wait("waitForOffset", options, (done) => this.#watch(offset, done));
  }

  /**
   * Resolves when every request that was passed to `ingest` before this call is durable, those
   * still in line included. Later ones are not waited for.
   *
   * @throws {ConnectionError} with status `DEADLINE_EXCEEDED` when the time is over; the stream goes
   * on.
   * @throws {ZerobusError} when the stream fails or is closed before.
   */
  async flush(options: WaitOptions = {}): Promise<void> {
    await this.#wait("flush", options, (done) => {
      let giveUp = () => {};
      const leaveLine = this.#admission.behind(() => {
        giveUp = this.#watch(this.#window.nextOffset - 1n, done);
      }, done.reject);
      return () => {
        leaveLine();
        giveUp();
      };
    });
  }

  /**
   * Flushes, half-closes, waits at most `drainTimeoutMs` for late acknowledgements and the server's
   * end, and lets everything go. Takes no new requests from the call on. Repeated calls return the
   * first one's promise.
   *
   * @param options bounds of the flush; the signal also cuts the rest short
   * @throws what `flush` throws; the stream is closed nevertheless, and `unacknowledged` tells what
   * was not delivered.
   */
  close(options: WaitOptions = {}): Promise<void> {
    return this.#closing ??= this.#close(options);
  }

  /** Closes. What an earlier call of `close` has reported is not reported again. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing === undefined) await this.close();
    else await this.#closing.catch(() => {});
  }

  /**
   * Stops at once. Everything not durable fails with the reason, if that is a `ZerobusError`, or
   * with an error of code `closed` that has it as `cause`.
   */
  abort(reason?: unknown): void {
    this.#fail(
      isZerobusError(reason)
        ? reason
        : new ZerobusError("the stream was aborted", "closed", { cause: reason }),
    );
  }

  /**
   * The requests that are not known to be durable, in order, at any time: what to keep or to send
   * elsewhere after a failure. Requests that still wait in line are not among them; their `ingest`
   * rejects.
   */
  unacknowledged(): readonly UnacknowledgedRequest[] {
    return this.#window.unacknowledged();
  }

  #check(records: RequestPayload): void {
    const { bytes, rowCount } = records;
    if (!(bytes instanceof Uint8Array) || bytes.byteLength === 0 || !(rowCount > 0)) {
      throw new TypeError("records: expected a request of at least one record");
    }
    const limit = this.#options.limits.maxRequestBytes;
    const actual = payloadBytes(records);
    if (actual > limit) {
      throw new TransmissionError(
        `records: a request of ${actual} bytes, but at most ${limit} are accepted ` +
          "(maxRequestBytes); send fewer rows at once",
        { details: { field: "records", limit, actual } },
      );
    }
  }

  async #close(options: WaitOptions): Promise<void> {
    try {
      await this.flush(options);
    } finally {
      const error = this.#overError();
      this.#admission.refuse(error);
      await this.#supervisor.drain(options.signal);
      this.#settle("closed", error);
    }
  }

  #fail(error: ZerobusError): void {
    if (this.#end !== undefined) return;
    this.#failure = error;
    this.#settle("failed", error);
    tell(this.#options.observer, (observer) => observer.failed?.({ error }));
  }

  #settle(end: "closed" | "failed", error: ZerobusError): void {
    this.#end = end;
    this.#stopListening();
    this.#supervisor.stop(error);
    this.#admission.refuse(error);
    this.#window.fail(error);
  }

  /** What calls that need the stream get once it is over or closing. */
  #overError(): ZerobusError {
    return this.#failure ?? new ZerobusError("the stream is closed", "closed");
  }

  #watch(offset: bigint, done: Deferred<void>): () => void {
    const giveUp = this.#window.watch(offset, done);
    // Over: whatever is not durable by now never will be. If it is, this changes nothing.
    if (this.#end !== undefined) done.reject(this.#overError());
    return giveUp;
  }

  async #wait(
    what: string,
    options: WaitOptions,
    start: (done: Deferred<void>) => () => void,
  ): Promise<void> {
    options.signal?.throwIfAborted();
    const { clock, limits } = this.#options;
    const limit = options.timeoutMs ?? limits.flushTimeoutMs;
    const done = deferred();
    const giveUp = start(done);
    try {
      await within(done.promise, {
        clock,
        ms: limit,
        signal: options.signal,
        timeout: () =>
          new ConnectionError(
            `${what}: not everything was acknowledged within ${limit} ms; it is still on its way`,
            { details: { status: "DEADLINE_EXCEEDED", limit } },
          ),
      });
    } finally {
      giveUp();
    }
  }
}
