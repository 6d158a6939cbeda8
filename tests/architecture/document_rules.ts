/**
 * The rules for documents: what they say of the code must be so. As with the other rules, each takes
 * files and returns what is wrong with them, a sentence each.
 *
 * @module
 */
import type { SourceFile } from "./source_file.ts";

/** Links within the repository lead to a file, and to a heading of it. */
export function links(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const isThere = (path: string) =>
    byPath.has(path) || files.some((file) => file.path.startsWith(`${path.replace(/\/$/, "")}/`));
  return documents(files).flatMap(({ path, text }) =>
    [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!)
      .filter((target) => !/^[a-z]+:/.test(target))
      .flatMap((target) => {
        const { pathname, hash } = new URL(target, `file:///${path}`);
        const other = target.startsWith("#") ? path : pathname.slice(1);
        if (!isThere(other)) return [`${path} links to ${target}, which is not there`];
        const anchors = byPath.has(other) ? anchorsOf(byPath.get(other)!.text) : undefined;
        return hash === "" || anchors?.has(hash.slice(1)) === true
          ? []
          : [`${path} links to ${target}, which has no such heading`];
      })
  );
}

/** Tasks that documents name exist. */
export function tasks(files: readonly SourceFile[]): string[] {
  const { tasks = {} } = manifestOf(files);
  return documents(files).flatMap(({ path, text }) =>
    [...text.matchAll(/\bdeno task (\w+)/g)].map((match) => match[1]!)
      .filter((name) => !(name in tasks))
      .map((name) => `${path} names the task ${name}, which there is not`)
  );
}

/** The README's table of errors has every class with its code, and no others. */
export function errorTable(files: readonly SourceFile[]): string[] {
  const source = textOf(files, "src/core/errors.ts");
  const classes = [
    ...source.matchAll(/^export class (\w+) extends ZerobusError [^]*?super\(message, "(\w+)"/gm),
  ];
  const union = /export type ErrorCode =([^;]*);/.exec(source)?.[1] ?? "";
  const codes = [...union.matchAll(/"(\w+)"/g)].map((match) => match[1]!);
  const ofClasses = classes.map(([, name, code]) => [name!, code!] as const)
    .filter(([, code]) => codes.includes(code));
  const without = codes.filter((code) => !ofClasses.some(([, other]) => other === code));
  const wanted = [...ofClasses, ...without.map((code) => ["ZerobusError", code] as const)];
  return differences(
    "README.md, errors",
    wanted.map(([name, code]) => `${name} ${code}`),
    rowsUnder(textOf(files, "README.md"), "Errors").map(([name, code]) => `${name} ${code}`),
  );
}

/** The README's table of entry points has those of the manifest. */
export function entryPointTable(files: readonly SourceFile[]): string[] {
  const { name = "", exports = {} } = manifestOf(files);
  return differences(
    "README.md, entry points",
    Object.keys(exports).map((path) => path.replace(/^\./, name)),
    rowsUnder(textOf(files, "README.md"), "Entry points").map(([first]) => first!),
  );
}

/** The table of folders in the architecture has every folder, with what it may import. */
export function folderTable(
  files: readonly SourceFile[],
  mayImport: Readonly<Record<string, readonly string[]>>,
): string[] {
  const said = rowsUnder(textOf(files, "docs/architecture.md"), "Folders, and what they may import")
    .map(([folder, , imports]) => `${folder}: ${imports}`)
    .filter((row) => /^src\/\w+:/.test(row) && !row.startsWith("src/runtime:"));
  return differences(
    "docs/architecture.md",
    Object.entries(mayImport).map(([folder, imports]) =>
      `src/${folder}: ${imports.length === 0 ? "nothing here" : imports.join(", ")}`
    ),
    said,
  );
}

/** Every event and every metric has a place in the documentation. */
export function observables(files: readonly SourceFile[]): string[] {
  const path = "docs/observability.md";
  const said = new Set([...textOf(files, path).matchAll(/`\.?([\w.]+)`/g)].map(([, name]) => name));
  const events = /export interface ZerobusEvents \{([^]*?)^\}/m
    .exec(textOf(files, "src/core/events.ts"))?.[1] ?? "";
  const names = [
    ...[...events.matchAll(/^ {2}readonly (\w+):/gm)].map((match) => `the event ${match[1]}`),
    ...[
      ...textOf(files, "src/telemetry/meters.ts").matchAll(
        /\b(?:counter|gauge|seconds|createObservableGauge)\("(?:zerobus\.client\.)?([\w.]+)"/g,
      ),
    ].map((match) => `the metric ${match[1]}`),
  ];
  return names.filter((name) => !said.has(name.split(" ").at(-1)!))
    .map((name) => `${path} lacks ${name}`);
}

/** Manifest, code and change log are of one version. */
export function versions(files: readonly SourceFile[]): string[] {
  const { version } = manifestOf(files);
  const places: readonly (readonly [string, RegExp])[] = [
    ["src/core/version.ts", /VERSION = "([^"]+)"/],
    ["CHANGELOG.md", /^## (\d\S*)/m],
  ];
  return places.flatMap(([path, pattern]) => {
    const other = pattern.exec(textOf(files, path))?.[1];
    return other === version ? [] : [`${path} is of version ${other}, deno.json of ${version}`];
  });
}

function documents(files: readonly SourceFile[]): SourceFile[] {
  return files.filter(({ path }) => path.endsWith(".md"));
}

function textOf(files: readonly SourceFile[], path: string): string {
  return files.find((file) => file.path === path)?.text ?? "";
}

function manifestOf(files: readonly SourceFile[]): {
  readonly name?: string;
  readonly version?: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly tasks?: Readonly<Record<string, string>>;
} {
  return JSON.parse(textOf(files, "deno.json") || "{}");
}

/** A document without its code. */
function proseOf(text: string): string {
  return text.replaceAll(/^```[^]*?^```/gm, "").replaceAll(/`[^`\n]*`/g, "");
}

/** What headings are called in links. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = text.replaceAll(/^```[^]*?^```/gm, "").matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, heading]) =>
      heading!.toLowerCase().replaceAll(/[^\w\s-]/g, "").trim().replaceAll(" ", "-")
    ),
  );
}

/** The cells of the first table under a heading, without its head; code marks are taken off. */
function rowsUnder(text: string, heading: string): string[][] {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  const table = /(?:^\|.*\n)+/m.exec(section)?.[0] ?? "";
  return table.trim().split("\n").slice(2).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", ""))
  );
}

function differences(where: string, wanted: readonly string[], said: readonly string[]): string[] {
  return [
    ...wanted.filter((row) => !said.includes(row)).map((row) => `${where}: lacks ${row}`),
    ...said.filter((row) => !wanted.includes(row)).map((row) => `${where}: ${row} is not so`),
  ];
}
