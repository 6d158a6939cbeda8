/**
 * The metrics, one place for all names and units.
 *
 * @module
 */
import type { Attributes, Counter, Histogram, Meter, UpDownCounter } from "@opentelemetry/api";

/** Buckets of durations, in seconds: from what loopback takes to what nobody should wait for. */
const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The instruments of a wrapper. Every measurement has the table and the protocol. */
export class Meters {
  readonly #base: Attributes;
  readonly #sentRows: Counter;
  readonly #sentBytes: Counter;
  readonly #durableRows: Counter;
  readonly #durableBytes: Counter;
  readonly #failedRows: Counter;
  readonly #batchDuration: Histogram;
  readonly #encodeDuration: Histogram;
  readonly #ackDuration: Histogram;
  readonly #inflightRequests: UpDownCounter;
  readonly #inflightBytes: UpDownCounter;
  readonly #retries: Counter;
  readonly #reconnects: Counter;
  readonly #tokens: Counter;
  readonly #debugDrops: Counter;
  readonly #legacy: { size: Histogram; latency: Histogram; success: Histogram } | undefined;

  /**
   * @param base attributes of every measurement
   * @param backoff 1 while the wrapper holds back, else 0
   */
  constructor(meter: Meter, base: Attributes, legacy: boolean, backoff: () => number) {
    this.#base = base;
    const seconds = (name: string, description: string) =>
      meter.createHistogram(`zerobus.client.${name}`, {
        unit: "s",
        description,
        advice: { explicitBucketBoundaries: SECONDS },
      });
    const counter = (name: string, unit: string, description: string) =>
      meter.createCounter(`zerobus.client.${name}`, { unit, description });
    const gauge = (name: string, unit: string, description: string) =>
      meter.createUpDownCounter(`zerobus.client.${name}`, { unit, description });
    this.#sentRows = counter("sent.rows", "{row}", "Rows handed to the wire, resent ones again.");
    this.#sentBytes = counter("sent.bytes", "By", "Bytes of records handed to the wire.");
    this.#durableRows = counter("acknowledged.rows", "{row}", "Rows that became durable.");
    this.#durableBytes = counter("acknowledged.bytes", "By", "Bytes of records that did.");
    this.#failedRows = counter("failed.rows", "{row}", "Rows that failed, by error type.");
    this.#batchDuration = seconds("batch.duration", "From sendBatch to its result.");
    this.#encodeDuration = seconds("encode.duration", "Encoding one request.");
    this.#ackDuration = seconds("acknowledgement.duration", "From sending a request to durable.");
    this.#inflightRequests = gauge("inflight.requests", "{request}", "Sent, not acknowledged.");
    this.#inflightBytes = gauge("inflight.bytes", "By", "Sent, not acknowledged.");
    this.#retries = counter("retries", "{retry}", "Failed connections that are tried again.");
    this.#reconnects = counter("reconnects", "{connection}", "Connections that replaced others.");
    this.#tokens = counter("token.refreshes", "{request}", "Token requests, by outcome.");
    this.#debugDrops = counter("debug.drops", "{batch}", "Debug output that was not written.");
    meter.createObservableGauge("zerobus.client.backoff.active", {
      unit: "1",
      description: "1 while the wrapper holds back.",
    }).addCallback((result) => result.observe(backoff(), base));
    this.#legacy = legacy ? legacyInstruments(meter) : undefined;
  }

  /** A request went on the wire. */
  sent(rows: number, bytes: number): void {
    this.#sentRows.add(rows, this.#base);
    this.#sentBytes.add(bytes, this.#base);
    this.inflight(1, bytes);
  }

  /** What is on the wire and unacknowledged changed. */
  inflight(requests: number, bytes: number): void {
    this.#inflightRequests.add(requests, this.#base);
    this.#inflightBytes.add(bytes, this.#base);
  }

  /** Requests became durable. */
  acknowledged(rows: number, bytes: number): void {
    this.#durableRows.add(rows, this.#base);
    this.#durableBytes.add(bytes, this.#base);
  }

  /** A request became durable so long after it was sent. */
  acknowledgedAfter(ms: number): void {
    this.#ackDuration.record(ms / 1_000, this.#base);
  }

  /** A request was encoded. */
  encoded(ms: number): void {
    this.#encodeDuration.record(ms / 1_000, this.#base);
  }

  /** Rows failed. */
  failed(rows: number, errorType: string): void {
    this.#failedRows.add(rows, this.#with(errorType));
  }

  /** A batch has its result; `errorType` is that of its failure as a whole. */
  batch(latencyMs: number, sizeBytes: number, success: boolean, errorType?: string): void {
    this.#batchDuration.record(latencyMs / 1_000, this.#with(errorType));
    this.#legacy?.size.record(sizeBytes, this.#base);
    this.#legacy?.latency.record(latencyMs, this.#base);
    this.#legacy?.success.record(success ? 1 : 0, this.#base);
  }

  /** A failed connection will be tried again. */
  retry(errorType: string): void {
    this.#retries.add(1, this.#with(errorType));
  }

  /** A connection replaced another. */
  reconnect(): void {
    this.#reconnects.add(1, this.#base);
  }

  /** A token was asked for. */
  token(errorType: string | undefined): void {
    this.#tokens.add(1, this.#with(errorType));
  }

  /** Debug output was lost. */
  debugDrop(): void {
    this.#debugDrops.add(1, this.#base);
  }

  #with(errorType: string | undefined): Attributes {
    return errorType === undefined ? this.#base : { ...this.#base, "error.type": errorType };
  }
}

function legacyInstruments(meter: Meter) {
  const histogram = (name: string, unit: string) =>
    meter.createHistogram(`zerobus.batch.${name}`, { unit });
  return {
    size: histogram("size_bytes", "By"),
    latency: histogram("latency_ms", "ms"),
    success: histogram("success", "1"),
  };
}
