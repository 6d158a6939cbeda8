/**
 * Spans and metrics of a wrapper.
 *
 * @module
 */
import { type Attributes, type Meter, metrics, trace, type Tracer } from "@opentelemetry/api";
import type { Clock } from "../core/clock.ts";
import type { MeterProviderLike, TracerProviderLike } from "../core/observability_options.ts";
import { VERSION } from "../core/version.ts";
import { DeliveryWatch } from "./delivery_watch.ts";
import { Meters } from "./meters.ts";
import { StreamWatch } from "./stream_watch.ts";

/** Name of the instrumentation scope. */
const SCOPE = "@zerobus/wrapper";
/** Deliveries whose spans get the events of a stream: of more, the latest. */
const MAX_MARKED = 32;

/** What telemetry is made of. */
export interface TelemetryOptions {
  /** Table of the wrapper. */
  readonly tableName: string;
  /** How records travel. */
  readonly protocol: string;
  /** See `ObservabilityOptions.tracerProvider`. */
  readonly tracerProvider: TracerProviderLike | undefined;
  /** See `ObservabilityOptions.meterProvider`. */
  readonly meterProvider: MeterProviderLike | undefined;
  /** See `ObservabilityOptions.legacyMetricNames`. */
  readonly legacyMetricNames: boolean;
  /** Time. */
  readonly clock: Clock;
  /** Whether the wrapper holds back. */
  readonly holdsBack: () => boolean;
}

/** Makes watches for deliveries and streams. Without a provider everything here does nothing. */
export class Telemetry {
  /** The metrics. */
  readonly meters: Meters;
  readonly #tracer: Tracer;
  readonly #attributes: Attributes;
  readonly #clock: Clock;
  /** Deliveries on their way, in order. */
  readonly #underway = new Set<DeliveryWatch>();

  /** Takes the providers given, or those that the application has registered by now. */
  constructor(options: TelemetryOptions) {
    const { tableName, protocol, tracerProvider, meterProvider, legacyMetricNames } = options;
    this.#tracer = tracerProvider === undefined
      ? trace.getTracer(SCOPE, VERSION)
      : tracerProvider.getTracer(SCOPE, VERSION) as Tracer;
    const meter = meterProvider === undefined
      ? metrics.getMeter(SCOPE, VERSION)
      : meterProvider.getMeter(SCOPE, VERSION) as Meter;
    this.#attributes = { "zerobus.table": tableName, "zerobus.protocol": protocol };
    this.#clock = options.clock;
    const backoff = () => Number(options.holdsBack());
    this.meters = new Meters(meter, this.#attributes, legacyMetricNames, backoff);
  }

  /** Watches a delivery that begins now. */
  delivery(): DeliveryWatch {
    const watch = new DeliveryWatch(
      this.#tracer,
      this.meters,
      this.#attributes,
      (ended) => this.#underway.delete(ended),
    );
    this.#underway.add(watch);
    return watch;
  }

  /** Watches a stream. */
  stream(): StreamWatch {
    return new StreamWatch({
      tracer: this.#tracer,
      meters: this.meters,
      attributes: this.#attributes,
      clock: this.#clock,
      parent: () => this.#underway.values().next().value?.context,
      mark: (name, attributes) => this.mark(name, attributes),
    });
  }

  /** Puts an event on the spans of what is on its way. */
  mark(name: string, attributes: Attributes): void {
    for (const { span } of [...this.#underway].slice(-MAX_MARKED)) span.addEvent(name, attributes);
  }
}
