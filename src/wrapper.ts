/**
 * The façade: puts the pieces in line.
 *
 * @module
 */
import type { RecordBatch } from "apache-arrow";
import { recordBatchesOf } from "./core/arrow.ts";
import { unlessAborted } from "./core/async.ts";
import type { WrapperConfiguration } from "./core/configuration.ts";
import type { ListenerOptions, ZerobusEventName, ZerobusListener } from "./core/events.ts";
import type { Backoff } from "./core/protective_backoff.ts";
import { redacted } from "./core/redact.ts";
import { resolveConfiguration } from "./core/resolve.ts";
import type { ResolvedConfiguration } from "./core/resolved_configuration.ts";
import type { TransmissionResult } from "./core/result.ts";
import type { DebugStatus } from "./debug/debug_tap.ts";
import { batchSink } from "./delivery/batch_sink.ts";
import { BatchWriter } from "./delivery/batch_writer.ts";
import type { Delivery } from "./delivery/delivery.ts";
import { checkedRowOptions } from "./delivery/row_options.ts";
import { checkedSendOptions } from "./delivery/send_options.ts";
import { sendRows } from "./delivery/send_rows.ts";
import type { MessageDescriptor } from "./schema/message_descriptor.ts";
import { closed, Sender } from "./sender.ts";
import type {
  BatchInput,
  BatchWriterOptions,
  SendOptions,
  SendRowsOptions,
  WritableOptions,
} from "./wrapper_options.ts";
import type { Raw, WrapperPreset } from "./wrapper_preset.ts";

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
  readonly #sender: Sender;
  readonly #ownOptions: () => Record<string, unknown>;
  #shutdown: Promise<void> | undefined;

  /** Use `createWrapper`. */
  constructor(configuration: WrapperConfiguration, preset: WrapperPreset) {
    const resolved = this.#configuration = resolveConfiguration(configuration, preset);
    const raw = configuration as unknown as Raw;
    this.#sender = new Sender(resolved, preset, raw);
    this.#ownOptions = () => preset.shown?.(resolved, raw) ?? {};
  }

  /**
   * Whether this wrapper holds back at present: after too many failures, or because the service
   * asked for it. See `WrapperConfiguration.backoff`.
   */
  get backoff(): Backoff {
    return this.#sender.backoff;
  }

  /**
   * Calls a function for every event of a name: `ack`, `retry`, `reconnect`, `pause`, `failure`,
   * `backoff`, `token`, `compressionrefused`, `debugdrop`. Listeners must be quick; what they throw
   * is ignored.
   *
   * @returns a function that removes the listener
   */
  addEventListener<K extends ZerobusEventName>(
    name: K,
    listener: ZerobusListener<K>,
    options: ListenerOptions = {},
  ): () => void {
    return this.#sender.observability.events.on(name, listener, options);
  }

  /**
   * The configuration in force, defaults included, for logs and support tickets: secrets are
   * `"[redacted]"`, functions and other objects are named by their kind.
   */
  redactedConfiguration(): Record<string, unknown> {
    return redacted(this.#configuration, this.#ownOptions());
  }

  /** What became of debug output; `undefined` when it is off. */
  get debug(): DebugStatus | undefined {
    return this.#sender.debug;
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
   * Sends plain objects, one a row, in batches of `maxRows` or about `maxBytes`, the next one when
   * the one before is in the window, so that a source may be as long as you like, or endless. Waits
   * until every row that was taken from it is durable or has failed.
   *
   * The columns are those of `schema`, or the fields of `descriptor`, or what the rows say: numbers
   * are doubles, bigints 64-bit integers, dates timestamps in UTC, `Uint8Array`s bytes, arrays
   * lists, objects structs, `Map`s maps. The first value of a member decides, for good; members may
   * be added as rows go on. `null` and `undefined` are missing values. Rows are read when their batch
   * is made, so a source must not change a row that it has given.
   *
   * The result is as `sendBatch`'s, with rows numbered in the order in which they were taken; a row
   * that cannot be converted has failed, and the others are sent. After a failure that hits a batch
   * as a whole, or one of the source's own, no more rows are taken: it is the result's `error`.
   *
   * @throws {TypeError} when the source is not iterable
   * @throws {ConfigurationError} for an option that is out of bounds, a schema or descriptor of
   * which no columns can be made
   * @throws {ZerobusError} with code `closed` after `shutdown()`
   * @throws the signal's reason when it aborts; the source is then closed
   */
  async sendRows<Row extends object>(
    rows: Iterable<Row> | AsyncIterable<Row>,
    options: SendRowsOptions = {},
  ): Promise<TransmissionResult> {
    this.#assertOpen();
    const checked = checkedRowOptions(options);
    return await sendRows(rows, checked, this.#sender.forRows(checked));
  }

  /**
   * Collects single rows into batches: see {@linkcode BatchWriter}. Columns are found as `sendRows`
   * does. `flush()` and `shutdown()` of the wrapper include what its writers have collected.
   *
   * @throws {ConfigurationError} as `sendRows` does
   * @throws {ZerobusError} with code `closed` after `shutdown()`
   */
  batchWriter<Row extends object = Record<string, unknown>>(
    options: BatchWriterOptions<Row> = {},
  ): BatchWriter<Row> {
    this.#assertOpen();
    const checked = checkedRowOptions(options);
    return new BatchWriter(checked, options.onResult, this.#sender.forRows(checked));
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
    await this.#sender.flush();
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
    return this.#shutdown ??= this.#sender.close();
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
    return this.#sender.undelivered() as unknown as RecordBatch[];
  }

  #deliver(
    input: BatchInput,
    descriptor: MessageDescriptor | undefined,
    signal: AbortSignal | undefined,
  ): Delivery {
    this.#assertOpen();
    return this.#sender.begin(recordBatchesOf(input), descriptor, signal);
  }

  #assertOpen(): void {
    if (this.#shutdown !== undefined) throw closed();
  }
}
