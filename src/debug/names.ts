/**
 * What debug files are called.
 *
 * @module
 */

/** Longest stem, in characters; with what is added, a name stays below the usual limit of 255. */
const MAX_STEM = 180;
/** What a rotated file's name has behind the stem: date and time in UTC, and a number if needed. */
const ROTATION = /_\d{8}_\d{6}(?:_\d+)?$/;

/**
 * The beginning of all file names of a table. Table names are letters, digits, underscores and dots,
 * which a file's name may hold as they are, so different tables have different stems. The hyphen,
 * which no table has, sets off what is added.
 */
export function stemOf(tableName: string): string {
  if (tableName.length > MAX_STEM) {
    return `${tableName.slice(0, MAX_STEM - 17)}-${fingerprint(tableName)}`;
  }
  // A table that is called like another's rotated file.
  return ROTATION.test(tableName) ? `${tableName}-` : tableName;
}

/** The stem for a table's schema: the first one has the plain name, those that follow a number. */
export function versionedStem(stem: string, version: number): string {
  return version === 1 ? stem : `${stem}-v${version}`;
}

/** What to call a file that is rotated at a time; `sequence` counts the tries from 1. */
export function rotatedName(
  stem: string,
  extension: string,
  time: Date,
  sequence: number,
): string {
  const [date, clock] = time.toISOString().replaceAll(/[-:]/g, "").slice(0, 15).split("T");
  const number = sequence === 1 ? "" : `_${sequence}`;
  return `${stem}_${date}_${clock}${number}${extension}`;
}

/**
 * Of some file names those of a table's rotated files, of all its schemas, oldest first. Compressed
 * ones count; active ones, other tables' and strangers' do not.
 */
export function rotatedFiles(names: readonly string[], stem: string, extension: string): string[] {
  const escape = (text: string) => text.replaceAll(/[.\\^$*+?()[\]{}|]/g, "\\$&");
  const pattern = new RegExp(
    `^${escape(stem)}(?:-v\\d+)?_(\\d{8}_\\d{6})(?:_(\\d+))?${escape(extension)}(?:\\.gz)?$`,
  );
  return names
    .map((name) => ({ name, match: pattern.exec(name) }))
    .filter((file): file is { name: string; match: RegExpExecArray } => file.match !== null)
    .map(({ name, match }) => ({ name, time: match[1]!, sequence: Number(match[2] ?? 1) }))
    .sort((a, b) => compare(a.time, b.time) || a.sequence - b.sequence || compare(a.name, b.name))
    .map(({ name }) => name);
}

/** A short name for a long text: 64 bits, to tell texts apart, not to keep secrets. */
export function fingerprint(text: string): string {
  const half = (seed: number) => {
    let hash = seed;
    for (let at = 0; at < text.length; at++) {
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    }
    return (hash >>> 0).toString(16).padStart(8, "0");
  };
  return half(0x811c9dc5) + half(0x9e3779b9);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
