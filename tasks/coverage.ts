/**
 * How much of the sources the tests on Deno run through, by folder:
 *
 *     deno task coverage                    # all tests
 *     deno task coverage tests/schema       # some
 *     deno task coverage --missed           # and which lines do not run
 *
 * What the tests run in other processes and on other runtimes does not count.
 *
 * @module
 */
import { follow } from "./command.ts";
import { type Coverage, coverageBy, type FileCoverage, readLcov, total } from "./coverage/lcov.ts";
import { ROOT, withTempFolder } from "./project.ts";
import { textTable } from "./text_table.ts";

const TIMEOUT_MS = 1_200_000;

const withMissed = Deno.args.includes("--missed");
const paths = Deno.args.filter((argument) => argument !== "--missed");

await withTempFolder(async (folder) => {
  const report = `${folder}/lcov`;
  await deno(
    "test",
    "-A",
    "--no-check",
    `--coverage=${folder}/raw`,
    ...paths.length ? paths : ["tests/"],
  );
  await deno("coverage", `${folder}/raw`, "--lcov", `--output=${report}`);
  const files = readLcov(await Deno.readTextFile(report))
    .map((file) => ({ ...file, path: file.path.replace(`${ROOT}/`, "") }))
    .filter(({ path }) => /^(?:src\/(?!gen\/)|mod\.ts)/.test(path));
  console.log(tableOf(files));
  if (withMissed) console.log(`\n${missedOf(files)}`);
});

/** Fails only when the tests did: their lines are of interest then. */
async function deno(...args: readonly string[]): Promise<void> {
  const said: string[] = [];
  const ending = await follow({
    program: Deno.execPath(),
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    timeoutMs: TIMEOUT_MS,
  }, (line) => said.push(line));
  if (ending.success) return;
  Deno.exitCode = 1;
  console.error(`${said.join("\n")}\ndeno ${args[0]} ${ending.reason}`);
}

function tableOf(files: readonly FileCoverage[]): string {
  const folderOf = (path: string) => /^src\/[^/]+(?=\/)/.exec(path)?.[0] ?? "src, mod.ts";
  return textTable([
    ["folder", "lines", "run", "branches", "taken"],
    ...[...coverageBy(files, folderOf)].map(([name, coverage]) => rowOf(name, coverage)),
    rowOf("all", total(files)),
  ], 1);
}

function rowOf(name: string, { lines, linesHit, branches, branchesHit }: Coverage): string[] {
  return [
    name,
    String(lines),
    share(linesHit, lines),
    String(branches),
    share(branchesHit, branches),
  ];
}

function share(part: number, whole: number): string {
  return whole === 0 ? "–" : `${(100 * part / whole).toFixed(1)} %`;
}

/** The files with lines that did not run, most of them first. */
function missedOf(files: readonly FileCoverage[]): string {
  return files.filter(({ missed }) => missed.length > 0)
    .sort((one, other) => other.missed.length - one.missed.length)
    .map(({ path, missed }) => `${path}: ${runsOf(missed)}`).join("\n");
}

/** Numbers as runs: 3, 7-9. */
function runsOf(numbers: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run !== undefined && number === run[1] + 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => first === last ? `${first}` : `${first}-${last}`).join(", ");
}
