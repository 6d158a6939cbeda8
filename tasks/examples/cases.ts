/**
 * The examples, and how each is run.
 *
 * @module
 */
import { tableToIPC } from "apache-arrow";
import { oddBatch } from "../../examples/odd_batch.ts";
import { ROOT } from "../project.ts";
import { serveWorker } from "../serve_worker.ts";
import { bundleForWorker } from "../test/bundle.ts";
import { bundled, onBun, onDeno, onNode, type Place, run, type Settings } from "./place.ts";
import { runService } from "./service_case.ts";

/** An example. */
export interface Example {
  /** Its file. */
  readonly path: string;
  /** Rows that are to land. */
  readonly rows: number;
  /** Runs it and returns what it says; fails by throwing. */
  run(place: Place, settings: Settings): Promise<string>;
}

const DATA = `${ROOT}/node_modules/vega-datasets/data`;
const FLIGHTS = `${DATA}/flights-200k.arrow`;
/** The flights, and the rows of the odd batch but the bad one. */
const ARROW_ROWS = 200_000 + 3;
const REQUEST_TIMEOUT_MS = 30_000;

/** Every example but the demo and the server, which are programs of their own. */
export const EXAMPLES: readonly Example[] = [
  {
    path: "examples/sensors.ts",
    rows: 50_000,
    run: (_, settings) => run(onDeno("examples/sensors.ts", "50000"), settings),
  },
  {
    path: "examples/quarantine.ts",
    rows: 4,
    run: (place, settings) =>
      run(onDeno("examples/quarantine.ts", `${place.folder}/quarantine.arrow`), settings),
  },
  {
    path: "examples/forward_test.ts",
    rows: 0, // it has servers of its own
    run: (_, settings) =>
      run({ program: Deno.execPath(), args: ["test", "-A", "examples/forward_test.ts"] }, settings),
  },
  {
    path: "examples/node.ts",
    rows: ARROW_ROWS,
    run: async (place, settings) =>
      run(await onNode(place, "examples/node.ts", FLIGHTS, await oddFile(place)), settings),
  },
  {
    path: "examples/csv.ts",
    rows: 1_461,
    run: async (place, settings) =>
      run(await onNode(place, "examples/csv.ts", `${DATA}/seattle-weather.csv`), settings),
  },
  {
    path: "examples/json_lines.ts",
    rows: 25_000,
    run: async (place, settings) =>
      run(await onNode(place, "examples/json_lines.ts", await linesFile(place)), settings),
  },
  { path: "examples/service.ts", rows: 4, run: runService },
  {
    path: "examples/bun.ts",
    rows: ARROW_ROWS,
    run: async (place, settings) =>
      run(await onBun(place, "examples/bun.ts", FLIGHTS, await oddFile(place)), settings),
  },
  {
    path: "examples/parquet.ts",
    rows: 3_000_000,
    run: async (place, settings) =>
      run(await onBun(place, "examples/parquet.ts", `${DATA}/flights-3m.parquet`), settings),
  },
  { path: "examples/worker.ts", rows: ARROW_ROWS, run: runWorker },
];

async function oddFile({ folder }: Place): Promise<string> {
  const path = `${folder}/odd.arrows`;
  await Deno.writeFile(path, tableToIPC(oddBatch()));
  return path;
}

async function linesFile({ folder }: Place): Promise<string> {
  const path = `${folder}/readings.jsonl`;
  const lines = Array.from({ length: 25_000 }, (_, device) => ({ device, celsius: device / 8 }));
  await Deno.writeTextFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return path;
}

/** Serves the worker, posts files to it and returns its answers. */
async function runWorker(place: Place, env: Settings): Promise<string> {
  const { esbuild, workerd } = place.tools;
  const source = await bundled(place, "examples/worker.ts", true);
  await bundleForWorker(esbuild, source, `${place.folder}/worker.js`);
  const configuration = `${place.folder}/worker.capnp`;
  await Deno.copyFile(`${ROOT}/examples/worker.capnp`, configuration);
  const onLine = (line: string) => console.error(`  workerd: ${line}`);
  await using served = await serveWorker({ workerd, configuration, env, onLine });
  const answers: string[] = [];
  for (const file of [FLIGHTS, await oddFile(place)]) {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const body = await Deno.readFile(file);
    const response = await fetch(served.url, { method: "POST", body, signal });
    answers.push(`${response.status} ${await response.text()}`);
  }
  return answers.join("\n");
}
