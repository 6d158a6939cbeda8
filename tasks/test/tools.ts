/**
 * What comes from npm for a run of tests: the programs, and the package as its users get it.
 *
 * @module
 */
import { capture, CommandError } from "../command.ts";
import { readManifest } from "../project.ts";

/**
 * The other runtimes and the bundler, at the versions that the tests are known to work with, and the
 * compiler of the encoder's WebAssembly, of which another version may make other bytes.
 */
const VERSIONS = {
  assemblyscript: "0.28.20",
  bun: "1.4.5",
  esbuild: "0.28.2",
  workerd: "1.20261117.1",
} as const;

/** A program from npm. */
export type Tool = keyof typeof VERSIONS;

const INSTALL_TIMEOUT_MS = 180_000;

/** Installs programs into a folder and returns the path of each. */
export async function installTools(
  tools: readonly Tool[],
  folder: string,
): Promise<Readonly<Record<Tool, string>>> {
  await newProject(folder);
  await npmInstall(tools.map((tool) => `${tool}@${VERSIONS[tool]}`), folder);
  const path = (name: string) => `${folder}/node_modules/.bin/${name}`;
  return {
    assemblyscript: path("asc"),
    bun: path("bun"),
    esbuild: path("esbuild"),
    workerd: path("workerd"),
  };
}

/** The version of DuckDB's WebAssembly that debug files are read with. */
const DUCKDB = "1.32.0";

/** Installs other people's readers of debug files into a folder. */
export async function installReaders(folder: string): Promise<void> {
  await newProject(folder);
  await npmInstall([`@duckdb/duckdb-wasm@${DUCKDB}`], folder);
}

/** Installs the package and the one next to it that every user has, with npm or with Bun. */
export async function installPackage(
  tarball: string,
  folder: string,
  bun?: string,
): Promise<void> {
  await newProject(folder);
  const arrow = (await readManifest()).imports["apache-arrow"]!.replace(/^npm:/, "");
  if (bun === undefined) await npmInstall([tarball, arrow], folder);
  else await install(bun, ["add", tarball, arrow], folder);
}

/** An empty project, so that nothing is installed into a folder further up. */
async function newProject(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/package.json`, `{ "private": true, "type": "module" }\n`);
}

async function npmInstall(packages: readonly string[], cwd: string): Promise<void> {
  await install("npm", ["install", "--no-audit", "--no-fund", ...packages], cwd);
}

async function install(program: string, args: readonly string[], cwd: string): Promise<void> {
  try {
    await capture({ program, args, cwd, timeoutMs: INSTALL_TIMEOUT_MS });
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(
      `packages could not be installed; is the npm registry within reach?\n${said}`,
      { cause },
    );
  }
}
