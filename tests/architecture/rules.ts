/**
 * The rules of the house. Each takes files and returns what is wrong with them, a sentence each.
 *
 * @module
 */
import {
  ARROW_BUILDERS,
  codeOf,
  importsOf,
  lineOf,
  type SourceFile,
  specifiersOf,
} from "./source_file.ts";

/** Which folders of `src` a folder may import from, besides itself. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  gen: [],
  schema: ["core"],
  encode: ["core", "schema"],
  ipc: ["core", "schema", "encode"],
  ingest: ["core"],
  transport: ["core", "gen"],
  auth: ["core"],
  catalog: ["core", "schema", "auth"],
  debug: ["core"],
  telemetry: ["core"],
  rows: ["core", "schema"],
  delivery: ["core", "schema", "encode", "ipc", "ingest", "rows"],
  variant: ["core"],
  local: ["core", "gen", "catalog"],
};

/** Folders that only the entry points of a runtime may import from. */
const OUTERMOST: readonly string[] = ["runtime", "local"];

/** Folders that may know which runtime they are in. */
const RUNTIME_AWARE = /^src\/(?:runtime|local)\//;

/** AssemblyScript, which imports nothing from elsewhere; another compiler's affair. */
const ASSEMBLY = "src/encode/accelerator/assembly/";

/** Longest file, in lines. */
const MOST_LINES = 320;

/** Folders import in one direction; files directly in `src` may import all but the outermost. */
export function importOrder(files: readonly SourceFile[]): string[] {
  return sources(files).flatMap((file) => {
    const folder = folderOf(file.path);
    if (folder === "runtime") return [];
    const allowed = folder === undefined ? undefined : MAY_IMPORT[folder];
    if (folder !== undefined && allowed === undefined) {
      return [`${file.path}: no rule says what src/${folder} may import`];
    }
    return importsOf(file).filter((target) => {
      const other = folderOf(target);
      if (other === undefined) return folder !== undefined; // up, towards the façade
      if (other === folder) return false;
      return allowed === undefined ? OUTERMOST.includes(other) : !allowed.includes(other);
    }).map((target) => `${file.path} imports ${target}`);
  });
}

/** Only the folders for it know about runtimes. */
export function runtimeNames(files: readonly SourceFile[]): string[] {
  const names = /\b(?:Deno|Bun|process)\s*\.|\bBuffer\b/;
  return sources(files).filter(({ path }) => !RUNTIME_AWARE.test(path)).flatMap((file) => {
    const line = lineOf(codeOf(file.text), names);
    return [
      ...(line === undefined ? [] : [`${file.path}:${line} names a runtime`]),
      ...specifiersOf(file).filter((specifier) => specifier.startsWith("node:"))
        .map((specifier) => `${file.path} imports ${specifier}`),
    ];
  });
}

/** Tests run on every runtime, so they name none; the harness has to. */
export function portableTests(files: readonly SourceFile[]): string[] {
  return files.filter(({ path }) => /^tests\/(?!harness\/).*\.ts$/.test(path)).flatMap((file) => {
    const line = lineOf(codeOf(file.text), /\b(?:Deno|Bun)\s*\./);
    return line === undefined ? [] : [`${file.path}:${line} names a runtime`];
  });
}

/** No file imports itself by way of others, not even for types. */
export function importCycles(files: readonly SourceFile[]): string[] {
  const imports = new Map(sources(files).map((file) => [file.path, importsOf(file)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
      return;
    }
    if (done.has(path)) return;
    for (const target of imports.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
  return cycles;
}

/** A file does one thing. Generated ones do what they must. */
export function fileLength(files: readonly SourceFile[]): string[] {
  const ours = files.filter(({ path }) => path.endsWith(".ts") && !path.startsWith("src/gen/"));
  return ours.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split("\n").length;
    return lines > MOST_LINES ? [`${path} has ${lines} lines, at most ${MOST_LINES}`] : [];
  });
}

/** Every file is there for an entry point. */
export function reachability(
  files: readonly SourceFile[],
  entryPoints: readonly string[],
): string[] {
  const byPath = new Map(sources(files).map((file) => [file.path, file]));
  const reached = new Set<string>();
  const visit = (path: string) => {
    const file = byPath.get(path);
    if (file === undefined || reached.has(path)) return;
    reached.add(path);
    importsOf(file).forEach(visit);
  };
  entryPoints.forEach(visit);
  return [
    ...entryPoints.filter((path) => !byPath.has(path)).map((path) => `${path} does not exist`),
    ...[...byPath.keys()].filter((path) => !reached.has(path))
      .map((path) => `${path} is used by no entry point`),
  ];
}

/** What is exported to run is used elsewhere. Types may be there for the signatures they are in. */
export function unusedExports(files: readonly SourceFile[]): string[] {
  const words = new Map(files.map(({ path, text }) => [path, new Set(text.match(/\w+/g))]));
  return handwritten(files).flatMap(({ path, text }) =>
    [...text.matchAll(/^export (?:async )?(?:const|let|class|function\*?) (\w+)/gm)]
      .map((match) => match[1]!)
      .filter((name) =>
        !files.some((other) => other.path !== path && words.get(other.path)!.has(name))
      )
      .map((name) => `${path} exports ${name}, which nobody uses`)
  );
}

/** Names are given where a thing is made. */
export function defaultExports(files: readonly SourceFile[]): string[] {
  return offences(sources(files), /^export default\b|\bas default\b/m, "has a default export");
}

/** Nothing is left for later, and no check is switched off. */
export function looseEnds(files: readonly SourceFile[]): string[] {
  const notes = new RegExp(
    ["TO" + "DO", "FIX" + "ME", "XX" + "X"].map((word) => `\\b${word}\\b`).join("|"),
  );
  const switches = new RegExp("@ts-" + "(?:ignore|expect-error|nocheck)");
  const code = files.filter(({ path }) => path.endsWith(".ts"));
  return [
    ...code.flatMap(({ path, text }) => {
      const line = lineOf(text, notes) ?? lineOf(text, switches);
      return line === undefined ? [] : [`${path}:${line} has a loose end`];
    }),
    ...offences(code, /\bas any\b/, "gives up a type"),
  ];
}

/** Files have names in one style. */
export function fileNames(files: readonly SourceFile[]): string[] {
  return files.map(({ path }) => path)
    .filter((path) => path.endsWith(".ts") && !/^(?:[a-z0-9_]+\/)*[a-z0-9_]+\.ts$/.test(path))
    .map((path) => `${path} is not in snake_case`);
}

/** The repository speaks of itself: of no machine, and of no place that packages come from. */
export function places(files: readonly SourceFile[]): string[] {
  const machine = /(?<![\w.])\/(?:tmp|work|root|home\/[a-z]\w*)\//;
  const registry = /\bregistry\.[a-z]+js\.org\b|\bnpm\.jsr\.io\b/;
  return files.flatMap(({ path, text }) => [
    ...at(path, lineOf(text, machine), "names a folder of a machine"),
    ...at(path, lineOf(text, registry), "names a registry's host"),
  ]);
}

/**
 * The library does not import the standard library. `links` replaces it here, and neither
 * `deno publish` nor `deno pack` can build a package with a linked module inside.
 */
export function standardLibrary(files: readonly SourceFile[]): string[] {
  return sources(files).flatMap((file) =>
    specifiersOf(file).filter((specifier) => /^(?:jsr:)?@std\//.test(specifier))
      .map((specifier) => `${file.path} imports ${specifier}`)
  );
}

/**
 * The library runs in workers, where code must not be made from text. apache-arrow's builders, and
 * what is made of them, do that.
 */
export function codeGeneration(files: readonly SourceFile[]): string[] {
  const calls = /\bnew Function\b|\beval\(/;
  return [
    ...offences(sources(files), ARROW_BUILDERS, "uses apache-arrow's builders"),
    ...offences(sources(files), calls, "makes code from text"),
  ];
}

/** Every behavioural suite is in the list that the runtimes work through. */
export function listedSuites(files: readonly SourceFile[]): string[] {
  const list = files.find(({ path }) => path === "tests/behaviour/suites.ts")?.text ?? "";
  return files.map(({ path }) => path)
    .filter((path) => /^tests\/(?:behaviour|faults)\/.*_suite\.ts$/.test(path))
    .filter((path) => !list.includes(`"${path}":`))
    .map((path) => `${path} is not in tests/behaviour/suites.ts`);
}

function sources(files: readonly SourceFile[]): SourceFile[] {
  return files.filter(({ path }) =>
    path === "mod.ts" || (/^src\/.*\.ts$/.test(path) && !path.startsWith(ASSEMBLY))
  );
}

function handwritten(files: readonly SourceFile[]): SourceFile[] {
  return sources(files).filter(({ path }) => !path.startsWith("src/gen/"));
}

/** The folder of `src` that a path is in; nothing for files directly there. */
function folderOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** Files whose code, comments and strings aside, matches a pattern. */
function offences(files: readonly SourceFile[], pattern: RegExp, what: string): string[] {
  return files.flatMap(({ path, text }) => at(path, lineOf(codeOf(text), pattern), what));
}

function at(path: string, line: number | undefined, what: string): string[] {
  return line === undefined ? [] : [`${path}:${line} ${what}`];
}
