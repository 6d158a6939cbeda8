/**
 * Tests on workerd.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { controlServer } from "../../tests/harness/remote.ts";
import { eachLine } from "../command.ts";
import { serveWorker } from "../serve_worker.ts";
import { Recorder } from "./recorder.ts";
import { RUN_TIMEOUT_MS } from "./script_run.ts";
import type { Tally } from "./tally.ts";

/** A worker that runs tests. */
export interface WorkerRun {
  /** Where to count. */
  readonly tally: Tally;
  /** Path of workerd. */
  readonly workerd: string;
  /** Path of the worker's module; its configuration is written next to it. */
  readonly worker: string;
  /** Part of the names of the tests to run. */
  readonly filter: string;
}

/** A worker as it is deployed, but for its network: this machine and nothing else. */
function configuration(
  module: string,
  assemblies: readonly string[],
  controlUrl: string,
): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "tests", worker = .tests),
    (name = "this machine", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "tests")],
);
const tests :Workerd.Worker = (
  modules = [
    (name = "worker", esModule = embed "${module}"),
${assemblies.map((name) => `    (name = "${name}", wasm = embed "${name}"),\n`).join("")}\
  ],
  compatibilityDate = "2026-11-01",
  bindings = [(name = "CONTROL_URL", text = "${controlUrl}")],
  globalOutbound = "this machine",
);
`;
}

/** Runs a worker and counts its tests. */
export async function runWorker(run: WorkerRun): Promise<void> {
  const { tally, workerd, worker, filter } = run;
  const recorder = new Recorder(tally);
  const started = performance.now();
  const { startLocalZerobus } = await import("@zerobus/wrapper/testing");
  const control = controlServer(startLocalZerobus);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => control.handle(request),
  );
  const configFile = `${worker}.capnp`;
  await Deno.writeTextFile(
    configFile,
    configuration(
      basename(worker),
      await assembliesNextTo(worker),
      `http://127.0.0.1:${server.addr.port}/`,
    ),
  );
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    timeout.reject(new Error(`still running after ${RUN_TIMEOUT_MS} ms`));
  }, RUN_TIMEOUT_MS);
  try {
    await using served = await serveWorker({
      workerd,
      configuration: configFile,
      onLine: (line) => recorder.take(line),
    });
    await Promise.race([ask(served.url, filter, recorder), served.gone, timeout.promise]);
  } catch (failure) {
    recorder.fail(`the worker did not answer: ${failure}`);
  } finally {
    clearTimeout(timer);
    await control.close();
    await server.shutdown();
  }
  tally.ms = performance.now() - started;
  recorder.finish();
}

/** Names of the WebAssembly modules that the bundler has put next to a worker. */
async function assembliesNextTo(worker: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(dirname(worker))) {
    if (name.endsWith(".wasm")) names.push(name);
  }
  return names;
}

async function ask(place: string, filter: string, recorder: Recorder): Promise<void> {
  const url = new URL(place);
  url.searchParams.set("filter", filter);
  const response = await fetch(url);
  if (!response.ok || response.body === null) throw new Error(await response.text());
  await eachLine(response.body, (line) => recorder.take(line));
}
