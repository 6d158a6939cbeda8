/**
 * Sends Arrow IPC files to a table from Bun.
 *
 * ```sh
 * bun bun.ts flights-200k.arrow
 * ```
 *
 * Where to is in the environment: ZEROBUS_ENDPOINT, UNITY_CATALOG_URL, ZEROBUS_TABLE_NAME,
 * ZEROBUS_CLIENT_ID, ZEROBUS_CLIENT_SECRET. `examples/server.ts` prints them for a local server.
 *
 * @module
 */
import process from "node:process";
import { createWrapper } from "@zerobus/wrapper/bun";
import { report } from "./report.ts";

/** As much of Bun as this file needs. */
declare const Bun: {
  readonly argv: readonly string[];
  file(path: string): { bytes(): Promise<Uint8Array> };
};

const { ZEROBUS_ENDPOINT: endpoint, ZEROBUS_TABLE_NAME: tableName, ...rest } = process.env;
if (endpoint === undefined || tableName === undefined) {
  throw new Error("set ZEROBUS_ENDPOINT and ZEROBUS_TABLE_NAME");
}
await using wrapper = await createWrapper({
  endpoint,
  tableName,
  unityCatalogUrl: rest.UNITY_CATALOG_URL,
  clientId: rest.ZEROBUS_CLIENT_ID,
  clientSecret: rest.ZEROBUS_CLIENT_SECRET,
});
for (const file of Bun.argv.slice(2)) {
  report(file, await wrapper.sendBatch(await Bun.file(file).bytes()));
}
