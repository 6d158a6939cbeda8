/**
 * Everything that makes a wrapper seen: events, log lines, spans and metrics.
 *
 * @module
 */
import { AcknowledgementCallbacks } from "./core/acknowledgement_callback.ts";
import { within } from "./core/async.ts";
import type { Clock } from "./core/clock.ts";
import type { ResolvedConfiguration } from "./core/resolved_configuration.ts";
import type { ZerobusError } from "./core/errors.ts";
import { Emitter } from "./core/events.ts";
import { type Log, type LogFields, type Logger, type LogLevel, logTo } from "./core/logger.ts";
import type { LoggerProviderLike } from "./core/observability_options.ts";
import type { ProtectiveBackoff } from "./core/protective_backoff.ts";
import { VERSION } from "./core/version.ts";
import { isRefusalOfRecords } from "./delivery/isolation.ts";
import type { DeliveryObserver } from "./delivery/observer.ts";
import { allOf, type IngestObserver } from "./ingest/observer.ts";
import { Telemetry } from "./telemetry/telemetry.ts";

/** Longest that slow callbacks hold up `flush` and `shutdown`, in milliseconds. */
const CALLBACK_TIMEOUT_MS = 5_000;

/** Numbers of the OpenTelemetry log data model. */
const SEVERITIES: Readonly<Record<LogLevel, number>> = { debug: 5, info: 9, warn: 13, error: 17 };

/** Watches of one stream: told what happens, and asked for the headers of its connections. */
export interface StreamObservation {
  /** Told what happens. */
  readonly observer: Partial<IngestObserver>;
  /** Adds the place in the trace. */
  readonly traced: (headers: HeadersInit) => HeadersInit;
}

/** The observing side of one wrapper. */
export class Observability {
  /** For whoever listens to the wrapper. */
  readonly events: Emitter = new Emitter();
  /** Writes log lines. */
  readonly log: Log;
  readonly #clock: Clock;
  readonly #telemetry: Telemetry | undefined;
  readonly #callbacks: AcknowledgementCallbacks | undefined;
  readonly #backoff: ProtectiveBackoff;
  readonly #isolates: boolean;
  #exportFailed = false;

  /** Uses the providers configured, or those that the application has registered. */
  constructor(configuration: ResolvedConfiguration, clock: Clock, backoff: ProtectiveBackoff) {
    const { observability, onAck, tableName, protocol } = configuration;
    this.#clock = clock;
    this.#backoff = backoff;
    this.#isolates = configuration.isolation !== undefined;
    this.log = logWith(configuration);
    this.#callbacks = onAck && new AcknowledgementCallbacks(onAck);
    this.#telemetry = observability.enabled
      ? new Telemetry({
        ...observability,
        tableName,
        protocol,
        clock,
        holdsBack: () => backoff.active,
      })
      : undefined;
  }

  /** Who is told of a delivery that begins now. */
  deliveryObservers(): Partial<DeliveryObserver>[] {
    const own = {
      concluded: ({ result }) => {
        const { totalRows, failedCount, latencyMs } = result;
        const fields = { rows: totalRows, failed: failedCount, ms: Math.round(latencyMs) };
        this.log(failedCount > 0 ? "info" : "debug", "a batch has its result", fields);
      },
    } satisfies Partial<DeliveryObserver>;
    return this.#telemetry === undefined ? [own] : [own, this.#telemetry.delivery()];
  }

  /** Rows could not be made into a batch; the others of their batch are delivered. */
  rowsRefused(errors: readonly ZerobusError[]): void {
    for (const { code } of errors) this.#telemetry?.meters.failed(1, code);
    this.log("info", "rows could not be converted", { failed: errors.length });
  }

  /** Who is told of a stream. */
  stream(): StreamObservation {
    const watch = this.#telemetry?.stream();
    const own = this.#streamEvents();
    return {
      observer: watch === undefined ? own : allOf([watch, own]),
      traced: (headers) => watch?.traced(headers) ?? headers,
    };
  }

  /** A token was asked for; `error` if in vain. */
  tokenRequested(error: ZerobusError | undefined): void {
    this.#telemetry?.meters.token(error?.code);
    this.events.emit("token", { error });
    if (error === undefined) this.log("debug", "a token was issued");
    else this.log("warn", "no token was issued", fieldsOf(error));
  }

  /** The wrapper holds back from now on. */
  heldBack(): void {
    const { reason, untilMs } = this.#backoff;
    if (reason === undefined) return;
    this.#telemetry?.mark("zerobus.backoff", { "zerobus.reason": reason });
    this.events.emit("backoff", { reason, untilMs });
    this.log("warn", "sending is refused for a while", { reason, ms: Math.ceil(untilMs) });
  }

  /** The service takes no compressed messages, and gets plain ones from now on. */
  compressionRefused(): void {
    this.#telemetry?.mark("zerobus.compression_refused", {});
    this.events.emit("compressionrefused", { compression: "gzip" });
    this.log("warn", "the service takes no compressed messages and is sent plain ones");
  }

  /** Debug output was not written. */
  debugDropped(problem: string): void {
    this.#telemetry?.meters.debugDrop();
    this.events.emit("debugdrop", { problem });
  }

  /** Telemetry was sent away; told of a problem once. */
  exported(problem: string | undefined): void {
    if (problem !== undefined && !this.#exportFailed) this.log("warn", problem);
    this.#exportFailed ||= problem !== undefined;
  }

  /** Resolves when callbacks have been told everything, or take too long. */
  async settle(): Promise<void> {
    if (this.#callbacks === undefined) return;
    const { idle } = this.#callbacks;
    const timeout = () => new Error("the callback takes too long");
    await within(idle, { clock: this.#clock, ms: CALLBACK_TIMEOUT_MS, timeout })
      .catch(() => this.log("warn", "onAck has not been called for everything yet"));
  }

  #streamEvents(): Partial<IngestObserver> {
    let connections = 0;
    return {
      connected: ({ attempt, streamId }) => {
        if (connections++ === 0) return this.log("debug", "a stream is open", { streamId });
        this.events.emit("reconnect", { attempt, streamId });
        this.log("info", "a connection was replaced", { attempt, streamId });
      },
      acknowledged: ({ upTo, requests, rows, bytes }) => {
        const firstOffset = upTo - BigInt(requests) + 1n;
        this.#callbacks?.add(firstOffset, upTo);
        this.events.emit("ack", { firstOffset, lastOffset: upTo, rows, bytes });
      },
      retrying: ({ error, delayMs }) => {
        this.#backoff.note(error);
        this.events.emit("retry", { error, delayMs });
        const ms = Math.round(delayMs);
        this.log("warn", "a connection failed and is tried again", { ...fieldsOf(error), ms });
      },
      paused: ({ pauseMs }) => {
        this.events.emit("pause", { pauseMs });
        this.log("info", "the service announced the end of a connection", { ms: pauseMs });
      },
      failed: ({ error }) => {
        this.#backoff.note(error);
        this.events.emit("failure", { error });
        // That a row is bad is the row's trouble: it is reported with its batch.
        if (this.#isolates && isRefusalOfRecords(error)) {
          this.log(
            "warn",
            "the service refused records; the ones at fault are looked for",
            fieldsOf(error),
          );
        } else this.log("error", "a stream failed for good", fieldsOf(error));
      },
    };
  }
}

/** What a log line may say of an error: codes, not messages, which may quote the service. */
function fieldsOf({ code, details }: ZerobusError): LogFields {
  return { error: code, status: details.status, serviceCode: details.serviceCode };
}

function logWith({ logger, observability, tableName }: ResolvedConfiguration): Log {
  const { loggerProvider, logLevel } = observability;
  const lines = logTo(logger ?? toConsole, logLevel);
  const records = loggerProvider && logTo(toRecords(loggerProvider), logLevel);
  return (level, message, fields = {}) => {
    const all = { table: tableName, ...fields };
    lines(level, message, all);
    records?.(level, message, all);
  };
}

const toConsole: Logger = {
  debug: (message, fields) => console.debug(`zerobus: ${message}`, fields),
  info: (message, fields) => console.info(`zerobus: ${message}`, fields),
  warn: (message, fields) => console.warn(`zerobus: ${message}`, fields),
  error: (message, fields) => console.error(`zerobus: ${message}`, fields),
};

/** Log lines as OpenTelemetry log records. */
function toRecords(provider: LoggerProviderLike): Logger {
  const target = provider.getLogger("@zerobus/wrapper", VERSION);
  const emit = (level: LogLevel) => (body: string, attributes: LogFields) =>
    target.emit({
      severityNumber: SEVERITIES[level],
      severityText: level.toUpperCase(),
      body,
      attributes,
    });
  return { debug: emit("debug"), info: emit("info"), warn: emit("warn"), error: emit("error") };
}
