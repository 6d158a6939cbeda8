/**
 * The repository's files, as far as the rules are about them.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { SourceFile } from "./source_file.ts";

const ROOT = new URL("../../", import.meta.url);

/** Folders that nobody has written: not tracked. */
const FOREIGN: ReadonlySet<string> = new Set([".git", ".tmp", "coverage", "node_modules"]);

/** Every text file that people have written. */
export function readTree(folder = ""): SourceFile[] {
  const entries = readdirSync(new URL(folder, ROOT), { withFileTypes: true });
  return entries.flatMap((entry): SourceFile[] => {
    const path = folder + entry.name;
    if (entry.isDirectory()) return FOREIGN.has(entry.name) ? [] : readTree(`${path}/`);
    if (!entry.isFile() || !/\.(?:ts|js|json|md|proto|capnp|lock)$|^[^.]+$/.test(entry.name)) {
      return [];
    }
    return [{ path, text: readFileSync(fileURLToPath(new URL(path, ROOT)), "utf8") }];
  });
}

/** The files behind the package's entry points. */
export function entryPoints(): string[] {
  const { exports } = JSON.parse(readFileSync(new URL("deno.json", ROOT), "utf8"));
  return Object.values<string>(exports).map((path) => path.replace(/^\.\//, ""));
}
