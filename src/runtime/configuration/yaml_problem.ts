/**
 * What is wrong with a file that is not YAML.
 *
 * @module
 */
import type { ErrorCode } from "yaml";

const TAG = 'a "!" begins a tag, which is not understood; put the value in quotes';
const QUOTES = "put values with special characters in quotes";
const INDENT = "the indentation is wrong, or a bracket is not closed";

/** Words of our own, since the parser's quote the file, and what stands there may be a secret. */
const SENTENCES: Readonly<Partial<Record<ErrorCode, string>>> = {
  ALIAS_PROPS: "aliases are not followed",
  BAD_ALIAS: "aliases are not followed",
  BAD_DQ_ESCAPE: "between double quotes stands a backslash that escapes nothing",
  BAD_INDENT: INDENT,
  BAD_SCALAR_START: `a value begins with a special character; ${QUOTES}`,
  BLOCK_AS_IMPLICIT_KEY: `a line has two colons; ${QUOTES}`,
  DUPLICATE_KEY: "a key is there twice; keep one",
  MISSING_CHAR: "a colon, comma, bracket or quote is missing",
  MULTILINE_IMPLICIT_KEY: "a key is not followed by a colon",
  MULTIPLE_DOCS: "the file has several documents (---); keep one",
  MULTIPLE_TAGS: TAG,
  TAB_AS_INDENT: "a tab indents; use spaces",
  TAG_RESOLVE_FAILED: TAG,
  UNEXPECTED_TOKEN: `something stands where it cannot; ${QUOTES}`,
};

/** Says what a finding of the parser is, without a word of the file. */
export function yamlProblem(code: ErrorCode): string {
  return SENTENCES[code] ?? `this is not YAML (${code})`;
}
