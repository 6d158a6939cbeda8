/**
 * Runs code of the documents, each file with what it takes for granted: an open wrapper, batches, a
 * local server that stands for the service, and files in the current folder.
 *
 *     deno run -A tasks/documentation/run_blocks.ts README_1.ts README_2.ts
 *
 * @module
 */
import { createWrapper } from "@zerobus/wrapper/deno";
import { startLocalZerobus } from "@zerobus/wrapper/testing";
import { type RecordBatch, tableFromArrays, tableToIPC } from "apache-arrow";

/** The table of the documents. */
const TABLE = "main.iot.readings";

const readings = tableFromArrays({
  device: Int32Array.of(1, 2, 3),
  celsius: Float64Array.of(20.5, 21.25, 19),
});
const batch = readings.batches[0]!;

for (const path of Deno.args) {
  try {
    await runOnStage(path);
  } catch (failure) {
    console.error(`${path}:`, failure);
    Deno.exitCode = 1;
  }
}
Deno.exit(); // a failed program may have left something open

/** Each program finds a folder, a server and a wrapper of its own. */
async function runOnStage(path: string): Promise<void> {
  const folder = await Deno.makeTempDir();
  Deno.chdir(folder);
  await using local = await startLocalZerobus({ tables: [TABLE] });
  const credentials = {
    unityCatalogUrl: local.unityCatalogUrl,
    clientId: local.clientId,
    clientSecret: local.clientSecret,
  };
  const configuration = { endpoint: local.url, tableName: TABLE, ...credentials };
  setEnvironment(configuration);
  const debug = { outputDir: "debug" };
  const wrapper = await createWrapper({ ...configuration, debug });
  await wrapper.sendBatch(batch);
  await wrapper.flush(); // the debug files are there to be read
  await Deno.writeFile("readings.arrows", tableToIPC(readings));
  await Deno.writeTextFile("zerobus.yaml", `table_name: ${TABLE}\n`);
  Object.assign(globalThis, {
    ...{ wrapper, batch, configuration, local },
    batches: ReadableStream.from([batch, batch]),
    quarantine: (_: RecordBatch) => Promise.resolve(),
  });
  try {
    await import(`file://${path}`);
    await wrapper.shutdown();
  } finally {
    Deno.chdir("/");
    await Deno.remove(folder, { recursive: true });
  }
}

function setEnvironment(configuration: {
  readonly endpoint: string;
  readonly tableName: string;
  readonly unityCatalogUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}): void {
  Deno.env.set("ZEROBUS_ENDPOINT", configuration.endpoint);
  Deno.env.set("UNITY_CATALOG_URL", configuration.unityCatalogUrl);
  Deno.env.set("ZEROBUS_TABLE_NAME", configuration.tableName);
  Deno.env.set("ZEROBUS_CLIENT_ID", configuration.clientId);
  Deno.env.set("ZEROBUS_CLIENT_SECRET", configuration.clientSecret);
}
