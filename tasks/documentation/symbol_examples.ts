/**
 * The examples in the documentation of what the package exports.
 *
 * @module
 */
import { captureDeno } from "../command.ts";
import { readManifest, withTempFolder } from "../project.ts";

/** As much of what `deno doc --json` prints as matters here. */
interface Documentation {
  readonly nodes: Readonly<Record<string, { readonly symbols: readonly DocumentedSymbol[] }>>;
}

/** An exported name. */
export interface DocumentedSymbol {
  /** The name. */
  readonly name: string;
  /** What it is declared as: overloads are declarations of their own. */
  readonly declarations: readonly {
    readonly kind: string;
    readonly jsDoc?: { readonly tags?: readonly { readonly kind: string }[] };
    readonly def?: unknown;
  }[];
}

/**
 * Names of the functions and classes that no example shows. Errors are shown once, by the root of
 * their family.
 */
export function withoutExample(symbols: readonly DocumentedSymbol[]): string[] {
  return symbols.filter(({ declarations }) => {
    const callable = declarations.filter(({ kind, def }) =>
      kind === "function" || (kind === "class" && !isKindOfError(def))
    );
    const shown = callable.some(({ jsDoc }) => jsDoc?.tags?.some(({ kind }) => kind === "example"));
    return callable.length > 0 && !shown;
  }).map(({ name }) => name);
}

function isKindOfError(definition: unknown): boolean {
  const { extends: parent } = Object(definition) as { readonly extends?: unknown };
  return typeof parent === "string" && /Error$/.test(parent) && parent !== "Error";
}

/** Fails for functions and classes of the entry points that have no example. */
export async function checkThatExamplesExist(): Promise<void> {
  const { nodes }: Documentation = JSON.parse(
    await captureDeno(["doc", "--json", ...Object.values((await readManifest()).exports)]),
  );
  const names = Object.values(nodes).flatMap(({ symbols }) => withoutExample(symbols));
  if (names.length === 0) return;
  throw new Error(`no @example in the documentation of ${[...new Set(names)].join(", ")}`);
}

/** Compiles the examples and runs them. */
export async function runExamples(): Promise<void> {
  // Some write files.
  await withTempFolder((folder) =>
    captureDeno(["test", "--allow-all", "--doc", "mod.ts", "src"], { env: { TMPDIR: folder } })
  );
}
