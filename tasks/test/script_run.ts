/**
 * Tests on Node and Bun.
 *
 * @module
 */
import { eachLine, start } from "../command.ts";
import { Recorder } from "./recorder.ts";
import type { Tally } from "./tally.ts";

/** A script that runs tests. */
export interface ScriptRun {
  /** Where to count. */
  readonly tally: Tally;
  /** The runtime's program. */
  readonly program: string;
  /** The script. */
  readonly script: string;
  /** Part of the names of the tests to run. */
  readonly filter: string;
}

/** Longest that a run may take. */
export const RUN_TIMEOUT_MS = 420_000;
/** How long a script may live on when its tests are over. Longer means that they leak. */
const EXIT_TIMEOUT_MS = 5_000;

/** Runs a script and counts its tests. */
export async function runScript(run: ScriptRun): Promise<void> {
  const { tally, program, script, filter } = run;
  const recorder = new Recorder(tally);
  const started = performance.now();
  const process = start({ program, args: [script, filter] });
  const kill = (problem: string) => {
    recorder.fail(problem);
    process.kill("SIGKILL");
  };
  let timer = setTimeout(() => kill(`still running after ${RUN_TIMEOUT_MS} ms`), RUN_TIMEOUT_MS);
  const take = (line: string) => {
    recorder.take(line);
    if (!recorder.ended) return;
    clearTimeout(timer);
    timer = setTimeout(
      () => kill("the process does not end: something is left open"),
      EXIT_TIMEOUT_MS,
    );
  };
  const [status] = await Promise.all([
    process.status,
    eachLine(process.stdout, take),
    eachLine(process.stderr, (line) => recorder.take(line)),
  ]);
  clearTimeout(timer);
  tally.ms = performance.now() - started;
  if (!status.success && tally.failed === 0) {
    recorder.fail(`the process exited with ${status.code}`);
  }
  recorder.finish();
}
