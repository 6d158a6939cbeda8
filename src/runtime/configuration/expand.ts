/**
 * Variables in the values of a file.
 *
 * @module
 */
import type { Environment } from "./source.ts";

const REFERENCE = /\$\$|\$\{([^}]*)\}|\$\{/g;
const NAME = /^([A-Za-z_]\w*)(?::-(.*))?$/s;

/**
 * Replaces `${NAME}` by the variable, `${NAME:-text}` by the variable or the text if it is not set
 * or empty, and `$$` by `$`. Values are taken as they are, not expanded again.
 */
export function expand(
  text: string,
  environment: Environment,
): { readonly value: string; readonly isExpanded: boolean } | { readonly problem: string } {
  let isExpanded = false;
  let problem: string | undefined;
  const value = text.replaceAll(REFERENCE, (reference, inside?: string) => {
    if (reference === "$$") return "$";
    const [, name, otherwise] = NAME.exec(inside ?? "") ?? [];
    if (name === undefined) {
      problem ??= "expected ${NAME} or ${NAME:-text}; write $$ for a dollar sign";
      return "";
    }
    const found = environment[name];
    if (found !== undefined && found !== "") {
      isExpanded = true;
      return found;
    }
    if (otherwise === undefined) problem ??= `the variable ${name} is not set`;
    return otherwise ?? "";
  });
  return problem === undefined ? { value, isExpanded } : { problem };
}
