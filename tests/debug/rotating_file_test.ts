import { assertEquals, assertRejects } from "@std/assert";
import { RotatingFile, type RotatingFileOptions } from "../../src/debug/rotating_file.ts";
import { test } from "../harness/mod.ts";
import { MemoryFiles } from "./memory_files.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const NOON = new Date(Date.UTC(2026, 10, 25, 12, 0, 0));
const AT_NOON = "20261125_120000";

function fileIn(files: MemoryFiles, options: Partial<RotatingFileOptions> = {}): RotatingFile {
  return new RotatingFile(files, {
    folder: "out",
    stem: "t",
    fileStem: "t",
    extension: ".pb",
    header: bytes("<"),
    trailer: bytes(">"),
    maxRecords: 3,
    maxBytes: null,
    maxFilesRetained: null,
    compresses: false,
    now: () => NOON,
    ...options,
  });
}

async function writeAll(file: RotatingFile, texts: readonly string[]): Promise<void> {
  for (const text of texts) await file.write([bytes(text)], 1);
}

/** Every file and what is in it. */
function contents(files: MemoryFiles): Record<string, string> {
  return Object.fromEntries(files.paths.map((path) => [path.slice(4), files.text(path)]));
}

test("a file is rotated when it has its records, and ends as its format wants", async () => {
  const files = new MemoryFiles();
  const file = fileIn(files);
  await writeAll(file, ["a", "b", "c", "d", "e", "f", "g"]);
  await file.close();
  assertEquals(contents(files), {
    [`t_${AT_NOON}.pb`]: "<abc>",
    [`t_${AT_NOON}_2.pb`]: "<def>",
    "t.pb": "<g>",
  });
});

test("a file is rotated before it is larger than allowed; what comes at once stays together", async () => {
  const files = new MemoryFiles();
  const file = fileIn(files, { maxBytes: 5, maxRecords: 100 });
  await writeAll(file, ["aa", "bb", "cc", "larger than that", "d"]);
  assertEquals(contents(files), {
    [`t_${AT_NOON}.pb`]: "<aabb>",
    [`t_${AT_NOON}_2.pb`]: "<cc>",
    [`t_${AT_NOON}_3.pb`]: "<larger than that>",
    "t.pb": "<d",
  });
});

test("what an earlier program has left is renamed and stays as it is", async () => {
  const files = new MemoryFiles();
  await writeAll(fileIn(files), ["a"]); // and dies
  await writeAll(fileIn(files), ["b"]); // and dies
  await writeAll(fileIn(files), ["c"]);
  assertEquals(contents(files), {
    [`t_${AT_NOON}.pb`]: "<a",
    [`t_${AT_NOON}_2.pb`]: "<b",
    "t.pb": "<c",
  });
});

test("two programs in one folder lose nothing of each other's", async () => {
  const files = new MemoryFiles();
  const [one, other] = [fileIn(files), fileIn(files)];
  const letters = [..."abcdefghij"];
  await Promise.all([
    writeAll(one, letters),
    writeAll(other, letters.map((letter) => letter.toUpperCase())),
  ]);
  await Promise.all([one.close(), other.close()]);
  const all = Object.values(contents(files));
  for (const text of all) {
    assertEquals(/^<(?:[a-z]{1,3}|[A-Z]{1,3})>$/.test(text), true, `a file holds ${text}`);
  }
  const written = all.join("").replaceAll(/[<>]/g, "");
  assertEquals([...written].sort().join(""), "ABCDEFGHIJabcdefghij");
});

test("only so many rotated files stay, and only this table's go", async () => {
  const files = new MemoryFiles();
  for (const name of ["t_items_20200101_000000.pb", "t_20200101_000000.txt", "t_notes.pb"]) {
    files.put(`out/${name}`, name);
  }
  files.put("out/t-v2_20200101_000000.pb", "of another schema, and old");
  const file = fileIn(files, { maxFilesRetained: 2, maxRecords: 1 });
  await writeAll(file, ["a", "b", "c", "d"]);
  assertEquals(contents(files), {
    "t_items_20200101_000000.pb": "t_items_20200101_000000.pb",
    "t_20200101_000000.txt": "t_20200101_000000.txt",
    "t_notes.pb": "t_notes.pb",
    [`t_${AT_NOON}_2.pb`]: "<b>",
    [`t_${AT_NOON}_3.pb`]: "<c>",
    "t.pb": "<d",
  });
});

test("no rotated file stays when none is wanted", async () => {
  const files = new MemoryFiles();
  await writeAll(fileIn(files, { maxFilesRetained: 0, maxRecords: 1 }), ["a", "b", "c"]);
  assertEquals(contents(files), { "t.pb": "<c" });
});

test("rotated files are compressed, under names that nobody has had", async () => {
  const files = new MemoryFiles();
  const file = fileIn(files, { compresses: true, maxRecords: 1 });
  await writeAll(file, ["a", "b", "c"]);
  assertEquals(files.paths, [`out/t.pb`, `out/t_${AT_NOON}.pb.gz`, `out/t_${AT_NOON}_2.pb.gz`]);
  for (const [path, text] of [[files.paths[1]!, "<a>"], [files.paths[2]!, "<b>"]] as const) {
    const content = (await files.read(path)).pipeThrough(new DecompressionStream("gzip"));
    assertEquals(await new Response(content).text(), text);
  }
});

test("what another program has left is not compressed: it may go on writing", async () => {
  const files = new MemoryFiles();
  const [one, other] = [0, 1].map(() => fileIn(files, { compresses: true, maxRecords: 3 }));
  await writeAll(one!, ["a"]);
  await writeAll(other!, ["A"]);
  await writeAll(one!, ["b"]);
  await Promise.all([one!.close(), other!.close()]);
  assertEquals(contents(files), { [`t_${AT_NOON}.pb`]: "<ab>", "t.pb": "<A>" });
});

test("a compression that fails leaves the file", async () => {
  const files = new MemoryFiles();
  const file = fileIn(files, { compresses: true, maxRecords: 1 });
  await writeAll(file, ["a"]);
  files.before = (operation) => {
    if (operation === "read") throw new Error("broken disk");
  };
  await assertRejects(() => writeAll(file, ["b"]), Error, "broken disk");
  assertEquals(contents(files), { [`t_${AT_NOON}.pb`]: "<a>" });
});

test("after a full disk the file is as before, and goes on when there is room", async () => {
  const files = new MemoryFiles();
  const file = fileIn(files);
  await writeAll(file, ["a"]);
  files.capacity = 2;
  await assertRejects(() => file.write([bytes("too much")], 1), Error, "no space left");
  assertEquals(contents(files), { "t.pb": "<a" });
  files.capacity = Infinity;
  await writeAll(file, ["b"]);
  assertEquals(contents(files), { "t.pb": "<ab" });
});

test("a file that cannot be cut back is set aside by the next write", async () => {
  const files = new MemoryFiles();
  const file = fileIn(files);
  await writeAll(file, ["a"]);
  files.capacity = 2;
  files.before = (operation) => {
    if (operation === "truncate") throw new Error("broken disk");
  };
  await assertRejects(() => file.write([bytes("too much")], 1), Error, "no space left");
  files.capacity = Infinity;
  await writeAll(file, ["b"]);
  assertEquals(contents(files), { [`t_${AT_NOON}.pb`]: "<ato", "t.pb": "<b" });
});

test("a file that somebody removes is begun again", async () => {
  const files = new MemoryFiles();
  const file = fileIn(files);
  await writeAll(file, ["a"]);
  await files.remove("out/t.pb");
  await writeAll(file, ["b"]);
  assertEquals(contents(files), { "t.pb": "<b" });
});

test("flushing syncs once for what was written", async () => {
  const files = new MemoryFiles();
  const file = fileIn(files);
  await file.flush();
  await writeAll(file, ["a", "b"]);
  await file.flush();
  await file.flush();
  assertEquals(files.syncs, 1);
});

test("a closed file keeps its name, and is set aside by what follows", async () => {
  const files = new MemoryFiles();
  const file = fileIn(files);
  await writeAll(file, ["a"]);
  await file.close();
  await file.close();
  assertEquals(contents(files), { "t.pb": "<a>" });
  await writeAll(file, ["b"]);
  assertEquals(contents(files), { [`t_${AT_NOON}.pb`]: "<a>", "t.pb": "<b" });
});
