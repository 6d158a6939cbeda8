/**
 * Runs tests as a script on Node or Bun and prints the outcomes for the program that started it.
 *
 * @module
 */
import process from "node:process";
import { outcomeLines } from "./outcome_lines.ts";
import { runTests, type TestFile } from "./runner.ts";

/** Runs the tests whose name contains the script's first argument. */
export async function runScript(files: readonly TestFile[]): Promise<void> {
  for await (const line of outcomeLines(runTests(files, process.argv[2]))) {
    process.stdout.write(line);
  }
}
