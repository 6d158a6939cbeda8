import { assert, assertEquals } from "@std/assert";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { readArrowDebugFiles, readProtoDebugFile } from "../../src/runtime/node.ts";
import { testUnless } from "../harness/mod.ts";

const SCRIPT = fileURLToPath(new URL("./write_and_wait.ts", import.meta.url));
/** Other runtimes have the tests in a bundle, without the script. */
const withoutSources = "Deno" in globalThis ? undefined : "the script runs from source";
const ROWS = 10;

/** Runs the script until it has written its batches; `ends` says whether it then ends by itself. */
async function writer(folder: string, from: number, batches: number, ends: boolean) {
  const args = ["run", "-A", "--no-check", SCRIPT, folder, `${from}`, `${batches}`];
  const child = execFile(process.execPath, ends ? args : [...args, "stay"]);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const written = new Promise<void>((resolve) => child.stdout!.once("data", () => resolve()));
  await Promise.race([written, ended]);
  return { child, ended };
}

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "debug-processes-"));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function idsIn(folder: string): Promise<{ arrow: number[]; proto: number[] }> {
  const ids = { arrow: [] as number[], proto: [] as number[] };
  for await (const batch of readArrowDebugFiles(`${folder}/zerobus/arrow/*`)) {
    ids.arrow.push(...batch.getChild("id")!);
  }
  for (const name of await readdir(`${folder}/zerobus/proto`)) {
    for await (const batch of readProtoDebugFile(`${folder}/zerobus/proto/${name}`)) {
      ids.proto.push(...batch.getChild("id")!);
    }
  }
  const ascending = (one: number, other: number) => one - other;
  return { arrow: ids.arrow.sort(ascending), proto: ids.proto.sort(ascending) };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

testUnless(withoutSources, "after a kill, everything that was flushed is there", async () => {
  await withFolder(async (folder) => {
    const { child, ended } = await writer(folder, 0, 7, false);
    child.kill("SIGKILL");
    await ended;
    assertEquals(await idsIn(folder), { arrow: range(0, 70), proto: range(0, 70) });
    // The next program leaves that alone and begins files of its own.
    await (await writer(folder, 70, 3, true)).ended;
    assertEquals(await idsIn(folder), { arrow: range(0, 100), proto: range(0, 100) });
    assertEquals((await readdir(`${folder}/zerobus/arrow`)).length, 2);
  });
}, { timeoutMs: 60_000 });

testUnless(withoutSources, "programs that write to one folder lose nothing", async () => {
  await withFolder(async (folder) => {
    const batches = 40;
    const writers = await Promise.all(
      range(0, 3).map((index) => writer(folder, index * batches * ROWS, batches, true)),
    );
    await Promise.all(writers.map(({ ended }) => ended));
    const all = range(0, 3 * batches * ROWS);
    assertEquals(await idsIn(folder), { arrow: all, proto: all });
    const names = await readdir(`${folder}/zerobus/descriptors`);
    assert(names.every((name) => name.endsWith(".desc")), names.join());
  });
}, { timeoutMs: 60_000 });
