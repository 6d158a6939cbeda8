/**
 * Where examples run: on Deno from this repository, elsewhere with the package as its users get it.
 *
 * @module
 */
import { capture } from "../command.ts";
import { pack } from "../pack.ts";
import { ROOT } from "../project.ts";
import { bundle } from "../test/bundle.ts";
import { installPackage, installTools, type Tool } from "../test/tools.ts";

/** A folder with the package installed, and the programs. */
export interface Place {
  /** For what an example writes. */
  readonly folder: string;
  /** The project that the package is installed in. */
  readonly project: string;
  /** Paths of the programs. */
  readonly tools: Readonly<Record<Tool, string>>;
}

/** Variables for an example: where to send to. */
export type Settings = Readonly<Record<string, string>>;

/** What an example is started as. */
export interface Script {
  /** The program that runs it. */
  readonly program: string;
  /** Its arguments, the example and those of the example. */
  readonly args: readonly string[];
}

/** Packages that stay outside of what is bundled: those of a user's project. */
const PACKAGES = ["@zerobus/wrapper", "apache-arrow"];
const RUN_TIMEOUT_MS = 60_000;

/** Installs everything into a folder. */
export async function preparePlace(folder: string): Promise<Place> {
  const [tools, tarball] = await Promise.all([
    installTools(["bun", "esbuild", "workerd"], `${folder}/tools`),
    pack(folder),
  ]);
  const project = `${folder}/project`;
  await installPackage(tarball, project);
  return { folder, project, tools };
}

/** The example as it is, on this Deno. */
export function onDeno(path: string, ...args: readonly string[]): Script {
  return { program: Deno.execPath(), args: ["run", "-A", path, ...args] };
}

/** The example in JavaScript, on the Node at hand. */
export async function onNode(
  place: Place,
  path: string,
  ...args: readonly string[]
): Promise<Script> {
  return { program: "node", args: [await bundled(place, path), ...args] };
}

/** The example in JavaScript, on Bun. */
export async function onBun(
  place: Place,
  path: string,
  ...args: readonly string[]
): Promise<Script> {
  return { program: place.tools.bun, args: [await bundled(place, path), ...args] };
}

/** Makes one file of an example, in the project, and returns its path. */
export async function bundled(
  { project, tools }: Place,
  path: string,
  worker = false,
): Promise<string> {
  const into = `${project}/${path.replaceAll(/\W/g, "_")}.js`;
  await bundle({ esbuild: tools.esbuild, entry: { path }, into, worker, external: PACKAGES });
  return into;
}

/** Runs an example to its end and returns what it says. */
export async function run({ program, args }: Script, env: Settings): Promise<string> {
  return await capture({ program, args, cwd: ROOT, env, timeoutMs: RUN_TIMEOUT_MS });
}
