/**
 * Runs the examples as a user would, each against a table of its own on a local server, which says
 * what landed.
 *
 *     deno task examples            # all
 *     deno task examples parquet    # those whose path has it
 *
 * @module
 */
import { startLocalZerobus } from "@zerobus/wrapper/testing";
import { EXAMPLES } from "./examples/cases.ts";
import { preparePlace } from "./examples/place.ts";
import { withTempFolder } from "./project.ts";

const [filter = ""] = Deno.args;

await using local = await startLocalZerobus();

await withTempFolder(async (folder) => {
  const place = await preparePlace(folder);
  for (const { path, rows, run } of EXAMPLES.filter(({ path }) => path.includes(filter))) {
    const tableName = `main.examples.${path.replaceAll(/\W/g, "_")}`;
    const started = performance.now();
    let said: string;
    try {
      said = await run(place, {
        ZEROBUS_ENDPOINT: local.url,
        UNITY_CATALOG_URL: local.unityCatalogUrl,
        ZEROBUS_TABLE_NAME: tableName,
        ZEROBUS_CLIENT_ID: local.clientId,
        ZEROBUS_CLIENT_SECRET: local.clientSecret,
        NO_COLOR: "1",
      });
    } catch (failure) {
      Deno.exitCode = 1;
      said = failure instanceof Error ? failure.message : String(failure);
    }
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    const landed = local.tables.get(tableName)?.rowCount ?? 0;
    if (landed !== rows) Deno.exitCode = 1;
    const title = `${path}: ${landed} of ${rows} rows landed (${seconds} s)`;
    console.log(`${landed === rows ? "✓" : "✗"} ${title}\n  ${said.replaceAll("\n", "\n  ")}`);
  }
});
