/**
 * One stream's spans and measurements.
 *
 * @module
 */
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from "@opentelemetry/api";
import type { Clock } from "../core/clock.ts";
import type { ZerobusError } from "../core/errors.ts";
import type { Meters } from "./meters.ts";

/** What streams share. */
export interface StreamSurroundings {
  /** Makes spans. */
  readonly tracer: Tracer;
  /** Takes measurements. */
  readonly meters: Meters;
  /** Of every span. */
  readonly attributes: Attributes;
  /** Time. */
  readonly clock: Clock;
  /** Context of a delivery that is on its way, if there is one. */
  readonly parent: () => Context | undefined;
  /** Puts an event on the spans of all that is on its way. */
  readonly mark: (name: string, attributes: Attributes) => void;
}

/** Watches one stream; what an `IngestObserver` is told. */
export class StreamWatch {
  readonly #around: StreamSurroundings;
  /** The attempt to connect that is under way. */
  #open: Span | undefined;
  #wasConnected = false;
  /** When each request in flight was sent, and its size; the first `#head` are done. */
  #flight: { readonly at: number; readonly bytes: number }[] = [];
  #head = 0;

  /** Nothing happens yet. */
  constructor(around: StreamSurroundings) {
    this.#around = around;
  }

  /** The headers of a connection, with the attempt's place in the trace. */
  traced(headers: HeadersInit): Headers {
    const all = new Headers(headers);
    const place = this.#open?.spanContext();
    if (place === undefined || /^0*$/.test(place.traceId) || all.has("traceparent")) return all;
    const flags = place.traceFlags.toString(16).padStart(2, "0");
    all.set("traceparent", `00-${place.traceId}-${place.spanId}-${flags}`);
    const state = place.traceState?.serialize();
    if (state !== undefined && state !== "") all.set("tracestate", state);
    return all;
  }

  /** See `IngestObserver.connecting`. */
  connecting({ attempt }: { readonly attempt: number }): void {
    const { tracer, attributes, parent } = this.#around;
    this.#end();
    this.#open = tracer.startSpan("zerobus.stream.open", {
      kind: SpanKind.CLIENT,
      attributes: { ...attributes, "zerobus.attempt": attempt },
    }, parent() ?? ROOT_CONTEXT);
  }

  /** See `IngestObserver.connected`. */
  connected({ attempt, streamId }: { readonly attempt: number; readonly streamId: string }): void {
    this.#open?.setAttribute("zerobus.stream_id", streamId);
    this.#end();
    if (this.#wasConnected) {
      this.#around.meters.reconnect();
      this.#around.mark("zerobus.recovery", { "zerobus.attempt": attempt });
    }
    this.#wasConnected = true;
  }

  /** See `IngestObserver.sent`. */
  sent({ rows, bytes }: { readonly rows: number; readonly bytes: number }): void {
    this.#flight.push({ at: this.#around.clock.now(), bytes });
    this.#around.meters.sent(rows, bytes);
  }

  /** See `IngestObserver.acknowledged`. */
  acknowledged(event: {
    readonly requests: number;
    readonly rows: number;
    readonly bytes: number;
  }): void {
    const { meters, clock } = this.#around;
    const now = clock.now();
    let bytes = 0;
    const end = Math.min(this.#head + event.requests, this.#flight.length);
    const requests = end - this.#head;
    for (; this.#head < end; this.#head++) {
      const request = this.#flight[this.#head]!;
      meters.acknowledgedAfter(now - request.at);
      bytes += request.bytes;
    }
    if (this.#head * 2 > this.#flight.length) {
      this.#flight.splice(0, this.#head);
      this.#head = 0;
    }
    meters.inflight(-requests, -bytes);
    meters.acknowledged(event.rows, event.bytes);
  }

  /** See `IngestObserver.disconnected`. */
  disconnected(): void {
    const left = this.#flight.slice(this.#head);
    this.#flight = [];
    this.#head = 0;
    if (left.length === 0) return;
    this.#around.meters.inflight(-left.length, -left.reduce((sum, { bytes }) => sum + bytes, 0));
  }

  /** See `IngestObserver.retrying`. */
  retrying({ error, delayMs }: { readonly error: ZerobusError; readonly delayMs: number }): void {
    this.#end(error);
    this.#around.meters.retry(error.code);
    this.#around.mark("zerobus.retry", { ...factsOf(error), "zerobus.delay_ms": delayMs });
  }

  /** See `IngestObserver.paused`. */
  paused({ pauseMs }: { readonly pauseMs: number }): void {
    this.#around.mark("zerobus.close_signal", { "zerobus.pause_ms": pauseMs });
  }

  /** See `IngestObserver.failed`. */
  failed({ error }: { readonly error: ZerobusError }): void {
    this.#end(error);
    this.#around.mark("zerobus.failure", factsOf(error));
  }

  #end(error?: ZerobusError): void {
    const span = this.#open;
    this.#open = undefined;
    if (span === undefined) return;
    if (error !== undefined) {
      span.setAttributes(factsOf(error));
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.code });
    }
    span.end();
  }
}

/** What may be said of an error: codes, not messages, which come from elsewhere. */
function factsOf({ code, details }: ZerobusError): Attributes {
  const { status, serviceCode } = details;
  return {
    "error.type": code,
    ...(status === undefined ? {} : { "rpc.grpc.status": status }),
    ...(serviceCode === undefined ? {} : { "zerobus.service_code": serviceCode }),
  };
}
