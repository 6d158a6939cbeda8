/**
 * A service on Node that takes readings as JSON and answers when they are durable. What it does is
 * seen in OpenTelemetry: the spans of the wrapper stand below those of the requests.
 *
 * ```sh
 * PORT=8080 OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 node service.js
 * curl -d '[{ "device": 1, "celsius": 20.5 }]' http://localhost:8080/
 * ```
 *
 * Where to is in the environment; `examples/server.ts` prints it for a local server.
 *
 * @module
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { json } from "node:stream/consumers";
import { createWrapper, loadConfiguration } from "@zerobus/wrapper/node";
import { tableFromArrays } from "apache-arrow";
import { inSpan, startTelemetry } from "./service_telemetry.ts";

const stopTelemetry = startTelemetry("readings");
const wrapper = await createWrapper(await loadConfiguration());

/** Requests do not wait for each other: their rows travel on one stream. */
async function take(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  const readings = await json(request).catch(() => undefined);
  if (!isReadings(readings)) return { status: 400, body: { error: "expected readings as JSON" } };
  const result = await wrapper.sendBatch(tableFromArrays({
    device: Int32Array.from(readings, ({ device }) => device),
    celsius: Float64Array.from(readings, ({ celsius }) => celsius),
  }));
  const { totalRows, successfulCount, error } = result;
  // Whoever has sent them may try again when that can help.
  const status = successfulCount === totalRows ? 200 : error?.retryable ? 503 : 422;
  return { status, body: { totalRows, successfulCount, errors: result.errorMessages() } };
}

const server = createServer((request, response) =>
  inSpan(`${request.method} readings`, async () => {
    const { status, body } = await take(request);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  })
);
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

// Take no more, answer what has come, deliver, then tell the telemetry.
process.once("SIGTERM", async () => {
  await new Promise((resolve) => server.close(resolve));
  await wrapper.shutdown();
  await stopTelemetry();
});

interface Reading {
  readonly device: number;
  readonly celsius: number;
}

function isReadings(value: unknown): value is Reading[] {
  return Array.isArray(value) &&
    value.every((item) => Number.isInteger(item?.device) && typeof item?.celsius === "number");
}
