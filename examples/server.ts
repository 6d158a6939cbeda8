/**
 * A local Zerobus to point the other examples at. It runs until it is interrupted.
 *
 * ```sh
 * deno run -A examples/server.ts 9000
 * ```
 *
 * @module
 */
import process from "node:process";
import { startLocalZerobus } from "@zerobus/wrapper/testing";

const local = await startLocalZerobus({ port: Number(process.argv[2] ?? 9000) });
// For a shell in which the other program is started.
console.log(`export ZEROBUS_ENDPOINT=${local.url}`);
console.log(`export UNITY_CATALOG_URL=${local.unityCatalogUrl}`);
console.log("export ZEROBUS_TABLE_NAME=main.iot.readings");
console.log(`export ZEROBUS_CLIENT_ID=${local.clientId}`);
console.log(`export ZEROBUS_CLIENT_SECRET=${local.clientSecret}`);

process.once("SIGINT", async () => {
  for (const [name, { rowCount }] of local.tables) console.log(`${name}: ${rowCount} rows`);
  await local.close();
});
