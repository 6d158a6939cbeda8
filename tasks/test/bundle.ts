/**
 * Tests as one file of JavaScript each runtime can read.
 *
 * @module
 */
import { capture } from "../command.ts";
import { ROOT } from "../project.ts";

/** A file to make. */
interface Bundle {
  /** Path of esbuild. */
  readonly esbuild: string;
  /** What to start from: a path, or the text of a module. */
  readonly entry: { readonly path: string } | { readonly text: string };
  /** Path of the file to write; packages that are left out are looked up from there. */
  readonly into: string;
  /** Whether the file is for a worker, which has none of Node's modules. */
  readonly worker: boolean;
  /** Packages to leave out. Default: all. */
  readonly external?: readonly string[];
}

/** The entry point of a bundle that runs unit tests. */
export function unitTestEntry(paths: readonly string[], worker: boolean): { text: string } {
  const files = paths.map((path) =>
    `  { path: ${JSON.stringify(path)}, load: () => import(${
      JSON.stringify(`${ROOT}/${path}`)
    }) },\n`
  ).join("");
  return {
    text: worker
      ? bringingModule(`${ROOT}/src/encode/accelerator/rows.wasm`) +
        `import { testWorker } from "${ROOT}/tests/harness/worker.ts";\n` +
        `export default testWorker(() => [\n${files}]);\n`
      : `import { runScript } from "${ROOT}/tests/harness/script.ts";\n` +
        `await runScript([\n${files}]);\n`,
  };
}

/** The entry point of a bundle that runs the behavioural suites on a runtime. */
export function suitesEntry(runtime: string): { path: string } | { text: string } {
  const path = `tests/behaviour/on_${runtime}.ts`;
  if (runtime !== "workerd") return { path };
  return {
    text: bringingModule("@zerobus/wrapper/accelerator.wasm") +
      `export { default } from "${ROOT}/${path}";\n`,
  };
}

/** Workers must not compile WebAssembly; they import it. */
function bringingModule(specifier: string): string {
  return `import module from "${specifier}";\n` +
    `import { bringModule } from "${ROOT}/tests/harness/accelerator_module.ts";\n` +
    `bringModule(module);\n`;
}

/** Bundles tests; the packages stay outside. */
export async function bundle({ esbuild, entry, into, worker, external }: Bundle): Promise<void> {
  let path = `${into}.entry.ts`;
  if ("text" in entry) await Deno.writeTextFile(path, entry.text);
  else path = `${ROOT}/${entry.path}`;
  await capture({
    program: esbuild,
    args: [
      path,
      `--outfile=${into}`,
      ...["--bundle", "--format=esm", "--log-level=warning", "--sourcemap=inline"],
      "--target=es2022", // Node 20 knows no `await using`
      "--external:*.wasm",
      ...(worker ? ["--platform=neutral", "--main-fields=module,main"] : ["--platform=node"]),
      ...(external === undefined
        ? ["--packages=external"]
        : external.map((name) => `--external:${name}`)),
      ...["assert", "async"].map((name) => `--alias:@std/${name}=${ROOT}/links/${name}/mod.ts`),
    ],
    cwd: ROOT,
    timeoutMs: 60_000,
  });
}

/** Bundles a file once more with its packages, for a worker; WebAssembly is put next to it. */
export async function bundleForWorker(
  esbuild: string,
  from: string,
  into: string,
): Promise<void> {
  await capture({
    program: esbuild,
    args: [
      from,
      `--outfile=${into}`,
      ...["--bundle", "--format=esm", "--log-level=warning", "--target=es2022"],
      ...["--platform=browser", "--conditions=workerd,worker,browser"],
      ...["--loader:.wasm=copy", "--asset-names=[name]"],
    ],
    timeoutMs: 60_000,
  });
}
