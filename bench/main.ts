/**
 * Benchmarks:
 *
 *     deno task bench [selector] [--json] [--runtime deno|bun|node]
 *                     [--megabytes 256] [--ceiling 300] [--seconds 600]
 *                     [--protocol grpc|grpc-web|connect]
 *
 * Selectors: a corpus (`a` to `e`, `flights`), `types`, `first-call`, `shapes`, `latency`,
 * `blocking`, `throughput`, `floor`, `writer-disabled`, `debug`, `telemetry`, `parallel`, `rows`, `formats`,
 * `compression`, `memory`, `leaks`. Without one, all but the last two. Exits with 1 when a target is
 * missed.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { eachLine, start } from "../tasks/command.ts";
import { ROOT, withTempFolder } from "../tasks/project.ts";
import { bundle } from "../tasks/test/bundle.ts";
import { installTools } from "../tasks/test/tools.ts";
import type { Result } from "./result.ts";
import { compileRust, runRust } from "./rivals.ts";
import { table } from "./table.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    runtime: { type: "string", default: "deno" },
    megabytes: { type: "string", default: "256" },
    ceiling: { type: "string", default: "300" },
    seconds: { type: "string", default: "600" },
    protocol: { type: "string" },
  },
});

const RUST_CORPORA = ["a", "b", "c", "d", "e"];
/** Bundles look their packages up from here. */
const WORKSHOP = `${ROOT}/.tmp/bench`;

await Deno.mkdir(WORKSHOP, { recursive: true });
const results = await withTempFolder(run);
if (flags.json) console.log(JSON.stringify({ runtime: flags.runtime, results }, null, 2));
else console.log(table(results));
if (results.some(({ target }) => target?.met === false)) Deno.exitCode = 1;

async function run(folder: string): Promise<Result[]> {
  const results: Result[] = [];
  const script = await scriptFor(flags.runtime, folder);
  const rust = await compileRust(folder);
  const server = start({
    program: Deno.execPath(),
    args: ["run", "-A", "bench/server.ts"],
    cwd: ROOT,
  });
  try {
    const { address, sink } = JSON.parse(await firstLine(server.stdout));
    // Memory is measured in processes of their own: what one protocol has used is not given back.
    const protocols = positionals[0] === "memory" ? ["grpc", "grpc-web", "connect"] : [undefined];
    for (const protocol of protocols) {
      const settings = JSON.stringify({
        selector: positionals[0],
        flights: `${ROOT}/node_modules/vega-datasets/data/flights-200k.arrow`,
        server: address,
        sink,
        leaks: { protocol: flags.protocol, seconds: Number(flags.seconds) },
        memory: { protocol, megabytes: Number(flags.megabytes), ceiling: Number(flags.ceiling) },
      });
      const process = start({
        program: script[0]!,
        args: [...script.slice(1), settings],
        cwd: ROOT,
      });
      const lines: string[] = [];
      const [status] = await Promise.all([
        process.status,
        eachLine(process.stdout, (line) => lines.push(line)),
        eachLine(process.stderr, (line) => console.error(line)),
      ]);
      results.push(...lines.map((line) => JSON.parse(line) as Result));
      if (!status.success) throw new Error(`the benchmark exited with ${status.code}`);
    }
  } finally {
    server.kill("SIGKILL");
    await server.status;
    await server.stderr.cancel();
  }
  for (const ours of results.filter(({ candidate }) => candidate === "wrapper")) {
    if (rust === undefined || !RUST_CORPORA.includes(ours.group)) continue;
    results.push(...await runRust(rust, ours));
  }
  return results;
}

/** The command line that runs the benchmarks on a runtime. */
async function scriptFor(runtime: string, folder: string): Promise<string[]> {
  if (runtime === "deno") {
    return [Deno.execPath(), "run", "-A", "--v8-flags=--expose-gc", "bench/run.ts"];
  }
  if (runtime !== "node" && runtime !== "bun") throw new Error(`no runtime "${runtime}"`);
  const { esbuild, bun } = await installTools(["esbuild", "bun"], `${folder}/tools`);
  const into = `${WORKSHOP}/run.mjs`;
  await bundle({ esbuild, entry: { path: "bench/run.ts" }, into, worker: false });
  return runtime === "bun" ? [bun, into] : ["node", "--expose-gc", into];
}

/** The first line that a process prints; what follows is thrown away. */
async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const [line, more] = text.split("\n");
    if (more !== undefined) return line!;
  }
  throw new Error(`the server ended, having said: ${text}`);
}
