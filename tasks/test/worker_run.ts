/**
 * Tests on workerd.
 *
 * @module
 */
import { basename } from "node:path";
import { controlServer } from "../../tests/harness/remote.ts";
import { eachLine, start } from "../command.ts";
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
function configuration(module: string, controlUrl: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "tests", worker = .tests),
    (name = "this machine", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "tests")],
);
const tests :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "${module}")],
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
    configuration(basename(worker), `http://127.0.0.1:${server.addr.port}/`),
  );
  // The control channel is the standard output: it says which port was free.
  const process = start({ program: workerd, args: ["serve", "--control-fd=1", configFile] });
  const timer = setTimeout(() => {
    recorder.fail(`still running after ${RUN_TIMEOUT_MS} ms`);
    process.kill("SIGKILL");
  }, RUN_TIMEOUT_MS);
  try {
    const asked = Promise.withResolvers<void>();
    const output = eachLine(process.stdout, (line) => {
      const port = portIn(line);
      if (port === undefined) recorder.take(line);
      else ask(port, filter, recorder).then(asked.resolve, asked.reject);
    });
    const errors = eachLine(process.stderr, (line) => recorder.take(line));
    await Promise.race([asked.promise, process.status]);
    stop(process);
    await Promise.all([output, errors, process.status]);
  } catch (failure) {
    recorder.fail(`the worker did not answer: ${failure}`);
  } finally {
    clearTimeout(timer);
    stop(process);
    await control.close();
    await server.shutdown();
  }
  tally.ms = performance.now() - started;
  recorder.finish();
}

/** The port in workerd's message that it listens, if the line is that. */
function portIn(line: string): number | undefined {
  const match = /^\{.*"event":"listen".*"port":(\d+)/.exec(line);
  return match === null ? undefined : Number(match[1]);
}

async function ask(port: number, filter: string, recorder: Recorder): Promise<void> {
  const url = new URL(`http://127.0.0.1:${port}/`);
  url.searchParams.set("filter", filter);
  const response = await fetch(url);
  if (!response.ok || response.body === null) throw new Error(await response.text());
  await eachLine(response.body, (line) => recorder.take(line));
}

/** Kills a process, unless it is gone already. */
function stop(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch (reason) {
    if (!(reason instanceof TypeError)) throw reason; // it has ended by itself
  }
}
