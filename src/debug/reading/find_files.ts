/**
 * Debug files by pattern.
 *
 * @module
 */
import type { FileSystem } from "../../core/file_system.ts";

/** The parts of a debug file's name. */
const NAME = /^(.*?)(?:_(\d{8}_\d{6})(?:_(\d+))?)?(\.\w+)(?:\.gz)?$/;

/**
 * The files that a pattern means, in the order in which they were written: rotated ones by time, the
 * active one last.
 *
 * @param pattern a path whose last part may have `*` (any characters) and `?` (any one)
 * @throws {Error} if there is none
 */
export async function findFiles(files: FileSystem, pattern: string): Promise<string[]> {
  const { folder, name } = splitPath(pattern);
  const matcher = new RegExp(
    `^${name.replaceAll(/[.\\^$+()[\]{}|]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".")}$`,
  );
  const names = (await files.list(folder === "" ? "." : folder))
    .filter((other) => matcher.test(other) && !other.endsWith(".part"));
  if (names.length === 0) throw new Error(`no file matches ${pattern}`);
  return names.sort(byAge).map((other) => `${folder}${other}`);
}

/** A path as its folder, with the slash, and what is in it. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1;
  return { folder: path.slice(0, cut), name: path.slice(cut) };
}

/** What a data file's name begins with: the table, and the number of its schema. */
export function stemOfFile(path: string): string {
  return NAME.exec(splitPath(path).name)?.[1] ?? "";
}

function byAge(one: string, other: string): number {
  const keys = [one, other].map((name) => {
    const [, stem = "", time = "9", sequence = "1"] = NAME.exec(name) ?? [];
    return `${stem} ${time} ${sequence.padStart(6, "0")}`;
  });
  return keys[0]! < keys[1]! ? -1 : Number(keys[0]! > keys[1]!);
}

/** The content of a file, decompressed if its name says that it is compressed. */
export async function openFile(
  files: FileSystem,
  path: string,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const content = await files.read(path);
  return path.endsWith(".gz") ? content.pipeThrough(new DecompressionStream("gzip")) : content;
}
