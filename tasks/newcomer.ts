/**
 * Does what somebody does who has just found the package: in an empty folder, installs it, pastes
 * the README's quick start, runs it, and looks whether the rows arrived. On Deno, Bun, three
 * versions of Node and workerd, against a local server; compiles a program that uses the types; and
 * does without what is optional, or with another version of it.
 *
 *     deno task newcomer
 *
 * The packed artefact stands for the registry. Exits with 1 when anything failed.
 *
 * @module
 */
import { startLocalZerobus } from "@zerobus/wrapper/testing";
import { consumers } from "./newcomer/consumers.ts";
import { quickStarts } from "./newcomer/quick_starts.ts";
import type { Case, Place } from "./newcomer/place.ts";
import { surroundings } from "./newcomer/surroundings.ts";
import { installTools } from "./test/tools.ts";
import { pack } from "./pack.ts";
import { withTempFolder } from "./project.ts";

await using local = await startLocalZerobus();

await withTempFolder(async (folder) => {
  const [tools, tarball] = await Promise.all([
    installTools(["bun", "esbuild", "workerd"], `${folder}/tools`),
    pack(folder),
  ]);
  const cases: Case[] = [...await quickStarts(), ...consumers(), ...surroundings()];
  for (const [index, { title, run }] of cases.entries()) {
    const place: Place = {
      folder: `${folder}/${index}`,
      tarball,
      tools,
      local,
      tableName: `main.newcomer.case_${index}`,
    };
    await Deno.mkdir(place.folder);
    try {
      console.log(`✓ ${title}: ${await run(place)}`);
    } catch (failure) {
      Deno.exitCode = 1;
      const problem = failure instanceof Error ? failure.message : String(failure);
      console.log(`✗ ${title}\n    ${problem.trim().replaceAll("\n", "\n    ")}`);
    }
  }
});
