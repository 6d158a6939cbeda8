/**
 * Files that are full: renamed, counted, compressed.
 *
 * @module
 */
import type { FileSystem } from "../core/file_system.ts";
import { rotatedFiles, rotatedName } from "./names.ts";

/** Where rotated files of a table and format go, and how many stay. */
export interface Rotation {
  /** The folder. */
  readonly folder: string;
  /** Stem of the table; see `names.ts`. */
  readonly stem: string;
  /** Such as `.arrows`. */
  readonly extension: string;
  /** Rotated files that stay; `null`: all. */
  readonly maxFilesRetained: number | null;
  /** Whether they are compressed. */
  readonly compresses: boolean;
  /** The time, for names. */
  readonly now: () => Date;
}

/** How many names are tried for one file. */
const MAX_NAMES = 10_000;

/**
 * Gives a file the name of a rotated one, which nobody else has or had, and returns its new path;
 * `undefined` when somebody else has renamed it meanwhile.
 *
 * @param stem the file's own stem, its schema's number included
 */
export async function setAside(
  files: FileSystem,
  { folder, extension, now }: Rotation,
  path: string,
  stem: string,
): Promise<string | undefined> {
  const time = now();
  for (let sequence = 1; sequence <= MAX_NAMES; sequence++) {
    const target = `${folder}/${rotatedName(stem, extension, time, sequence)}`;
    // The name is taken first, so that the renaming replaces nothing but this empty file.
    const placeholder = await files.create(target);
    if (placeholder === undefined) continue;
    await placeholder.close();
    // A compressed file of this name has let go of it; it is somebody's all the same.
    const isFree = await files.size(`${target}.gz`) === undefined;
    if (isFree && await files.rename(path, target)) return target;
    await files.remove(target);
    if (isFree) return undefined;
  }
  throw new Error(`${folder} has ${MAX_NAMES} files of the same second`);
}

/** Removes the oldest rotated files of the table beyond the number that stays. */
export async function retain(
  files: FileSystem,
  { folder, stem, extension, maxFilesRetained }: Rotation,
): Promise<void> {
  if (maxFilesRetained === null) return;
  const rotated = rotatedFiles(await files.list(folder), stem, extension);
  for (const name of rotated.slice(0, Math.max(0, rotated.length - maxFilesRetained))) {
    await files.remove(`${folder}/${name}`);
  }
}

/** Replaces a file by one of gzip. Whatever happens, one of the two is there and whole. */
export async function compress(files: FileSystem, path: string): Promise<void> {
  const unfinished = `${path}.gz.part`;
  await files.remove(unfinished); // of a program that ended halfway
  const output = await files.create(unfinished);
  if (output === undefined) return; // another process is at it
  try {
    const content = await files.read(path);
    for await (const bytes of content.pipeThrough(new CompressionStream("gzip"))) {
      await output.write(bytes);
    }
    await output.sync();
  } catch (reason) {
    await output.close();
    await files.remove(unfinished);
    throw reason;
  }
  await output.close();
  await files.rename(unfinished, `${path}.gz`);
  await files.remove(path);
}
