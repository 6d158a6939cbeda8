/**
 * Runs every test on every runtime:
 *
 *     deno task test [--runtime deno|node|bun|workerd] [--filter text]
 *
 * Deno runs everything from source. The others run the unit tests from source and the behavioural
 * suites against the package, built and installed as a user would. Two runs go on at a time, for
 * most of what tests do is wait. The last line is the sum. Exits with 1 when a test failed or a
 * runtime ran none.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { Runtime } from "../tests/harness/environment.ts";
import { withTempFolder } from "./project.ts";
import { runDeno } from "./test/deno_run.ts";
import { type OtherRuntime, prepareRuns, type Run } from "./test/prepare.ts";
import { installReaders } from "./test/tools.ts";
import { closingLine, emptyTally, sum, table, type Tally } from "./test/tally.ts";

const RUNTIMES: readonly Runtime[] = ["deno", "node", "bun", "workerd"];

/** What the command line asks for. */
interface Selection {
  readonly runtimes: readonly Runtime[];
  /** Part of the names of the tests to run; empty for all. */
  readonly filter: string;
}

function select(args: readonly string[]): Selection {
  const { values: { runtime, filter = "" } } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    options: { runtime: { type: "string" }, filter: { type: "string" } },
  });
  const runtimes = RUNTIMES.filter((name) => runtime === undefined || runtime === name);
  if (runtimes.length === 0) {
    throw new RangeError(`--runtime wants one of ${RUNTIMES.join(", ")}, got ${runtime}`);
  }
  return { runtimes, filter };
}

async function runTests({ runtimes, filter }: Selection): Promise<Tally[]> {
  return await withTempFolder(async (folder) => {
    const readers = `${folder}/readers`;
    await installReaders(readers);
    Deno.env.set("ZEROBUS_TEST_READERS", readers); // for every process that is started from here
    const others = runtimes.filter((runtime): runtime is OtherRuntime => runtime !== "deno");
    const preparation = prepareRuns(others, folder, filter); // mostly waits for downloads
    const first = runtimes.includes("deno") ? [denoRun(folder, filter)] : [];
    const firstLane = inTurn(first);
    const rest = await preparation;
    const queue = rest.values(); // of one iterator, so that each run is taken once
    await Promise.all([firstLane.then(() => inTurn(queue)), inTurn(queue)]);
    return [...first, ...rest].map(({ tally }) => tally);
  });
}

async function inTurn(runs: Iterable<Run>): Promise<void> {
  for (const { run } of runs) await run();
}

function denoRun(folder: string, filter: string): Run {
  const tally = emptyTally("deno", "all, from source");
  return { tally, run: () => runDeno(tally, folder, filter) };
}

/** What is wrong although no test failed: a runtime without a single one. */
function idle(tallies: readonly Tally[], { runtimes, filter }: Selection): string[] {
  const ran = (some: readonly Tally[]) => sum(some).passed + sum(some).failed > 0;
  if (filter !== "") return ran(tallies) ? [] : [`no test has "${filter}" in its name`];
  return runtimes
    .filter((runtime) => !ran(tallies.filter((tally) => tally.runtime === runtime)))
    .map((runtime) => `${runtime} ran no tests`);
}

const selection = select(Deno.args);
const tallies = await runTests(selection);
const problems = idle(tallies, selection);
console.log(`\n${table(tallies)}\n`);
problems.forEach((problem) => console.log(`✗ ${problem}`));
console.log(closingLine(tallies));
if (problems.length > 0 || sum(tallies).failed > 0) Deno.exitCode = 1;
