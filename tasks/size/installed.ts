/**
 * What the package weighs on a disk.
 *
 * @module
 */
import { capture } from "../command.ts";

/** What `npm install` brings. */
export interface Installed {
  /** Packages, this one included. */
  readonly packages: number;
  /** Bytes of all their files. */
  readonly bytes: number;
  /** Bytes of this package's files. */
  readonly own: number;
  /** The three largest of the others. */
  readonly largest: readonly (readonly [name: string, bytes: number])[];
}

/** Installs the tarball that is in a folder as a user would, and adds up. */
export async function installedSizes(folder: string): Promise<Installed> {
  const project = `${folder}/installed`;
  await Deno.mkdir(project);
  await Deno.writeTextFile(`${project}/package.json`, `{ "private": true }`);
  const [tarball] = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".tgz"));
  await capture({
    program: "npm",
    args: ["install", "--no-audit", "--no-fund", `${folder}/${tarball!.name}`],
    cwd: project,
    timeoutMs: 180_000,
  });
  const lock = JSON.parse(await Deno.readTextFile(`${project}/package-lock.json`));
  const sizes = Object.keys(lock.packages).filter((path) => path !== "").map((path) =>
    [path.replace("node_modules/", ""), sizeOf(`${project}/${path}`)] as const
  ).sort(([, one], [, other]) => other - one);
  return {
    packages: sizes.length,
    bytes: sizes.reduce((sum, [, size]) => sum + size, 0),
    own: sizes.find(([name]) => name === "@zerobus/wrapper")?.[1] ?? 0,
    largest: sizes.filter(([name]) => name !== "@zerobus/wrapper").slice(0, 3),
  };
}

/** Bytes of the files of a package, without those of packages inside it. */
export function sizeOf(path: string): number {
  let bytes = 0;
  for (const { name, isDirectory } of Deno.readDirSync(path)) {
    if (isDirectory) bytes += name === "node_modules" ? 0 : sizeOf(`${path}/${name}`);
    else bytes += Deno.statSync(`${path}/${name}`).size;
  }
  return bytes;
}
