/**
 * Source text as the rules of the house look at it.
 *
 * @module
 */

/** A file of the repository. */
export interface SourceFile {
  /** Path from the root, with slashes. */
  readonly path: string;
  /** Its text. */
  readonly text: string;
}

/** What a file imports, types included: specifiers as they are written, in order. */
export function specifiersOf({ text }: SourceFile): string[] {
  // Formatted code begins a statement at the start of a line; examples in comments never do.
  const statements = text.matchAll(
    /^(?:import|export)\b(?:[^"';]*?\bfrom)?\s*"([^"]+)"/gm,
  );
  const calls = codeOf(text, true).matchAll(/\bimport\(\s*"([^"]+)"/g);
  return [...statements, ...calls].map((match) => match[1]!);
}

/** Paths of the repository's own files that a file imports. */
export function importsOf(file: SourceFile): string[] {
  return specifiersOf(file)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => new URL(specifier, `file:///${file.path}`).pathname.slice(1));
}

/** What apache-arrow's builders are called by. They compile code, which a worker must not. */
export const ARROW_BUILDERS: RegExp =
  /\b(?:vectorFromArray|tableFromArrays|tableFromJSON|makeBuilder)\b/;

/**
 * Source text with comments blanked out, and strings too unless they are to be kept. Line breaks
 * stay, so that lines keep their numbers.
 */
export function codeOf(text: string, keepStrings: boolean = false): string {
  const token =
    /\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[=(,:[!&|?{};\n]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\//g;
  return text.replaceAll(token, (found) => {
    const isComment = /^\/[/*]/.test(found);
    if (!isComment && keepStrings) return found;
    if (found.startsWith("`")) return blankTemplate(found);
    return blank(found);
  });
}

/** Code inside a template literal stays: `${Deno.pid}` is no text. */
function blankTemplate(template: string): string {
  return template.replaceAll(
    /\$\{([^}]*)\}|[^\n]/g,
    (found) => found.startsWith("${") ? found : " ",
  );
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, " ");
}

/** Where a pattern first occurs in a text: the line's number, from 1, or nothing. */
export function lineOf(text: string, pattern: RegExp): number | undefined {
  const at = text.search(pattern);
  return at === -1 ? undefined : text.slice(0, at).split("\n").length;
}
