/**
 * An OTLP/HTTP receiver that keeps what it gets, as the JSON of the OpenTelemetry protocol.
 *
 * @module
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Attributes as the protocol has them. */
export type Attributes = readonly { readonly key: string; readonly value: AnyValue }[];

interface AnyValue {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
}

/** A span as it arrived. */
export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

interface DataPoint {
  readonly attributes: Attributes;
  readonly asInt?: number | string;
  readonly asDouble?: number;
  readonly count?: number | string;
  readonly sum?: number;
  readonly explicitBounds?: readonly number[];
}

interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: { readonly dataPoints: readonly DataPoint[] };
  readonly gauge?: { readonly dataPoints: readonly DataPoint[] };
  readonly histogram?: { readonly dataPoints: readonly DataPoint[] };
}

/** A receiver on a port of its own. */
export class Receiver implements AsyncDisposable {
  /** Everything that was received: path and text. */
  readonly requests: { readonly path: string; readonly text: string; readonly key: unknown }[] = [];
  /** What it answers. */
  status = 200;
  readonly #server = createServer((request, response) => {
    const chunks: Uint8Array[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const text = new TextDecoder().decode(concat(chunks));
      this.requests.push({ path: request.url ?? "", text, key: request.headers["x-api-key"] });
      response.writeHead(this.status, { "content-type": "application/json" }).end("{}");
    });
  });

  /** Starts one. */
  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  /** Where it listens. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Every span, in the order of their ends. */
  get spans(): ReceivedSpan[] {
    return this.#bodies("/v1/traces").flatMap((body) =>
      at(body, "resourceSpans").flatMap((resource) =>
        at(resource, "scopeSpans").flatMap((scope) => at(scope, "spans") as ReceivedSpan[])
      )
    );
  }

  /** The latest state of every metric. */
  get metrics(): Map<string, Metric> {
    const metrics = this.#bodies("/v1/metrics").flatMap((body) =>
      at(body, "resourceMetrics").flatMap((resource) =>
        at(resource, "scopeMetrics").flatMap((scope) => at(scope, "metrics") as Metric[])
      )
    );
    return new Map(metrics.map((metric) => [metric.name, metric]));
  }

  /** Sum of a metric's points with this error type (of all points without one). */
  total(name: string, errorType?: string): number {
    const metric = this.metrics.get(`zerobus.client.${name}`);
    const points = (metric?.sum ?? metric?.gauge ?? metric?.histogram)?.dataPoints ?? [];
    return points
      .filter(({ attributes }) => valueOf(attributes, "error.type") === errorType)
      .reduce((sum, { asInt, asDouble, count }) => sum + Number(asInt ?? asDouble ?? count), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #bodies(path: string): unknown[] {
    return this.requests.filter((request) => request.path === path)
      .map(({ text }) => JSON.parse(text));
  }
}

/** The value of an attribute. */
export function valueOf(
  attributes: Attributes,
  key: string,
): string | number | boolean | undefined {
  const value = attributes.find((attribute) => attribute.key === key)?.value;
  if (value === undefined) return undefined;
  const { stringValue, intValue, doubleValue, boolValue } = value;
  return stringValue ?? boolValue ?? Number(intValue ?? doubleValue);
}

function at(parent: unknown, name: string): unknown[] {
  return (parent as Record<string, unknown[]>)[name] ?? [];
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let position = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, position);
    position += chunk.byteLength;
  }
  return bytes;
}
