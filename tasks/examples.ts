/**
 * Runs the examples as a user would: the package is built and installed, and they send real data to
 * a local server, which says what landed.
 *
 *     deno task examples
 *
 * @module
 */
import { startLocalZerobus } from "@zerobus/wrapper/testing";
import { tableToIPC } from "apache-arrow";
import { oddBatch } from "../examples/odd_batch.ts";
import { capture } from "./command.ts";
import { pack } from "./pack.ts";
import { ROOT, withTempFolder } from "./project.ts";
import { serveWorker } from "./serve_worker.ts";
import { bundle, bundleForWorker } from "./test/bundle.ts";
import { installPackage, installTools } from "./test/tools.ts";

const FLIGHTS = `${ROOT}/node_modules/vega-datasets/data/flights-200k.arrow`;
/** The flights, and the rows of the odd batch but the bad one. */
const EXPECTED_ROWS = 200_000 + 3;
const RUN_TIMEOUT_MS = 60_000;
const PACKAGES = ["@zerobus/wrapper", "apache-arrow"];

await using local = await startLocalZerobus();

await withTempFolder(async (folder) => {
  const { bun, esbuild, workerd } = await installTools(
    ["bun", "esbuild", "workerd"],
    `${folder}/tools`,
  );
  const project = `${folder}/project`;
  await installPackage(await pack(folder), project);
  const odd = `${folder}/odd.arrows`;
  await Deno.writeFile(odd, tableToIPC(oddBatch()));
  const files = [FLIGHTS, odd];
  const bundled = async (name: string, worker = false) => {
    const into = `${project}/${name}.js`;
    const entry = { path: `examples/${name}.ts` };
    await bundle({ esbuild, entry, into, worker, external: PACKAGES });
    return into;
  };

  await example("examples/node.ts", async (env) => {
    const script = await bundled("node");
    return await run("node", [script, ...files], env);
  });
  await example("examples/bun.ts", async (env) => {
    const script = await bundled("bun");
    return await run(bun, [script, ...files], env);
  });
  await example("examples/worker.ts", async (env) => {
    await bundleForWorker(esbuild, await bundled("worker", true), `${folder}/worker.js`);
    await Deno.copyFile(`${ROOT}/examples/worker.capnp`, `${folder}/worker.capnp`);
    return await postToWorker(workerd, `${folder}/worker.capnp`, files, env);
  });
});

/** Runs an example against a table of its own and looks at what landed there. */
async function example(
  path: string,
  runIt: (env: Record<string, string>) => Promise<string>,
): Promise<void> {
  const tableName = `main.examples.${path.replaceAll(/\W/g, "_")}`;
  const said = await runIt({
    ZEROBUS_ENDPOINT: local.url,
    UNITY_CATALOG_URL: local.unityCatalogUrl,
    ZEROBUS_TABLE_NAME: tableName,
    ZEROBUS_CLIENT_ID: local.clientId,
    ZEROBUS_CLIENT_SECRET: local.clientSecret,
  });
  const landed = local.tables.get(tableName)?.rowCount ?? 0;
  const verdict = landed === EXPECTED_ROWS ? "✓" : "✗";
  console.log(`${verdict} ${path}: ${landed} rows landed\n  ${said.replaceAll("\n", "\n  ")}`);
  if (landed !== EXPECTED_ROWS) Deno.exitCode = 1;
}

async function run(program: string, args: string[], env: Record<string, string>): Promise<string> {
  return await capture({ program, args, env, timeoutMs: RUN_TIMEOUT_MS });
}

/** Serves the worker, posts the files to it and returns its answers. */
async function postToWorker(
  workerd: string,
  configuration: string,
  files: readonly string[],
  env: Record<string, string>,
): Promise<string> {
  const onLine = (line: string) => console.error(`  workerd: ${line}`);
  await using served = await serveWorker({ workerd, configuration, env, onLine });
  const answers: string[] = [];
  for (const file of files) {
    const signal = AbortSignal.timeout(RUN_TIMEOUT_MS);
    const body = await Deno.readFile(file);
    const response = await fetch(served.url, { method: "POST", body, signal });
    answers.push(`${response.status} ${await response.text()}`);
  }
  return answers.join("\n");
}
