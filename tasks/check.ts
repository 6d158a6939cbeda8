/**
 * Everything that can be said of the code without running it:
 *
 *     deno task check
 *
 * All checks run even if one fails; a line each, and what a failed one said. Exits with 1 when any
 * failed.
 *
 * @module
 */
import { captureDeno } from "./command.ts";
import { checkBlocks } from "./documentation/check_blocks.ts";
import { checkThatExamplesExist, runExamples } from "./documentation/symbol_examples.ts";
import { checkSizes } from "./size/check_sizes.ts";
import { isContinuousIntegration, readManifest, ROOT } from "./project.ts";

/** One check; it fails by throwing. */
interface Check {
  readonly title: string;
  run(): Promise<unknown>;
}

const deno = (...args: readonly string[]) => captureDeno(args);

/** Documentation of every entry point; complaints about other people's types are left out. */
async function lintDocumentation(): Promise<void> {
  const { exports } = await readManifest();
  try {
    await deno("doc", "--lint", ...Object.values(exports));
  } catch (failure) {
    const said = failure instanceof Error ? failure.message : String(failure);
    throw new Error(
      said.replaceAll(/^Warning Failed resolving types\..*\n(?:\s+at .*\n)?/gm, ""),
      { cause: failure },
    );
  }
}

/** The lock file says what the manifest asks for, and names packages, not places. */
async function checkLockFile(): Promise<void> {
  await deno("install", "--frozen");
  const lock = await Deno.readTextFile(`${ROOT}/deno.lock`);
  const place = /\S*:\/\/\S*/.exec(lock);
  if (place !== null) throw new Error(`deno.lock holds a URL, ${place[0]}`);
}

const CHECKS: readonly Check[] = [
  { title: "formatting", run: () => deno("fmt", "--check") },
  { title: "lint", run: () => deno("lint") },
  { title: "types", run: () => deno("check", "--quiet", ".") },
  { title: "documentation", run: lintDocumentation },
  { title: "an example for every function and class", run: checkThatExamplesExist },
  { title: "examples in the documentation", run: runExamples },
  { title: "code in the documents", run: checkBlocks },
  { title: "generated code", run: () => deno("run", "-A", "tasks/generate.ts", "--check") },
  { title: "WebAssembly", run: () => deno("run", "-A", "tasks/wasm.ts", "--check") },
  {
    title: "generated documentation",
    run: () => deno("run", "-A", "tasks/generate_configuration.ts", "--check"),
  },
  { title: "architecture", run: () => deno("test", "-A", "tests/architecture_test.ts") },
  {
    title: "publishing",
    run: () =>
      deno("publish", "--dry-run", ...(isContinuousIntegration() ? [] : ["--allow-dirty"])),
  },
  { title: "sizes", run: checkSizes },
  { title: "lock file", run: checkLockFile },
];

for (const { title, run } of CHECKS) {
  const started = performance.now();
  let problem = "";
  try {
    await run();
  } catch (failure) {
    problem = failure instanceof Error ? failure.message : String(failure);
    Deno.exitCode = 1;
  }
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`${problem === "" ? "✓" : "✗"} ${title} (${seconds} s)`);
  if (problem !== "") console.log(`\n  ${problem.trim().replaceAll("\n", "\n  ")}\n`);
}
