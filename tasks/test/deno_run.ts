/**
 * Tests on Deno, from source, with its own runner.
 *
 * @module
 */
import { follow } from "../command.ts";
import { ROOT } from "../project.ts";
import { printerFor } from "./printer.ts";
import { RUN_TIMEOUT_MS } from "./script_run.ts";
import type { Tally } from "./tally.ts";

/** Runs everything and counts. */
export async function runDeno(
  tally: Tally,
  folder: string,
  filter: string,
): Promise<void> {
  const started = performance.now();
  const report = `${folder}/deno.xml`;
  const print = printerFor(tally);
  const ending = await follow({
    program: Deno.execPath(),
    args: [
      // Types are looked at by `deno task check`; here they would only hide what runs.
      ...["test", "--allow-all", "--no-check", `--junit-path=${report}`],
      ...(filter === "" ? [] : ["--filter", filter]),
      "tests/",
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    timeoutMs: RUN_TIMEOUT_MS,
  }, print);
  tally.ms = performance.now() - started;

  count(tally, await readReport(report), filter);
  if (!ending.success && tally.failed === 0) {
    tally.failed = 1; // no test failed, yet something did: types, a module, the time
    print(`✗ deno test ${ending.reason}`);
  }
}

/** The report, or nothing when the run did not come so far. */
async function readReport(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (reason) {
    if (reason instanceof Deno.errors.NotFound) return "";
    throw reason;
  }
}

/** Adds up a JUnit report, in which tests that the filter left out count as skipped ones. */
function count(tally: Tally, report: string, filter: string): void {
  for (const [suite] of report.matchAll(/<testsuite\s[^>]*>/g)) {
    const attribute = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1]);
    const failed = attribute("failures") + attribute("errors");
    tally.failed += failed;
    tally.passed += attribute("tests") - attribute("disabled") - failed;
  }
  const skipped = report.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<skipped/g);
  tally.skipped += [...skipped].filter(([, name]) => name!.includes(filter)).length;
}
