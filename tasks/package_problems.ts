/**
 * What would go wrong for whoever installs an npm package, as far as its files show.
 *
 * @module
 */
import { isBuiltin } from "node:module";

/** As much of a `package.json` as matters here. */
interface PackageManifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly engines?: Readonly<Record<string, string>>;
}

/** Files that every package has besides its code. */
const EXPECTED = ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"];

/** What belongs into a package, wherever it is. */
const BELONGS = /(?:\.js|\.ts|^package\.json|^docs\/[a-z_]+\.md)$/;

/** The problems of an unpacked package, one sentence each. */
export async function packageProblems(folder: string): Promise<string[]> {
  const paths = new Set(await filesUnder(folder, ""));
  const manifest: PackageManifest = JSON.parse(await Deno.readTextFile(`${folder}/package.json`));
  const problems = EXPECTED.filter((path) => !paths.has(path)).map((path) => `${path} is missing`);
  if (manifest.engines?.node === undefined) problems.push("package.json names no engine");

  for (const [name, target] of Object.entries(manifest.exports)) {
    // Data has no types.
    const conditions = typeof target === "string" ? { types: target } : target;
    if (conditions.types === undefined) problems.push(`export ${name} has no types`);
    for (const target of Object.values(conditions)) {
      if (!paths.has(target.replace(/^\.\//, ""))) {
        problems.push(`export ${name} names ${target}, which is missing`);
      }
    }
  }
  const targets = new Set(
    Object.values(manifest.exports).flatMap((target) =>
      typeof target === "string" ? [target] : Object.values(target)
    ).map((target) => target.replace(/^\.\//, "")),
  );
  const dependencies = new Set(
    Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
  );
  for (const path of paths) {
    if (/\.ts$/.test(path) && !/\.d\.ts$/.test(path)) problems.push(`${path} is source text`);
    if (!EXPECTED.includes(path) && !BELONGS.test(path) && !targets.has(path)) {
      problems.push(`${path} is a stray file`);
    }
    if (!/\.(?:js|d\.ts)$/.test(path)) continue;
    const text = await Deno.readTextFile(`${folder}/${path}`);
    for (const specifier of importsOf(text)) {
      const problem = importProblem(path, specifier, paths, dependencies);
      if (problem !== undefined) problems.push(`${path} imports ${specifier}, ${problem}`);
    }
  }
  return problems;
}

/** The module specifiers in a file of JavaScript or declarations. */
function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, ""); // examples in comments import, too
  const statements = code.matchAll(
    /(?:^|[;}\s])(?:(?:import|export)\b[^;"'`]*?\bfrom\s*|import\s*\(?\s*)"([^"\n]+)"/g,
  );
  return [...statements].map((match) => match[1]!);
}

function importProblem(
  path: string,
  specifier: string,
  paths: ReadonlySet<string>,
  dependencies: ReadonlySet<string>,
): string | undefined {
  if (isBuiltin(specifier)) return undefined;
  if (specifier.startsWith(".")) {
    const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
    if (!paths.has(target)) return "which is missing";
    const isTyped = !path.endsWith(".d.ts") || paths.has(target.replace(/\.js$/, ".d.ts"));
    return isTyped ? undefined : "which has no declarations";
  }
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0];
  return dependencies.has(name) ? undefined : "which is no dependency";
}

async function filesUnder(folder: string, prefix: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${prefix}`)) {
    if (isDirectory) paths.push(...await filesUnder(folder, `${prefix}${name}/`));
    else paths.push(prefix + name);
  }
  return paths;
}
