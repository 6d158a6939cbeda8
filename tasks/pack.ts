/**
 * Builds the npm package:
 *
 *     deno run -A tasks/pack.ts [folder]      # default: the current folder
 *
 * `deno pack` does the work: JavaScript, declarations, dependencies. What it does not know is added
 * to the manifest, and what it may get wrong is looked at before anybody else does.
 *
 * @module
 */
import { capture } from "./command.ts";
import { packageProblems } from "./package_problems.ts";
import { isContinuousIntegration, ROOT, withTempFolder } from "./project.ts";

/** What `package.json` needs and `deno.json` has no place for. */
const ADDITIONS = {
  description: "Arrow record batches to Databricks Zerobus Ingest, in any JavaScript runtime.",
  keywords: ["arrow", "databricks", "delta", "grpc", "ingest", "protobuf", "streaming", "zerobus"],
  engines: { node: ">=20" },
  sideEffects: false,
};

/** The JSON Schema of configuration files. */
const SCHEMA = "configuration.schema.json";

/** The encoder's WebAssembly, which workers have to bring along compiled. */
const MODULE = "accelerator.wasm";

/** What only users need who want telemetry to be sent: they install it themselves. */
const OPTIONAL = /^@opentelemetry\/(?!api$)/;

/** The dependencies that every user gets, and those that are up to the user. */
function withoutOptional(dependencies: Readonly<Record<string, string>>) {
  const [all, isOptional] = [Object.entries(dependencies), (name: string) => OPTIONAL.test(name)];
  const optional = all.filter(([name]) => isOptional(name));
  return {
    dependencies: Object.fromEntries(all.filter(([name]) => !isOptional(name))),
    peers: {
      peerDependencies: Object.fromEntries(optional),
      peerDependenciesMeta: Object.fromEntries(
        optional.map(([name]) => [name, { optional: true }]),
      ),
    },
  };
}

/** Exports of files that are no code. */
function dataExports(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`./${name}`, `./${name}`]));
}

/** Builds the package into a folder and returns the path of the tarball. */
export async function pack(into: string): Promise<string> {
  await Deno.mkdir(into, { recursive: true });
  return await withTempFolder(async (folder) => {
    const raw = `${folder}/raw.tgz`;
    await capture({
      program: Deno.execPath(),
      args: [
        "pack",
        "--no-source-maps", // they would hold the paths of the machine that packs
        ...(isContinuousIntegration() ? [] : ["--allow-dirty"]),
        ...["--output", raw],
      ],
      cwd: ROOT,
      timeoutMs: 120_000,
    });
    await capture({ program: "tar", args: ["-xzf", raw], cwd: folder, timeoutMs: 30_000 });

    const content = `${folder}/package`;
    const manifest = JSON.parse(await Deno.readTextFile(`${content}/package.json`));
    const { dependencies, peers } = withoutOptional(manifest.dependencies);
    const exports = { ...manifest.exports, ...dataExports([SCHEMA, MODULE]) };
    await Deno.writeTextFile(
      `${content}/package.json`,
      JSON.stringify({ ...manifest, exports, dependencies, ...peers, ...ADDITIONS }, null, 2),
    );
    // Where configuration files and workers can easily name them.
    await Deno.rename(`${content}/src/runtime/configuration/${SCHEMA}`, `${content}/${SCHEMA}`);
    await Deno.rename(`${content}/src/encode/accelerator/rows.wasm`, `${content}/${MODULE}`);
    const problems = await packageProblems(content);
    if (problems.length > 0) throw new Error(`the package is broken:\n${problems.join("\n")}`);

    const printed = await capture({
      program: "npm",
      args: ["pack", "--json", "--pack-destination", into, content],
      timeoutMs: 60_000,
    });
    const [{ filename }] = JSON.parse(printed);
    return `${into}/${filename}`;
  });
}

if (import.meta.main) console.log(await pack(Deno.args[0] ?? Deno.cwd()));
