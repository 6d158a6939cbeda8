/**
 * Sends Arrow IPC files to a table from Node.
 *
 * ```sh
 * node node.js flights-200k.arrow      # on Node 20 compiled; newer ones run the TypeScript
 * ```
 *
 * Where to is in the environment: ZEROBUS_ENDPOINT, UNITY_CATALOG_URL, ZEROBUS_TABLE_NAME,
 * ZEROBUS_CLIENT_ID, ZEROBUS_CLIENT_SECRET. `examples/server.ts` prints them for a local server.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import process from "node:process";
import { createWrapper } from "@zerobus/wrapper/node";
import { report } from "./report.ts";

const { ZEROBUS_ENDPOINT: endpoint, ZEROBUS_TABLE_NAME: tableName, ...rest } = process.env;
if (endpoint === undefined || tableName === undefined) {
  throw new Error("set ZEROBUS_ENDPOINT and ZEROBUS_TABLE_NAME");
}
const wrapper = await createWrapper({
  endpoint,
  tableName,
  unityCatalogUrl: rest.UNITY_CATALOG_URL,
  clientId: rest.ZEROBUS_CLIENT_ID,
  clientSecret: rest.ZEROBUS_CLIENT_SECRET,
});
try {
  for (const file of process.argv.slice(2)) {
    report(file, await wrapper.sendBatch(await readFile(file)));
  }
} finally {
  await wrapper.shutdown();
}
