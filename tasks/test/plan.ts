/**
 * Which test files run where. A file that does not run somewhere is there with the reason.
 *
 * @module
 */
import type { Runtime } from "../../tests/harness/environment.ts";
import {
  ARROW_BUILDERS,
  codeOf,
  importsOf,
  type SourceFile,
  specifiersOf,
} from "../../tests/architecture/source_file.ts";
import { ROOT } from "../project.ts";

/** A rule that keeps test files from runtimes. */
interface Exemption {
  /** How the paths begin. */
  readonly prefixes: readonly string[];
  /** Where they do not run. */
  readonly runtimes: readonly Runtime[];
  /** Why. */
  readonly reason: string;
}

const EXEMPTIONS: readonly Exemption[] = [
  {
    prefixes: ["tests/architecture", "tests/tasks/"],
    runtimes: ["bun", "node", "workerd"],
    reason: "are about the source tree and the tasks, which are the same everywhere",
  },
  {
    prefixes: ["tests/behaviour/"],
    runtimes: ["bun", "node", "workerd"],
    reason: "run against the package, in a row of their own",
  },
];

/** What keeps a test file from a worker: found in it, or in anything that it imports. */
const WORKER_OBSTACLES: readonly {
  readonly reason: string;
  readonly isIn: (file: SourceFile) => boolean;
}[] = [
  {
    reason: "need Node's modules, which a worker has not",
    isIn: (file) => specifiersOf(file).some((specifier) => specifier.startsWith("node:")),
  },
  {
    reason: "use apache-arrow's builders: they compile code, which a worker must not",
    isIn: (file) => ARROW_BUILDERS.test(codeOf(file.text)),
  },
];

/** What one runtime is to do with the unit tests. */
export interface Plan {
  /** Paths of the files to run. */
  readonly files: readonly string[];
  /** Reasons why files are left out, and how many for each. */
  readonly leftOut: ReadonlyMap<string, number>;
}

/** The unit tests for a runtime. */
export async function planFor(runtime: Runtime): Promise<Plan> {
  const files: string[] = [];
  const leftOut = new Map<string, number>();
  for (const path of await testFiles("tests")) {
    const reason = exemptionOf(path, runtime) ??
      (runtime === "workerd" ? await workerObstacle(path) : undefined);
    if (reason === undefined) files.push(path);
    else leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
  }
  return { files, leftOut };
}

function exemptionOf(path: string, runtime: Runtime): string | undefined {
  return EXEMPTIONS.find(({ prefixes, runtimes }) =>
    runtimes.includes(runtime) && prefixes.some((prefix) => path.startsWith(prefix))
  )?.reason;
}

async function workerObstacle(path: string, seen = new Set<string>()): Promise<string | undefined> {
  if (seen.has(path)) return undefined;
  seen.add(path);
  const file = { path, text: await Deno.readTextFile(`${ROOT}/${path}`) };
  const obstacle = WORKER_OBSTACLES.find(({ isIn }) => isIn(file));
  if (obstacle !== undefined) return obstacle.reason;
  for (const target of importsOf(file)) {
    const reason = await workerObstacle(target, seen);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

async function testFiles(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}/${folder}`)) {
    if (isDirectory) paths.push(...await testFiles(`${folder}/${name}`));
    else if (name.endsWith("_test.ts")) paths.push(`${folder}/${name}`);
  }
  return paths.sort();
}
