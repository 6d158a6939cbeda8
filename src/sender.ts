/**
 * The machinery behind the façade: what is sent, over which streams, and how it all ends.
 *
 * @module
 */
import type { ArrowBatch } from "./core/arrow.ts";
import { within } from "./core/async.ts";
import { type Clock, systemClock } from "./core/clock.ts";
import { ConnectionError, ZerobusError } from "./core/errors.ts";
import { ProtectiveBackoff } from "./core/protective_backoff.ts";
import type { ResolvedConfiguration } from "./core/resolved_configuration.ts";
import type { Transport } from "./core/transport.ts";
import type { DebugTap } from "./debug/debug_tap.ts";
import { debugObserver, debugTap } from "./debug_output.ts";
import { countForBackoff } from "./delivery/backoff_count.ts";
import type { BatchWriterContext, Drainable } from "./delivery/batch_writer.ts";
import { Deliveries } from "./delivery/deliveries.ts";
import { Delivery } from "./delivery/delivery.ts";
import { requestPlanner } from "./delivery/request_planner.ts";
import type { CheckedRowOptions } from "./delivery/row_options.ts";
import { StreamSet } from "./delivery/stream_set.ts";
import { BufferPool, pooledBytes } from "./encode/buffer_pool.ts";
import { Observability } from "./observability.ts";
import { rowConverter } from "./rows/row_converter.ts";
import type { MessageDescriptor } from "./schema/message_descriptor.ts";
import { streamOpener } from "./stream_opener.ts";
import type { Exporters, Raw, WrapperPreset } from "./wrapper_preset.ts";

/** Sends what one wrapper is given. */
export class Sender {
  /** Whether it holds back. */
  readonly backoff: ProtectiveBackoff;
  /** What it tells others. */
  readonly observability: Observability;
  /** Where it puts copies; absent when that is off. */
  readonly debug: DebugTap | undefined;
  readonly #configuration: ResolvedConfiguration;
  readonly #clock: Clock;
  readonly #transport: Transport | undefined;
  /** Absent when the writer is disabled. */
  readonly #streams: StreamSet | undefined;
  readonly #deliveries = new Deliveries();
  readonly #busyWriters = new Set<Drainable>();
  readonly #pool: BufferPool;
  readonly #exporters: Exporters | undefined;
  #isClosed = false;

  /** Opens nothing before there is something to send. */
  constructor(resolved: ResolvedConfiguration, preset: WrapperPreset, raw: Raw) {
    const clock = this.#clock = preset.clock ?? systemClock;
    const backoff = this.backoff = new ProtectiveBackoff(resolved.backoff, clock);
    this.#configuration = resolved;
    this.#pool = new BufferPool(pooledBytes(resolved.stream.maxInflightBytes));
    const observability = this.observability = new Observability(resolved, clock, backoff);
    this.#exporters = preset.exporters;
    backoff.onBegin = () => observability.heldBack();
    this.debug = debugTap(resolved, clock, observability, preset.every);
    if (resolved.writerDisabled) return;
    const network = preset.network(resolved, raw, {
      onCompressionRefused: () => observability.compressionRefused(),
    });
    // A transport of the user's stays the user's to close.
    if (resolved.transport === undefined) this.#transport = network.transport;
    this.#streams = new StreamSet({
      open: streamOpener(resolved, {
        fetch: network.fetch,
        transport: resolved.transport ?? network.transport,
        clock,
        observability,
        // Nobody has needed it for a while (`stream.idleTimeoutMs`), or it is as good as new soon.
        onDisconnect: () => this.#pool.clear(),
      }),
      width: resolved.stream.streams,
      isolates: resolved.isolation !== undefined,
    });
  }

  /**
   * Begins to send batches that share an input.
   *
   * @param numberOf of what number a row of the input was given, if it is another
   */
  begin(
    batches: readonly ArrowBatch[],
    descriptor: MessageDescriptor | undefined,
    signal: AbortSignal | undefined,
    numberOf?: (row: number) => number,
  ): Delivery {
    if (this.#isClosed) throw closed();
    const streams = this.#streams;
    const { isolation } = this.#configuration;
    const files = this.debug === undefined ? [] : [debugObserver(this.debug, numberOf)];
    const delivery = new Delivery(batches, {
      plan: requestPlanner(this.#configuration, descriptor, this.#pool),
      lane: streams && ((plan) => streams.lane(plan)),
      refusal: this.backoff.refusal(),
      maxExtraRequests: isolation?.maxExtraRequests ?? 0,
      clock: this.#clock,
      signal,
      observers: [...files, ...this.observability.deliveryObservers()],
    });
    this.#deliveries.add(delivery);
    if (streams !== undefined) countForBackoff(delivery, this.backoff);
    return delivery;
  }

  /**
   * What sending rows takes.
   *
   * @throws {ConfigurationError} if there can be no columns as the options say
   */
  forRows({ schema, descriptor, extraMembers }: CheckedRowOptions): BatchWriterContext {
    // Other formats have no use for a message, but its fields are columns all the same.
    const message = this.#configuration.recordFormat === "protobuf" ? descriptor : undefined;
    const convert = rowConverter({ schema, descriptor, extraMembers });
    return {
      convert: (rows, base) => {
        const converted = convert(rows, base);
        const { problems } = converted;
        if (problems.length > 0) {
          this.observability.rowsRefused(problems.map(({ error }) => error));
          this.debug?.failures(problems);
        }
        return converted;
      },
      deliver: (batch, signal, numberOf) => this.begin([batch], message, signal, numberOf),
      clock: this.#clock,
      busy: this.#busyWriters,
    };
  }

  /** The rows that are not known to be durable, in the order in which they were sent. */
  undelivered(): ArrowBatch[] {
    return this.#deliveries.undelivered();
  }

  /** Waits for everything so far, and throws the failure that kept some of it from arriving. */
  async flush(): Promise<void> {
    const failure = await this.#finished("flush");
    await this.observability.settle();
    await this.debug?.flush();
    this.observability.exported(await this.#exporters?.flush());
    if (failure !== undefined) throw failure;
  }

  /** The same, in the time there is for it, and then ends everything, come what may. */
  async close(): Promise<void> {
    let failure: ZerobusError | undefined;
    try {
      // What writers have collected is sent, too.
      failure = await this.#finished("shutdown");
    } catch (tooLate) {
      const given = failure = ZerobusError.from(tooLate);
      for (const writer of this.#busyWriters) writer.abort(given);
      this.#deliveries.abort(given);
      this.#streams?.abort(given);
      await this.#deliveries.finished();
    }
    this.#isClosed = true;
    try {
      await this.#streams?.close();
    } finally {
      await this.#transport?.close();
      await this.observability.settle();
      await this.debug?.close();
      this.observability.exported(await this.#exporters?.shutdown());
    }
    if (failure !== undefined) throw failure;
  }

  /** Waits for what is collected and what is on its way, within `stream.flushTimeoutMs`. */
  #finished(what: string): Promise<ZerobusError | undefined> {
    const limit = this.#configuration.stream.flushTimeoutMs;
    const underway = this.#deliveries.finished();
    return within(this.#busyWriters.size === 0 ? underway : this.#drained(underway), {
      clock: this.#clock,
      ms: limit,
      timeout: () =>
        new ConnectionError(
          `${what}: not everything was acknowledged within ${limit} ms (stream.flushTimeoutMs)`,
          { details: { status: "DEADLINE_EXCEEDED", limit } },
        ),
    });
  }

  async #drained(
    underway: Promise<ZerobusError | undefined>,
  ): Promise<ZerobusError | undefined> {
    await Promise.all([...this.#busyWriters].map((writer) => writer.drain()));
    return await underway ?? await this.#deliveries.finished();
  }
}

/** The error for whatever comes too late. */
export function closed(): ZerobusError {
  return new ZerobusError("the wrapper is shut down; create a new one to send more", "closed");
}
