/**
 * The façade: puts the pieces in line.
 *
 * @module
 */
import type { RecordBatch } from "apache-arrow";
import { connectionHeaders } from "./auth/connection_headers.ts";
import { oauthHeadersProvider } from "./auth/oauth_headers_provider.ts";
import { type ArrowBatch, type ArrowTable, recordBatchesOf } from "./core/arrow.ts";
import { unlessAborted } from "./core/async.ts";
import { systemClock } from "./core/clock.ts";
import type { ResolvedConfiguration, WrapperConfiguration } from "./core/configuration.ts";
import { ZerobusError } from "./core/errors.ts";
import type { HeadersProvider } from "./core/headers_provider.ts";
import { type Preset, resolveConfiguration } from "./core/resolve.ts";
import type { TransmissionResult } from "./core/result.ts";
import type { Transport } from "./core/transport.ts";
import { batchSink } from "./delivery/batch_sink.ts";
import { Delivery } from "./delivery/delivery.ts";
import { StreamSet } from "./delivery/stream_set.ts";
import { IngestStream } from "./ingest/ingest_stream.ts";
import type { MessageDescriptor } from "./schema/message_descriptor.ts";
import { planFor, type SchemaPlan } from "./schema/plan.ts";

/** Anything a wrapper sends: a record batch, a table, or Arrow IPC bytes (stream or file). */
export type BatchInput = ArrowBatch | ArrowTable | Uint8Array;

/** Options of {@linkcode ZerobusWrapper.sendBatch}. */
export interface SendOptions {
  /**
   * Message type of the rows, when the one derived from the Arrow schema will not do. Columns are
   * matched to fields by name.
   */
  readonly descriptor?: MessageDescriptor | undefined;
  /** Gives up waiting and stops sending. Requests already on their way are not called back. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode ZerobusWrapper.writable}. */
export interface WritableOptions {
  /** See {@linkcode SendOptions.descriptor}. */
  readonly descriptor?: MessageDescriptor | undefined;
  /**
   * Receives the result of every batch. Without it, the first row that does not arrive errors the
   * stream.
   */
  readonly onResult?: ((result: TransmissionResult, batch: BatchInput) => void) | undefined;
  /** Queue in front of the window. Default: one batch. */
  readonly strategy?: QueuingStrategy<BatchInput> | undefined;
}

type Raw = Readonly<Record<string, unknown>>;

/** What an entry point adds: its protocols, and how to speak them. */
export interface WrapperPreset extends Preset {
  /** The way out for a configuration. `raw` has the entry point's own options. */
  readonly network: (configuration: ResolvedConfiguration, raw: Raw) => Network;
}

/** How a wrapper reaches the world. */
export interface Network {
  /** Carries the records. */
  readonly transport: Transport;
  /** Sends token requests; `undefined`: the runtime's own. */
  readonly fetch: typeof fetch | undefined;
}

/**
 * Sends Arrow record batches to one table. Made by `createWrapper`; safe to share between any
 * number of concurrent senders, whose requests are pipelined.
 */
export class ZerobusWrapper implements AsyncDisposable {
  readonly #configuration: ResolvedConfiguration;
  readonly #transport: Transport | undefined;
  /** Absent when the writer is disabled. */
  readonly #streams: StreamSet | undefined;
  readonly #active = new Set<Delivery>();
  /** Deliveries that the latest terminal failure hit. */
  #lost: { error: ZerobusError; deliveries: Delivery[] } | undefined;
  #shutdown: Promise<void> | undefined;

  /** Use `createWrapper`. */
  constructor(configuration: WrapperConfiguration, preset: WrapperPreset) {
    const resolved = resolveConfiguration(configuration, preset);
    this.#configuration = resolved;
    if (resolved.writerDisabled) return;
    const network = preset.network(resolved, configuration as unknown as Raw);
    // A transport of the user's stays the user's to close.
    if (resolved.transport === undefined) this.#transport = network.transport;
    this.#streams = new StreamSet(
      streamOpener(resolved, { ...network, transport: resolved.transport ?? network.transport }),
      resolved.stream.streams,
    );
  }

  /**
   * Sends a batch and waits until every row of it is durable or has failed.
   *
   * Resolves with a result for every failure of conversion or delivery. Many calls may run at once;
   * requests of one call keep their order.
   *
   * @throws {TypeError} when the input is no Arrow data
   * @throws {ZerobusError} with code `closed` after `shutdown()`
   * @throws the signal's reason when it aborts
   */
  async sendBatch(batch: BatchInput, options: SendOptions = {}): Promise<TransmissionResult> {
    const { signal } = options;
    signal?.throwIfAborted();
    const delivery = this.#deliver(batch, options.descriptor, signal);
    return await unlessAborted(delivery.result, signal);
  }

  /**
   * A stream to pipe batches into. A write is done when the batch is in the window, so batches are
   * pipelined and the window is the back-pressure; closing the stream waits until every row is
   * durable. The wrapper stays open.
   */
  writable(options: WritableOptions = {}): WritableStream<BatchInput> {
    this.#assertOpen();
    const sink = batchSink<BatchInput>({
      deliver: (batch, signal) => this.#deliver(batch, options.descriptor, signal),
      onResult: options.onResult,
    });
    return new WritableStream(sink, options.strategy);
  }

  /**
   * Waits until every row that was sent before this call is durable.
   *
   * @throws {ZerobusError} the failure that keeps a row from being durable, or `ConnectionError`
   * with status `DEADLINE_EXCEEDED` after `stream.flushTimeoutMs`
   */
  async flush(): Promise<void> {
    this.#assertOpen();
    await Promise.all([...this.#active].map((delivery) => delivery.admitted));
    await Promise.all(this.#streams?.streams().map((stream) => stream.flush()) ?? []);
  }

  /**
   * Takes no more batches, waits for those on their way (at most `stream.flushTimeoutMs`), closes
   * the streams and frees the connections. Calling it again gives the same promise.
   *
   * @throws {ZerobusError} the failure that kept a batch on its way from being delivered; everything
   * is closed all the same. Failures that a result had reported before are not repeated.
   */
  shutdown(): Promise<void> {
    return this.#shutdown ??= this.#close();
  }

  /** {@linkcode shutdown}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /**
   * The rows that are not known to be durable, as batches, in the order they were sent: those on
   * their way, and those that the latest terminal failure hit. A result reports the latter as
   * failed, too; send them again from one of the two. Rows that cannot be converted are in neither.
   */
  unacknowledged(): RecordBatch[] {
    const deliveries = [...this.#lost?.deliveries ?? [], ...this.#active];
    return deliveries.flatMap((delivery) => delivery.undelivered()) as unknown as RecordBatch[];
  }

  #deliver(
    input: BatchInput,
    descriptor: MessageDescriptor | undefined,
    signal: AbortSignal | undefined,
  ): Delivery {
    this.#assertOpen();
    const streams = this.#streams;
    const { conversion, stream } = this.#configuration;
    const { extraColumns, maxRecordBytes } = conversion;
    const planOptions = { extraColumns, ...(descriptor === undefined ? {} : { descriptor }) };
    const delivery = new Delivery(recordBatchesOf(input), {
      plan: (batch) => planFor(batch.schema, planOptions),
      lane: streams && ((plan) => streams.lane(plan)),
      limits: {
        maxRecordBytes,
        maxRequestBytes: stream.maxRequestBytes,
        maxRecords: stream.maxRequestRecords,
      },
      clock: systemClock,
      signal,
    });
    this.#active.add(delivery);
    delivery.result.then(({ error }) => {
      this.#active.delete(delivery);
      if (error !== undefined) this.#noteLost(delivery, error);
    });
    return delivery;
  }

  #noteLost(delivery: Delivery, error: ZerobusError): void {
    if (this.#lost?.error === error) this.#lost.deliveries.push(delivery);
    else this.#lost = { error, deliveries: [delivery] };
  }

  async #close(): Promise<void> {
    const pending = [...this.#active];
    try {
      await Promise.all(pending.map((delivery) => delivery.admitted));
      await this.#streams?.close();
    } finally {
      await this.#transport?.close();
    }
    for (const delivery of pending) {
      const { error } = await delivery.result;
      if (error !== undefined) throw error;
    }
  }

  #assertOpen(): void {
    if (this.#shutdown !== undefined) {
      throw new ZerobusError("the wrapper is shut down; create a new one to send more", "closed");
    }
  }
}

/** Opens the wrapper's streams; they share the transport and the cached tokens. */
function streamOpener(
  configuration: ResolvedConfiguration,
  { transport, fetch }: Network,
): (plan: SchemaPlan) => IngestStream {
  const { stream, retry, tableName, signal } = configuration;
  const headersProvider = headersProviderFor(configuration, fetch);
  return (plan) =>
    new IngestStream({
      transport,
      tableName,
      descriptor: plan.descriptorBytes,
      headersProvider,
      retry,
      limits: stream,
      recovery: stream.recovery,
      retryableStatuses: stream.retryableStatuses,
      clock: systemClock,
      ...(signal === undefined ? {} : { signal }),
    });
}

/** The user's provider or OAuth, with what every connection needs checked and added. */
function headersProviderFor(
  { access, endpoint }: ResolvedConfiguration,
  fetch: Network["fetch"],
): HeadersProvider {
  // Where plain http is acceptable was decided with the configuration.
  const provide = access?.kind === "oauth"
    ? oauthHeadersProvider({ ...access, endpoint, fetch, insecure: true })
    : access?.headersProvider ?? (() => ({}));
  return async (request) => connectionHeaders(await provide(request), request.tableName);
}
