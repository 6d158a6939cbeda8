/**
 * Programs whose surroundings are not quite those of the quick start.
 *
 * @module
 */
import { blocksOf } from "../documentation/blocks.ts";
import { ROOT } from "../project.ts";
import { type Case, compatible, expectRows, install, type Place, runIn, writeIn } from "./place.ts";

/** Batches, and bytes, of a version of apache-arrow that the package does not bring itself. */
const OTHER_ARROW = `import { createWrapper } from "@zerobus/wrapper/node";
import { Field, Int32, List, makeVector, Table, tableToIPC, Utf8, vectorFromArray } from "apache-arrow";

const lists = new List(new Field("item", new Int32(), true));
const table = new Table({
  id: makeVector(Int32Array.of(1, 2, 3)),
  name: vectorFromArray(["a", null, "c"], new Utf8()),
  values: vectorFromArray([[1, 2], [], [3]], lists),
});
const counts = [];
for (const recordFormat of ["protobuf", "arrow", "json"]) {
  const wrapper = await createWrapper({ ...configuration, recordFormat });
  for (const input of [table, table.batches[0], tableToIPC(table)]) {
    const { successfulCount } = await wrapper.sendBatch(input);
    counts.push(successfulCount);
  }
  await wrapper.shutdown();
}
console.log(counts.join(" "));
`;

/** Bundles what the README has of JavaScript, as far as it is not run: every name must be there. */
async function bundleJavaScript(place: Place): Promise<string> {
  const blocks = blocksOf("README.md", await Deno.readTextFile(`${ROOT}/README.md`))
    .filter(({ language }) => language === "js");
  for (const { line, text } of blocks) {
    const path = await writeIn(place, `block_${line}.js`, text);
    const how = ["--bundle", "--format=esm", "--platform=node", "--loader:.wasm=binary"];
    const optional = "--external:@opentelemetry/*";
    await runIn(place, place.tools.esbuild, path, ...how, optional, "--outfile=bundle.js");
  }
  return `${blocks.length} blocks`;
}

/** Telemetry is wanted, and the packages that it takes have been forgotten. */
const NO_TELEMETRY = `import { createWrapper } from "@zerobus/wrapper/node";

try {
  await createWrapper({ ...configuration, observability: { outputDir: "telemetry" } });
} catch (error) {
  console.log(error.name, error.message.includes("@opentelemetry/sdk-trace"));
}
`;

/** The cases. */
export function surroundings(): Case[] {
  return [
    {
      title: "an apache-arrow of another version",
      async run(place) {
        await install(place, "apache-arrow@17");
        const said = await run(place, OTHER_ARROW);
        expectRows(place, 27);
        return said;
      },
    },
    {
      title: "JavaScript in the README",
      async run(place) {
        await install(place, await compatible("apache-arrow"));
        return await bundleJavaScript(place);
      },
    },
    {
      title: "telemetry without its packages",
      async run(place) {
        await install(place);
        const said = await run(place, NO_TELEMETRY);
        if (said !== "ConfigurationError true") throw new Error(said);
        return said;
      },
    },
  ];
}

async function run(place: Place, program: string): Promise<string> {
  const head = "const { ZEROBUS_ENDPOINT: endpoint, UNITY_CATALOG_URL: unityCatalogUrl, " +
    "ZEROBUS_TABLE_NAME: tableName, ZEROBUS_CLIENT_ID: clientId, " +
    "ZEROBUS_CLIENT_SECRET: clientSecret } = process.env;\n" +
    "const configuration = { endpoint, unityCatalogUrl, tableName, clientId, clientSecret };\n";
  await writeIn(place, "program.mjs", head + program);
  return (await runIn(place, "node", "program.mjs")).trim();
}
