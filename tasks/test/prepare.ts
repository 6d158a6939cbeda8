/**
 * Brings the tests to the runtimes that cannot read them as they are.
 *
 * @module
 */
import type { Runtime } from "../../tests/harness/environment.ts";
import { pack } from "../pack.ts";
import { ROOT } from "../project.ts";
import { bundle, bundleForWorker, suitesEntry, unitTestEntry } from "./bundle.ts";
import { planFor } from "./plan.ts";
import { printerFor } from "./printer.ts";
import { runScript } from "./script_run.ts";
import { emptyTally, type Tally } from "./tally.ts";
import { installPackage, installTools, type Tool } from "./tools.ts";
import { runWorker } from "./worker_run.ts";

/** A runtime that needs preparation. */
export type OtherRuntime = Exclude<Runtime, "deno">;

/** A run that is ready. */
export interface Run {
  /** Where it counts. */
  readonly tally: Tally;
  /** Runs the tests; whatever happens ends in the tally. */
  run(): Promise<void>;
}

/** What all runs share. */
interface Bench {
  readonly folder: string;
  readonly filter: string;
  readonly tools: Promise<Readonly<Record<Tool, string>>>;
  readonly tarball: Promise<string>;
}

/** Installs, packs and bundles; two runs for each runtime. What cannot be prepared fails as a run. */
export async function prepareRuns(
  runtimes: readonly OtherRuntime[],
  folder: string,
  filter: string,
): Promise<Run[]> {
  if (runtimes.length === 0) return [];
  const programs = runtimes.filter((runtime) => runtime !== "node");
  const bench: Bench = {
    folder,
    filter,
    tools: installTools(["esbuild", ...programs], `${folder}/tools`),
    tarball: pack(folder),
  };
  await Promise.allSettled([bench.tools, bench.tarball]); // each run looks at what it needs
  // Unit tests find the packages that Deno has installed for this repository.
  await Deno.mkdir(`${folder}/unit`);
  await Deno.symlink(`${ROOT}/node_modules`, `${folder}/unit/node_modules`, { type: "dir" });

  const runs: Run[] = [];
  for (const runtime of runtimes) {
    const unit = emptyTally(runtime, "unit, from source");
    const suites = emptyTally(runtime, "behaviour, installed package");
    runs.push(await prepared(unit, bench, prepareUnitTests));
    runs.push(await prepared(suites, bench, prepareSuites));
  }
  return runs;
}

/** What a preparation is given, and what it returns: a function that runs the tests. */
type Preparation = (
  runtime: OtherRuntime,
  tally: Tally,
  bench: Bench,
) => Promise<() => Promise<void>>;

async function prepared(tally: Tally, bench: Bench, prepare: Preparation): Promise<Run> {
  try {
    return { tally, run: await prepare(tally.runtime as OtherRuntime, tally, bench) };
  } catch (failure) {
    const problem = failure instanceof Error ? failure.message : String(failure);
    const run = () => {
      tally.failed++;
      printerFor(tally)(`✗ ${problem.replaceAll("\n", "\n  ")}`);
      return Promise.resolve();
    };
    return { tally, run };
  }
}

const prepareUnitTests: Preparation = async (runtime, tally, bench) => {
  const { files, leftOut } = await planFor(runtime);
  const { esbuild } = await bench.tools;
  const worker = runtime === "workerd";
  const module = `${bench.folder}/unit/${runtime}.js`;
  await bundle({ esbuild, entry: unitTestEntry(files, worker), into: module, worker });
  const run = await runOf(runtime, tally, module, bench);
  return async () => {
    await run();
    for (const [reason, count] of leftOut) {
      console.log(`${runtime}: ${count} files left out: ${reason}`);
    }
  };
};

const prepareSuites: Preparation = async (runtime, tally, bench) => {
  const { bun, esbuild } = await bench.tools;
  const project = `${bench.folder}/${runtime}`;
  await installPackage(await bench.tarball, project, runtime === "bun" ? bun : undefined);
  const module = `${project}/suites.js`;
  await bundle({
    esbuild,
    entry: suitesEntry(runtime),
    into: module,
    worker: runtime === "workerd",
    external: ["@zerobus/wrapper", "apache-arrow"],
  });
  return await runOf(runtime, tally, module, bench);
};

async function runOf(
  runtime: OtherRuntime,
  tally: Tally,
  module: string,
  bench: Bench,
): Promise<() => Promise<void>> {
  const { bun, esbuild, workerd } = await bench.tools;
  const { filter } = bench;
  if (runtime === "workerd") {
    const worker = module.replace(/\.js$/, ".worker.js");
    await bundleForWorker(esbuild, module, worker);
    return () => runWorker({ tally, workerd, worker, filter });
  }
  const program = runtime === "bun" ? bun : "node";
  return () => runScript({ tally, program, script: module, filter });
}
