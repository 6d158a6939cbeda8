/**
 * Builds the encoder's WebAssembly module from `assembly` beside it, which is AssemblyScript:
 *
 *     deno task wasm                          # write
 *     deno run -A tasks/wasm.ts --check       # fail when what is there differs
 *
 * It is there twice: as a file, for workers, and as text inside a module, for everybody who may
 * compile it. The compiler comes from npm when it is needed; the package does not depend on it. One
 * version of it always makes the same bytes of the same source.
 *
 * @module
 */
import { capture } from "./command.ts";
import { ROOT, withTempFolder } from "./project.ts";
import { installTools } from "./test/tools.ts";

const SOURCES = "src/encode/accelerator/assembly";
const ENTRY = `${SOURCES}/rows.ts`;
const FOLDER = "src/encode/accelerator";

/** No runtime and no memory: it works on the encoder's heap, which is 32 pages and never grows. */
const OPTIONS = [
  ...["-O3", "--converge", "--noAssert", "--runtime", "stub"],
  ...["--importMemory", "--noExportMemory", "--initialMemory", "32", "--maximumMemory", "32"],
];

/** What is made, by path. */
async function build(): Promise<ReadonlyMap<string, Uint8Array>> {
  return await withTempFolder(async (folder) => {
    const { assemblyscript } = await installTools(["assemblyscript"], `${folder}/tools`);
    const module = `${folder}/rows.wasm`;
    const hash = await sourceHash();
    await capture({
      program: assemblyscript,
      args: [ENTRY, ...OPTIONS, "--use", `SOURCE_HASH=${hash}`, "--outFile", module],
      cwd: ROOT,
      timeoutMs: 60_000,
    });
    const bytes = await Deno.readFile(module);
    return new Map([
      [`${FOLDER}/rows.wasm`, bytes],
      [`${FOLDER}/module_text.ts`, new TextEncoder().encode(embedded(bytes, hash))],
    ]);
  });
}

/** 31 bits of a hash of everything the module is made of. */
async function sourceHash(): Promise<number> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`${ROOT}/${SOURCES}`)) names.push(name);
  const texts = await Promise.all(
    names.sort().map((name) => Deno.readTextFile(`${ROOT}/${SOURCES}/${name}`)),
  );
  const bytes = new TextEncoder().encode(texts.join("\0"));
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new DataView(digest).getUint32(0) >>> 1;
}

function embedded(bytes: Uint8Array, hash: number): string {
  return `/**
 * \`rows.wasm\` as text. Made by \`deno task wasm\`; do not edit.
 *
 * @module
 */

/** The module, in base 64. */
export const MODULE_TEXT: string =
  "${btoa(String.fromCharCode(...bytes))}";

/** What the module says of itself as its \`FINGERPRINT\`. */
export const MODULE_FINGERPRINT: number = ${hash};
`;
}

/** Paths of files that differ or are missing. */
async function differences(): Promise<string[]> {
  const paths: string[] = [];
  for (const [path, bytes] of await build()) {
    const present = await Deno.readFile(`${ROOT}/${path}`).catch(() => undefined);
    const isSame = present?.length === bytes.length &&
      present.every((byte, at) => byte === bytes[at]);
    if (!isSame) paths.push(path);
  }
  return paths;
}

if (Deno.args.includes("--check")) {
  const paths = await differences();
  if (paths.length > 0) {
    console.error(`not what ${SOURCES} says: ${paths.join(", ")}.`);
    console.error("Run: deno task wasm");
    Deno.exit(1);
  }
  console.log(`${FOLDER}: up to date`);
} else {
  for (const [path, bytes] of await build()) {
    await Deno.writeFile(`${ROOT}/${path}`, bytes);
    console.log(`${path}: ${bytes.length} bytes`);
  }
}
