/**
 * One delivery's spans and measurements.
 *
 * @module
 */
import {
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type { Attributes } from "@opentelemetry/api";
import type { FailedRun, TransmissionResult } from "../core/result.ts";
import type { Meters } from "./meters.ts";

/** What is told of a batch that is about to be encoded. */
interface BatchEvent {
  readonly batch: { readonly numRows: number };
}

/** What is told of a request that was encoded. */
interface RequestEvent extends BatchEvent {
  readonly request: { readonly endRow: number; readonly failedRows: { readonly length: number } };
  readonly encodeMs: number;
}

/** What is told of a delivery that has its result. */
interface ConcludedEvent {
  readonly result: TransmissionResult;
  readonly failures: readonly FailedRun[];
}

/** Watches one delivery; what a `DeliveryObserver` is told. */
export class DeliveryWatch {
  /** The span of the whole, for events that concern whatever is on its way. */
  readonly span: Span;
  /** The context with that span: the parent of what happens for this delivery. */
  readonly context: Context;
  readonly #tracer: Tracer;
  readonly #meters: Meters;
  readonly #onEnd: (watch: DeliveryWatch) => void;
  #convert: Span | undefined;
  #requests = 0;
  #failed = 0;

  /** Starts the span, under the caller's active one. */
  constructor(
    tracer: Tracer,
    meters: Meters,
    attributes: Attributes,
    onEnd: (watch: DeliveryWatch) => void,
  ) {
    this.#tracer = tracer;
    this.#meters = meters;
    this.#onEnd = onEnd;
    this.span = tracer.startSpan("zerobus.send_batch", { kind: SpanKind.PRODUCER, attributes });
    this.context = trace.setSpan(context.active(), this.span);
  }

  /** See `DeliveryObserver.batch`. */
  batch({ batch }: BatchEvent): void {
    this.#endConvert();
    this.#requests = this.#failed = 0;
    const attributes = { "zerobus.rows": batch.numRows };
    this.#convert = this.#tracer.startSpan("zerobus.convert", { attributes }, this.context);
  }

  /** See `DeliveryObserver.request`. */
  request({ batch, request, encodeMs }: RequestEvent): void {
    this.#meters.encoded(encodeMs);
    this.#requests++;
    this.#failed += request.failedRows.length;
    if (request.endRow === batch.numRows) this.#endConvert();
  }

  /** See `DeliveryObserver.concluded`. */
  concluded({ result, failures }: ConcludedEvent): void {
    this.#endConvert();
    const { error, failedCount } = result;
    const errorType = error?.code;
    this.#meters.batch(result.latencyMs, result.batchSizeBytes, error === undefined, errorType);
    for (const [type, rows] of countsByCode(failures)) this.#meters.failed(rows, type);
    this.span.setAttributes({
      "zerobus.rows": result.totalRows,
      "zerobus.failed_rows": failedCount,
      "zerobus.bytes": result.encodedBytes,
      "zerobus.attempts": result.attempts,
      ...(errorType === undefined ? {} : { "error.type": errorType }),
    });
    if (error !== undefined) {
      this.span.setStatus({ code: SpanStatusCode.ERROR, message: errorType! });
    } else if (failedCount > 0) {
      const message = `${failedCount} of ${result.totalRows} rows failed`;
      this.span.setStatus({ code: SpanStatusCode.ERROR, message });
    }
    this.span.end();
    this.#onEnd(this);
  }

  #endConvert(): void {
    this.#convert?.setAttributes({
      "zerobus.requests": this.#requests,
      "zerobus.failed_rows": this.#failed,
    });
    this.#convert?.end();
    this.#convert = undefined;
  }
}

function countsByCode(failures: readonly FailedRun[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { firstRow, endRow, error } of failures) {
    counts.set(error.code, (counts.get(error.code) ?? 0) + endRow - firstRow);
  }
  return counts;
}
