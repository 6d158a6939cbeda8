import { assert, assertEquals, assertRejects } from "@std/assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FileSystem } from "../../src/core/file_system.ts";
import { nodeFiles } from "../../src/runtime/files/node_files.ts";
import { test } from "../harness/mod.ts";
import { MemoryFiles } from "./memory_files.ts";

/** A file system to test, and a folder that is not there yet. */
interface Place extends AsyncDisposable {
  readonly files: FileSystem;
  readonly folder: string;
}

const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  "the runtime's": async () => {
    const folder = await mkdtemp(join(tmpdir(), "debug-files-"));
    return {
      files: nodeFiles,
      folder: `${folder}/some/where`,
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
    };
  },
  "in memory": () =>
    Promise.resolve({
      files: new MemoryFiles(),
      folder: "some/where",
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
};

const bytes = (text: string) => new TextEncoder().encode(text);

async function textOf(files: FileSystem, path: string): Promise<string> {
  return await new Response(await files.read(path)).text();
}

const CASES: Readonly<Record<string, (place: Place) => Promise<void>>> = {
  "folders are made with those above them, and again": async ({ files, folder }) => {
    await files.makeFolder(folder);
    await files.makeFolder(folder);
    assertEquals(await files.list(folder), []);
  },
  "what is not there is empty, gone, or nothing": async ({ files, folder }) => {
    assertEquals(await files.list(folder), []);
    assertEquals(await files.size(`${folder}/a`), undefined);
    assertEquals(await files.rename(`${folder}/a`, `${folder}/b`), false);
    await files.remove(`${folder}/a`);
    await assertRejects(() => files.read(`${folder}/a`));
    await assertRejects(() => files.create(`${folder}/a`));
  },
  "a file is created once, and appended to": async ({ files, folder }) => {
    await files.makeFolder(folder);
    const file = await files.create(`${folder}/a`);
    assert(file !== undefined);
    assertEquals(await files.create(`${folder}/a`), undefined);
    await file.write(bytes("one "));
    await file.write(new Uint8Array(0));
    await file.write(bytes("two"));
    await file.sync();
    assertEquals(await textOf(files, `${folder}/a`), "one two");
    await file.truncate(4);
    await file.write(bytes("three"));
    await file.close();
    assertEquals(await textOf(files, `${folder}/a`), "one three");
    assertEquals(await files.size(`${folder}/a`), 9);
    assertEquals(await files.list(folder), ["a"]);
  },
  "a renamed file is the same file, and replaces what was there": async ({ files, folder }) => {
    await files.makeFolder(folder);
    const file = (await files.create(`${folder}/a`))!;
    const other = (await files.create(`${folder}/b`))!;
    assertEquals([await file.isAt(`${folder}/a`), await file.isAt(`${folder}/b`)], [true, false]);
    assertEquals(await files.rename(`${folder}/a`, `${folder}/b`), true);
    assertEquals([await file.isAt(`${folder}/a`), await file.isAt(`${folder}/b`)], [false, true]);
    assertEquals([await file.isGone(), await other.isGone()], [false, true]);
    await file.write(bytes("still"));
    await other.close();
    await file.close();
    assertEquals(await textOf(files, `${folder}/b`), "still");
    assertEquals(await files.list(folder), ["b"]);
  },
  "a removed file is gone": async ({ files, folder }) => {
    await files.makeFolder(folder);
    const file = (await files.create(`${folder}/a`))!;
    assertEquals(await file.isGone(), false);
    await files.remove(`${folder}/a`);
    assertEquals(await file.isGone(), true);
    await file.write(bytes("into nothing"));
    await file.close();
    assertEquals(await files.list(folder), []);
  },
};

for (const [name, open] of Object.entries(PLACES)) {
  for (const [title, run] of Object.entries(CASES)) {
    test(`file system ${name}: ${title}`, async () => {
      await using place = await open();
      await run(place);
    });
  }
}
