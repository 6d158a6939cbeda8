/**
 * Runs registered tests, one after the other, where there is no runner to leave it to.
 *
 * @module
 */
import { bounded } from "./bounded.ts";
import { type RegisteredTest, takeRegistered } from "./mod.ts";

/** Something that registers tests. */
export interface TestFile {
  /** Path in the repository. */
  readonly path: string;
  /** Registers the tests: imports the file, or calls the suite. */
  load(): unknown;
}

/** What came of one test. */
export interface TestOutcome {
  /** Path of its file. */
  readonly file: string;
  /** What it shows. */
  readonly name: string;
  /** What came of it. */
  readonly outcome: "passed" | "failed" | "skipped";
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** Why it failed or was skipped. */
  readonly detail?: string;
}

/**
 * Loads the files and runs their tests, those whose name contains `filter`. A file that
 * cannot be loaded, or registers nothing, counts as a failed test.
 */
export async function* runTests(
  files: readonly TestFile[],
  filter = "",
): AsyncGenerator<TestOutcome> {
  takeRegistered(); // what was left behind belongs to nobody here
  for (const { path, load } of files) {
    let tests: readonly RegisteredTest[];
    try {
      await load();
      tests = takeRegistered();
      if (tests.length === 0) throw new Error("the file registers no tests");
    } catch (failure) {
      takeRegistered();
      yield {
        file: path,
        name: "(the file itself)",
        outcome: "failed",
        ms: 0,
        detail: describe(failure),
      };
      continue;
    }
    for (const test of tests) {
      if (test.name.includes(filter)) yield await runTest(path, test);
    }
  }
}

async function runTest(file: string, test: RegisteredTest): Promise<TestOutcome> {
  const { name, skipped, timeoutMs, fn } = test;
  if (skipped !== undefined) return { file, name, outcome: "skipped", ms: 0, detail: skipped };
  const started = performance.now();
  const elapsed = () => Math.round(performance.now() - started);
  try {
    await bounded(fn, timeoutMs);
    return { file, name, outcome: "passed", ms: elapsed() };
  } catch (failure) {
    return { file, name, outcome: "failed", ms: elapsed(), detail: describe(failure) };
  }
}

/** A failure with its stack and those of its causes. */
function describe(failure: unknown): string {
  if (!(failure instanceof Error)) return `threw ${String(failure)}`;
  const headline = `${failure.name}: ${failure.message}`;
  const stack = failure.stack ?? headline;
  // V8's stacks begin with the message, JavaScriptCore's do not.
  const text = stack.includes(failure.message) ? stack : `${headline}\n${stack}`;
  return failure.cause === undefined ? text : `${text}\ncaused by ${describe(failure.cause)}`;
}
