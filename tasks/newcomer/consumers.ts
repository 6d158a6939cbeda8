/**
 * Programs that use the package's types, compiled by TypeScript itself.
 *
 * @module
 */
import { type Case, compatible, install, runIn, writeIn } from "./place.ts";

const PROGRAM =
  `import { createWrapper, isZerobusError, type TransmissionResult } from "@zerobus/wrapper";
import { createWrapper as createNodeWrapper, type RuntimeConfiguration } from "@zerobus/wrapper/node";
import { type LocalZerobus, startLocalZerobus } from "@zerobus/wrapper/testing";
import { type RecordBatch, type Table, tableFromArrays } from "apache-arrow";

const local: LocalZerobus = await startLocalZerobus();
const configuration: RuntimeConfiguration = {
  endpoint: local.url,
  unityCatalogUrl: local.unityCatalogUrl,
  clientId: local.clientId,
  clientSecret: local.clientSecret,
  tableName: "main.iot.readings",
};
const table: Table = tableFromArrays({ id: Int32Array.of(1, 2, 3) });
for (const create of [createWrapper, createNodeWrapper]) {
  const wrapper = await create(configuration);
  try {
    const result: TransmissionResult = await wrapper.sendBatch(table);
    const failed: RecordBatch | undefined = result.extractFailedBatch(table.batches[0]!) ?? undefined;
    console.log(result.successfulCount, failed?.numRows ?? 0);
  } catch (error) {
    if (isZerobusError(error)) console.error(error.code);
    throw error;
  } finally {
    await wrapper.shutdown();
  }
}
await local.close();
// @ts-${"expect-error"}: a table name is needed
export const wrong = () => createWrapper({ endpoint: "https://example.com" });
`;

/** The ways of looking modules up that the package is for. */
const RESOLUTIONS = [
  { moduleResolution: "nodenext", module: "nodenext" },
  { moduleResolution: "bundler", module: "esnext" },
] as const;

/** A case for each resolution. */
export function consumers(): Case[] {
  return RESOLUTIONS.map((resolution) => ({
    title: `TypeScript, ${resolution.moduleResolution}`,
    async run(place) {
      await install(place, await compatible("apache-arrow"), "typescript@5.9", "@types/node@20");
      await writeIn(place, "program.ts", PROGRAM);
      const compilerOptions = {
        ...resolution,
        target: "es2022",
        lib: ["es2022", "esnext.disposable", "dom"],
        types: ["node"],
        strict: true,
        exactOptionalPropertyTypes: true,
      };
      const configuration = JSON.stringify({ compilerOptions, files: ["program.ts"] });
      await writeIn(place, "tsconfig.json", configuration);
      await runIn(place, "node", "node_modules/typescript/bin/tsc", "-p", ".");
      return (await runIn(place, "node", "program.js")).replaceAll("\n", ", ");
    },
  }));
}
