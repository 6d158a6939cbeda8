/**
 * The façade: puts the pieces in line.
 *
 * @module
 */
import type { RecordBatch } from "apache-arrow";
import { recordBatchesOf } from "./core/arrow.ts";
import { unlessAborted, within } from "./core/async.ts";
import { type Clock, systemClock } from "./core/clock.ts";
import type { WrapperConfiguration } from "./core/configuration.ts";
import { ConnectionError, ZerobusError } from "./core/errors.ts";
import type { ListenerOptions, ZerobusEventName, ZerobusListener } from "./core/events.ts";
import { type Backoff, ProtectiveBackoff } from "./core/protective_backoff.ts";
import { redacted } from "./core/redact.ts";
import { resolveConfiguration } from "./core/resolve.ts";
import type { ResolvedConfiguration } from "./core/resolved_configuration.ts";
import type { TransmissionResult } from "./core/result.ts";
import type { Transport } from "./core/transport.ts";
import type { DebugStatus, DebugTap } from "./debug/debug_tap.ts";
import { batchSink } from "./delivery/batch_sink.ts";
import { countForBackoff } from "./delivery/backoff_count.ts";
import { Deliveries } from "./delivery/deliveries.ts";
import { Delivery } from "./delivery/delivery.ts";
import { requestPlanner } from "./delivery/request_planner.ts";
import type { DeliveryObserver } from "./delivery/observer.ts";
import { checkedSendOptions } from "./delivery/send_options.ts";
import { StreamSet } from "./delivery/stream_set.ts";
import { debugObserver, debugTap } from "./debug_output.ts";
import type { MessageDescriptor } from "./schema/message_descriptor.ts";
import { Observability } from "./observability.ts";
import { BufferPool, POOLED_BYTES } from "./encode/buffer_pool.ts";
import { streamOpener } from "./stream_opener.ts";
import type { BatchInput, SendOptions, WritableOptions } from "./wrapper_options.ts";
import type { Exporters, Raw, WrapperPreset } from "./wrapper_preset.ts";

/**
 * Sends Arrow record batches to one table. Made by `createWrapper`; safe to share between any
 * number of concurrent senders, whose requests are pipelined.
 *
 * @example
 * ```ts
 * import { createWrapper } from "@zerobus/wrapper";
 * import { startLocalZerobus } from "@zerobus/wrapper/testing";
 * import { tableFromArrays } from "apache-arrow";
 *
 * await using local = await startLocalZerobus();
 * const { url: endpoint, unityCatalogUrl, clientId, clientSecret } = local;
 * const credentials = { unityCatalogUrl, clientId, clientSecret };
 * await using wrapper = await createWrapper({ endpoint, ...credentials, tableName: "main.iot.a" });
 *
 * const { batches } = tableFromArrays({ id: Int32Array.of(1, 2, 3) });
 * const result = await wrapper.sendBatch(batches[0]!); // all of it is durable, or has failed
 * if (result.hasFailedRows()) console.error(result.errorMessages());
 *
 * await ReadableStream.from(batches).pipeTo(wrapper.writable()); // as many as you like
 * ```
 */
export class ZerobusWrapper implements AsyncDisposable {
  readonly #configuration: ResolvedConfiguration;
  readonly #clock: Clock;
  readonly #transport: Transport | undefined;
  /** Absent when the writer is disabled. */
  readonly #streams: StreamSet | undefined;
  readonly #backoff: ProtectiveBackoff;
  readonly #deliveries = new Deliveries();
  readonly #pool = new BufferPool(POOLED_BYTES);
  readonly #debug: DebugTap | undefined;
  readonly #observers: readonly Partial<DeliveryObserver>[];
  readonly #observability: Observability;
  readonly #exporters: Exporters | undefined;
  #shutdown: Promise<void> | undefined;

  /** Use `createWrapper`. */
  constructor(configuration: WrapperConfiguration, preset: WrapperPreset) {
    const resolved = resolveConfiguration(configuration, preset);
    const clock = this.#clock = preset.clock ?? systemClock;
    const backoff = this.#backoff = new ProtectiveBackoff(resolved.backoff, clock);
    this.#configuration = resolved;
    const observability = this.#observability = new Observability(resolved, clock, backoff);
    this.#exporters = preset.exporters;
    backoff.onBegin = () => observability.heldBack();
    this.#debug = debugTap(resolved, clock, observability, preset.every);
    this.#observers = this.#debug === undefined ? [] : [debugObserver(this.#debug)];
    if (resolved.writerDisabled) return;
    const network = preset.network(resolved, configuration as unknown as Raw);
    // A transport of the user's stays the user's to close.
    if (resolved.transport === undefined) this.#transport = network.transport;
    this.#streams = new StreamSet({
      open: streamOpener(resolved, {
        fetch: network.fetch,
        transport: resolved.transport ?? network.transport,
        clock,
        observability,
      }),
      width: resolved.stream.streams,
      isolates: resolved.isolation !== undefined,
    });
  }

  /**
   * Whether this wrapper holds back at present: after too many failures, or because the service
   * asked for it. See `WrapperConfiguration.backoff`.
   */
  get backoff(): Backoff {
    return this.#backoff;
  }

  /**
   * Calls a function for every event of a name: `ack`, `retry`, `reconnect`, `pause`, `failure`,
   * `backoff`, `token`, `debugdrop`. Listeners must be quick; what they throw is ignored.
   *
   * @returns a function that removes the listener
   */
  addEventListener<K extends ZerobusEventName>(
    name: K,
    listener: ZerobusListener<K>,
    options: ListenerOptions = {},
  ): () => void {
    return this.#observability.events.on(name, listener, options);
  }

  /**
   * The configuration in force, defaults included, for logs and support tickets: secrets are
   * `"[redacted]"`, functions and other objects are named by their kind.
   */
  redactedConfiguration(): Record<string, unknown> {
    return redacted(this.#configuration);
  }

  /** What became of debug output; `undefined` when it is off. */
  get debug(): DebugStatus | undefined {
    return this.#debug;
  }

  /**
   * Sends a batch and waits until every row of it is durable or has failed.
   *
   * Resolves with a result for every failure of conversion or delivery. Many calls may run at once;
   * requests of one call keep their order, unless they are spread over parallel streams.
   *
   * @throws {TypeError} when the input is no Arrow data
   * @throws {ZerobusError} with code `closed` after `shutdown()`
   * @throws the signal's reason when it aborts
   */
  async sendBatch(batch: BatchInput, options: SendOptions = {}): Promise<TransmissionResult> {
    const { descriptor, signal } = checkedSendOptions(options);
    signal?.throwIfAborted();
    const delivery = this.#deliver(batch, descriptor, signal);
    return await unlessAborted(delivery.result, signal);
  }

  /**
   * A stream to pipe batches into. A write is done when the batch is in the window, so batches are
   * pipelined and the window is the back-pressure; closing the stream waits until every row is
   * durable. The wrapper stays open.
   */
  writable(options: WritableOptions = {}): WritableStream<BatchInput> {
    this.#assertOpen();
    const { descriptor, signal: stop } = checkedSendOptions(options);
    const sink = batchSink<BatchInput>({
      deliver: (batch, signal) => this.#deliver(batch, descriptor, signal),
      onResult: options.onResult,
      signal: stop,
    });
    return new WritableStream(sink, options.strategy);
  }

  /**
   * Waits until every row that was sent before this call is durable or has failed.
   *
   * @throws {ZerobusError} the failure that kept a batch, or a part of it, from being delivered.
   * Rows that failed each by itself are in the results alone.
   * @throws {ConnectionError} with status `DEADLINE_EXCEEDED` after `stream.flushTimeoutMs`; what is
   * on its way stays on its way.
   */
  async flush(): Promise<void> {
    this.#assertOpen();
    const failure = await this.#finished("flush");
    await this.#observability.settle();
    await this.#debug?.flush();
    this.#observability.exported(await this.#exporters?.flush());
    if (failure !== undefined) throw failure;
  }

  /**
   * Takes no more batches, waits for those on their way, closes the streams and frees the
   * connections. Whatever has not arrived after `stream.flushTimeoutMs` is given up, wherever it is;
   * the streams then get `stream.drainTimeoutMs` for a clean end. Calling it again gives the same
   * promise.
   *
   * @throws {ZerobusError} the failure that kept a batch on its way from being delivered, time-out
   * included (`ConnectionError` with status `DEADLINE_EXCEEDED`); everything is closed all the same.
   * Failures that a result had reported before are not repeated.
   */
  shutdown(): Promise<void> {
    return this.#shutdown ??= this.#close();
  }

  /** {@linkcode shutdown}, for `await using`. What an earlier call has reported is not repeated. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#shutdown === undefined) await this.shutdown();
    else await this.#shutdown.catch(() => {});
  }

  /**
   * The rows that are not known to be durable, as batches, in the order they were sent: those on
   * their way, and those that the latest terminal failure hit. A result reports the latter as
   * failed, too; send them again from one of the two. Rows that failed each by itself (they cannot
   * be converted, or the service refuses them), batches that cannot be sent at all and batches that
   * the back-off refused are in neither.
   */
  unacknowledged(): RecordBatch[] {
    return this.#deliveries.undelivered() as unknown as RecordBatch[];
  }

  #deliver(
    input: BatchInput,
    descriptor: MessageDescriptor | undefined,
    signal: AbortSignal | undefined,
  ): Delivery {
    this.#assertOpen();
    const streams = this.#streams;
    const { isolation } = this.#configuration;
    const delivery = new Delivery(recordBatchesOf(input), {
      plan: requestPlanner(this.#configuration, descriptor, this.#pool),
      lane: streams && ((plan) => streams.lane(plan)),
      refusal: this.#backoff.refusal(),
      maxExtraRequests: isolation?.maxExtraRequests ?? 0,
      clock: this.#clock,
      signal,
      observers: [...this.#observers, ...this.#observability.deliveryObservers()],
    });
    this.#deliveries.add(delivery);
    if (streams !== undefined) countForBackoff(delivery, this.#backoff);
    return delivery;
  }

  /** Waits for what is on its way, within `stream.flushTimeoutMs`. */
  #finished(what: string): Promise<ZerobusError | undefined> {
    const limit = this.#configuration.stream.flushTimeoutMs;
    return within(this.#deliveries.finished(), {
      clock: this.#clock,
      ms: limit,
      timeout: () =>
        new ConnectionError(
          `${what}: not everything was acknowledged within ${limit} ms (stream.flushTimeoutMs)`,
          { details: { status: "DEADLINE_EXCEEDED", limit } },
        ),
    });
  }

  async #close(): Promise<void> {
    let failure: ZerobusError | undefined;
    try {
      failure = await this.#finished("shutdown");
    } catch (tooLate) {
      const given = failure = ZerobusError.from(tooLate);
      this.#deliveries.abort(given);
      this.#streams?.abort(given);
      await this.#deliveries.finished();
    }
    try {
      await this.#streams?.close();
    } finally {
      await this.#transport?.close();
      await this.#observability.settle();
      await this.#debug?.close();
      this.#observability.exported(await this.#exporters?.shutdown());
    }
    if (failure !== undefined) throw failure;
  }

  #assertOpen(): void {
    if (this.#shutdown !== undefined) {
      throw new ZerobusError("the wrapper is shut down; create a new one to send more", "closed");
    }
  }
}
