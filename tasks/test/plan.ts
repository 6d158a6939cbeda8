/**
 * Which test files run where. A file that does not run somewhere is there with the reason.
 *
 * @module
 */
import type { Runtime } from "../../tests/harness/environment.ts";
import { ROOT } from "../project.ts";

/** A rule that keeps test files from a runtime. */
interface Exemption {
  /** How the paths begin. */
  readonly prefix: string;
  /** Where they do not run. */
  readonly runtimes: readonly Runtime[];
  /** Why. */
  readonly reason: string;
}

const EXEMPTIONS: readonly Exemption[] = [
  {
    prefix: "tests/architecture",
    runtimes: ["bun", "node", "workerd"],
    reason: "reads the source tree, which is the same everywhere",
  },
  {
    prefix: "tests/tasks/",
    runtimes: ["bun", "node", "workerd"],
    reason: "the tasks are programs for Deno",
  },
  {
    prefix: "tests/behaviour/",
    runtimes: ["bun", "node", "workerd"],
    reason: "the suites run against the package there, in a row of their own",
  },
  {
    prefix: "tests/local/",
    runtimes: ["workerd"],
    reason: "a worker cannot start a server",
  },
  {
    prefix: "tests/runtime/",
    runtimes: ["workerd"],
    reason: "a worker has no HTTP/2 client and no files",
  },
];

/** What one runtime is to do with the unit tests. */
export interface Plan {
  /** Paths of the files to run. */
  readonly files: readonly string[];
  /** What is left out, and why. */
  readonly leftOut: readonly { readonly prefix: string; readonly reason: string }[];
}

/** The unit tests for a runtime. */
export async function planFor(runtime: Runtime): Promise<Plan> {
  const all = await testFiles("tests");
  const exemptions = EXEMPTIONS.filter(({ prefix, runtimes }) =>
    runtimes.includes(runtime) && all.some((path) => path.startsWith(prefix))
  );
  return {
    files: all.filter((path) => !exemptions.some(({ prefix }) => path.startsWith(prefix))),
    leftOut: exemptions,
  };
}

async function testFiles(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}/${folder}`)) {
    if (isDirectory) paths.push(...await testFiles(`${folder}/${name}`));
    else if (name.endsWith("_test.ts")) paths.push(`${folder}/${name}`);
  }
  return paths.sort();
}
