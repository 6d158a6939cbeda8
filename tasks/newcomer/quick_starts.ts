/**
 * The README's quick starts, run as they are written.
 *
 * @module
 */
import { tableFromArrays, tableToIPC } from "apache-arrow";
import process from "node:process";
import { type Block, blocksOf, blocksUnder, fileNameOf } from "../documentation/blocks.ts";
import { bundleForWorker } from "../test/bundle.ts";
import { serveWorker } from "../serve_worker.ts";
import { ROOT } from "../project.ts";
import {
  type Case,
  compatible,
  expectRows,
  install,
  type Place,
  runIn,
  settings,
  writeIn,
} from "./place.ts";

/** Versions of Node besides the one at hand, from npm's packages of its binaries. */
const NODE_VERSIONS = ["22", "24"] as const;

/** Rows that each quick start sends. */
const ROWS = 3;

/** A case for each runtime. */
export async function quickStarts(): Promise<Case[]> {
  const blocks = blocksOf("README.md", await Deno.readTextFile(`${ROOT}/README.md`));
  const section = (name: string) => blocksUnder(blocks, "Quick start", name);
  return [
    script("Deno", section("Deno"), () => Promise.resolve(Deno.execPath())),
    script("Bun", section("Bun"), ({ tools }) => Promise.resolve(tools.bun)),
    script("Node, the one at hand", section("Node"), () => Promise.resolve("node")),
    ...NODE_VERSIONS.map((version) =>
      script(`Node ${version}`, section("Node"), (place) => installNode(place, version))
    ),
    worker("workerd", section("Edge workers")),
  ];
}

/** Writes the code to the file it names, and runs the last command with the runtime's program. */
function script(
  title: string,
  blocks: readonly Block[],
  programFor: (place: Place) => Promise<string>,
): Case {
  return {
    title: `quick start on ${title}`,
    async run(place) {
      await install(place, await compatible("apache-arrow"));
      const program = await programFor(place);
      await paste(place, blocks);
      const [, ...args] = lastCommandOf(blocks).split(" ");
      const said = await runIn(place, program, ...args);
      expectRows(place, ROWS);
      return said.trim();
    },
  };
}

function worker(title: string, blocks: readonly Block[]): Case {
  return {
    title: `quick start on ${title}`,
    async run(place) {
      await install(place, await compatible("apache-arrow"));
      const source = await paste(place, blocks);
      const deployed = `${place.folder}/deployed`;
      await Deno.mkdir(deployed);
      await bundleForWorker(place.tools.esbuild, source, `${deployed}/worker.js`);
      await Deno.copyFile(`${ROOT}/examples/worker.capnp`, `${deployed}/worker.capnp`);
      await using served = await serveWorker({
        workerd: place.tools.workerd,
        configuration: `${deployed}/worker.capnp`,
        env: settings(place.local, place.tableName),
        onLine: (line) => console.error(`  workerd: ${line}`),
      });
      const body = new Blob([
        Uint8Array.from(tableToIPC(tableFromArrays({ device: Int32Array.of(1, 2, 3) }))),
      ]);
      const signal = AbortSignal.timeout(60_000);
      const response = await fetch(served.url, { method: "POST", body, signal });
      const said = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${said}`);
      expectRows(place, ROWS);
      return said.trim();
    },
  };
}

async function paste(place: Place, blocks: readonly Block[]): Promise<string> {
  const code = blocks.find((block) => fileNameOf(block) !== undefined);
  if (code === undefined) throw new Error("the README has no quick start with a file name here");
  return await writeIn(place, fileNameOf(code)!, code.text);
}

/** What the README says to run; the commands before it install. */
function lastCommandOf(blocks: readonly Block[]): string {
  const commands = blocks.find(({ language }) => language === "sh")?.text.trim().split("\n");
  if (commands === undefined) throw new Error("the README says no command here");
  return commands.at(-1)!;
}

async function installNode(place: Place, version: string): Promise<string> {
  const { platform, arch } = process;
  const system = platform === "win32" ? "win" : platform;
  await runIn(
    place,
    "npm",
    ...["install", "--no-audit", "--no-fund"],
    `node-binary@npm:node-${system}-${arch}@${version}`,
  );
  return `${place.folder}/node_modules/node-binary/bin/node`;
}
