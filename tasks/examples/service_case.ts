/**
 * The service with OpenTelemetry: started, used and stopped, with a receiver for its telemetry.
 *
 * @module
 */
import { eachLine, start } from "../command.ts";
import { onNode, type Place, type Settings } from "./place.ts";

/** What the service is sent: two good requests, and one that is none. */
const BODIES: readonly { readonly body: string; readonly status: number }[] = [
  { body: `[{ "device": 1, "celsius": 20.5 }, { "device": 2, "celsius": 21 }]`, status: 200 },
  { body: `[{ "device": 3, "celsius": 19 }, { "device": 4, "celsius": 18 }]`, status: 200 },
  { body: `{ "device": "none" }`, status: 400 },
];
const TIMEOUT_MS = 30_000;

/** Runs the service and returns what it answered. */
export async function runService(place: Place, settings: Settings): Promise<string> {
  const received = new Map<string, string>();
  const receiver = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (r) => {
    const { pathname } = new URL(r.url);
    received.set(pathname, (received.get(pathname) ?? "") + await r.text());
    return Response.json({});
  });
  try {
    const env = {
      ...settings,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.addr.port}`,
    };
    const answers = await useService(await onNode(place, "examples/service.ts"), env);
    return [...answers, ...seenIn(received)].join("\n");
  } finally {
    await receiver.shutdown();
  }
}

async function useService(
  script: { readonly program: string; readonly args: readonly string[] },
  env: Settings,
): Promise<string[]> {
  const process = start({ ...script, env });
  const timer = setTimeout(() => process.kill("SIGKILL"), TIMEOUT_MS);
  const said: string[] = [];
  const listening = Promise.withResolvers<string>();
  const output = Promise.all([
    eachLine(process.stdout, (line) => {
      said.push(line);
      const url = /^listening on (\S+)$/.exec(line)?.[1];
      if (url !== undefined) listening.resolve(url);
    }),
    eachLine(process.stderr, (line) => said.push(line)),
    process.status,
  ]);
  output.finally(() => listening.reject(new Error("the service ended before it listened")));
  try {
    const url = await listening.promise;
    const answers = await Promise.all(BODIES.map((request) => post(url, request)));
    process.kill("SIGTERM");
    const [, , { code }] = await output;
    if (code !== 0) throw new Error(`the service ended with ${code}\n${said.join("\n")}`);
    return answers;
  } finally {
    clearTimeout(timer);
    await output;
  }
}

async function post(url: string, { body, status }: (typeof BODIES)[number]): Promise<string> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { method: "POST", body, signal });
  const answer = `${response.status} ${await response.text()}`;
  if (response.status !== status) throw new Error(`expected ${status}, got ${answer}`);
  return answer;
}

/** What the receiver was told of: the request's span, those of the wrapper below it, its metrics. */
function seenIn(received: ReadonlyMap<string, string>): string[] {
  const [traces, metrics] = ["/v1/traces", "/v1/metrics"].map((path) => received.get(path) ?? "");
  const span = (name: string) =>
    new RegExp(`"traceId":"(\\w+)","spanId":"(\\w+)"[^{}]*?"name":"${name}"`).exec(traces!);
  const batch = new RegExp(
    `"traceId":"(\\w+)","spanId":"\\w+","parentSpanId":"(\\w+)","name":"zerobus.send_batch"`,
  ).exec(traces!);
  if (span("POST readings") === null) throw new Error("no span of a request was exported");
  if (batch === null) throw new Error("no span of a batch, below another, was exported");
  if (!traces!.includes(`"spanId":"${batch[2]}"`)) throw new Error("the parent was not exported");
  if (!metrics!.includes("zerobus.client.acknowledged.rows")) throw new Error("no metrics came");
  return ["spans and metrics were exported"];
}
