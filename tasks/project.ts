/**
 * Where things are in this repository.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** Path of the repository's root, without a slash at the end. */
export const ROOT: string = fileURLToPath(new URL("..", import.meta.url)).replace(/[/\\]$/, "");

/** What `deno.json` says, as far as the tasks are concerned. */
export interface Manifest {
  /** Name of the package. */
  readonly name: string;
  /** Version of the package. */
  readonly version: string;
  /** Entry points and their files. */
  readonly exports: Readonly<Record<string, string>>;
  /** Bare specifiers and what they mean. */
  readonly imports: Readonly<Record<string, string>>;
}

/** Reads `deno.json`. */
export async function readManifest(): Promise<Manifest> {
  return JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
}

/** Calls a function with the path of a new folder, which is gone afterwards. */
export async function withTempFolder<T>(fn: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "zerobus-wrapper-" });
  try {
    return await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Whether this runs on a build machine, where the tree must be clean. */
export function isContinuousIntegration(): boolean {
  return Boolean(Deno.env.get("CI"));
}
