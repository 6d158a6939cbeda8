import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Dictionary, Float64, Int32, type RecordBatch, tableFromIPC, Utf8 } from "apache-arrow";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DebugOptions } from "../../../src/core/debug_options.ts";
import {
  createWrapper,
  protoToArrowIpc,
  readArrowDebugFiles,
  readProtoDebugFile,
} from "../../../src/runtime/node.ts";
import { arrayOf, batchOf } from "../../encode/build.ts";
import { test, testUnless } from "../../harness/mod.ts";
import { EVERY_TYPE } from "./every_type.ts";
import { isAtHand, openDuckDb, run, withoutDuckDb } from "./external.ts";

// Opened before any test, because it keeps a port for itself.
const database = withoutDuckDb === undefined ? await openDuckDb() : undefined;
const PYTHON = "/usr/bin/python3"; // Debian's, which has Debian's packages
const withoutProtoc = await isAtHand("protoc", ["--version"])
  ? undefined
  : "protoc is not installed (Debian: protobuf-compiler)";
const withoutPython = await isAtHand(PYTHON, ["-c", "import google.protobuf"])
  ? undefined
  : "Python's protobuf is not installed (Debian: python3-protobuf)";

/** A folder with the debug files of what a dry run has sent. */
class Folder implements AsyncDisposable {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Sends batches to nowhere, with debug output. */
  static async of(
    batches: readonly RecordBatch[],
    options: Partial<DebugOptions> = {},
    tableName = "table",
  ): Promise<Folder> {
    const outputDir = await mkdtemp(join(tmpdir(), "debug-output-"));
    const wrapper = await createWrapper({
      endpoint: "http://localhost:1",
      tableName,
      writerDisabled: true,
      debug: { outputDir, ...options },
    });
    for (const batch of batches) await wrapper.sendBatch(batch);
    await wrapper.shutdown();
    return new Folder(outputDir);
  }

  path(...parts: readonly string[]): string {
    return [this.#path, "zerobus", ...parts].join("/");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#path, { recursive: true });
  }
}

/** Rows of the kind that the documentation's queries are about. */
function people(from: number, count: number): RecordBatch {
  const ids = Array.from({ length: count }, (_, row) => from + row);
  return batchOf({
    id: arrayOf(new Int32(), ids),
    name: arrayOf(new Utf8(), ids.map((id) => `person ${id}`)),
    score: arrayOf(new Float64(), ids.map((id) => id % 100)),
  });
}

async function idsOf(batches: AsyncIterable<RecordBatch>): Promise<number[]> {
  const ids: number[] = [];
  for await (const batch of batches) {
    for (const value of batch.getChild("id") ?? []) ids.push(value);
  }
  return ids;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** The rows of a query. */
async function queried(sql: string, files: Readonly<Record<string, string>>): Promise<unknown[]> {
  const connection = database!.connect();
  try {
    for (const [name, path] of Object.entries(files)) {
      connection.query(`DROP TABLE IF EXISTS "${name}"`);
      connection.insertArrowFromIPCStream(await readFile(path), { name, create: true });
    }
    return connection.query(sql).toArray().map((row) => row.toJSON());
  } finally {
    connection.close();
  }
}

for (const [name, { data, duckDb: expected }] of Object.entries(EVERY_TYPE)) {
  const obstacle = expected === undefined ? "DuckDB does not know the type" : withoutDuckDb;
  testUnless(obstacle, `DuckDB reads a debug file with ${name}`, async () => {
    await using folder = await Folder.of([batchOf({ value: data }), batchOf({ value: data })]);
    const sql = `SELECT CAST(value AS VARCHAR) AS text FROM "table"`;
    const rows = await queried(sql, { table: folder.path("arrow", "table.arrows") });
    assertEquals(rows.map((row) => (row as { text: string }).text), [...expected!, ...expected!]);
  });

  test(`buf reads a debug file with ${name} by its descriptor`, async () => {
    await using folder = await Folder.of([batchOf({ value: data })]);
    const printed = await run("node_modules/.bin/buf", [
      "convert",
      `${folder.path("descriptors", "table.desc")}#format=binpb`,
      ...["--type", "ZerobusMessageBatch"],
      ...["--from", `${folder.path("proto", "table.pb")}#format=binpb`],
      ...["--to", "-#format=json"],
    ]);
    const { records } = JSON.parse(printed!) as { records: { value?: unknown }[] };
    const [first, last] = EVERY_TYPE[name]!.json;
    assertEquals(records.map(({ value }) => value), [first, undefined, last]);
  });
}

testUnless(withoutDuckDb, "DuckDB reads batches whose dictionaries were made apart", async () => {
  const texts = [["a", "b", "a"], ["c", "d"]];
  const batches = texts.map((values) =>
    batchOf({ value: arrayOf(new Dictionary(new Utf8(), new Int32()), values) })
  );
  await using folder = await Folder.of(batches);
  const rows = await queried(`SELECT CAST(value AS VARCHAR) AS text FROM "table"`, {
    table: folder.path("arrow", "table.arrows"),
  });
  assertEquals(rows.map((row) => (row as { text: string }).text), texts.flat());
});

// The queries of DuckDB's section in the documentation of the tool that this output is like; a table
// stands for read_arrow(), which is an extension of DuckDB's that is not part of its WebAssembly.
const QUERIES: Readonly<Record<string, readonly [sql: string, rows: unknown[]]>> = {
  "everything": [`SELECT count(*)::INT AS n FROM (SELECT * FROM active)`, [{ n: 50 }]],
  "specific columns": [
    "SELECT id, name, score FROM active WHERE score > 98",
    [{ id: 199, name: "person 199", score: 99 }],
  ],
  "aggregates": [
    `SELECT COUNT(*)::INT AS total_rows, AVG(score) AS avg_score, MAX(score) AS max_score
     FROM active`,
    [{ total_rows: 50, avg_score: 74.5, max_score: 99 }],
  ],
  "all files": [
    `SELECT COUNT(*)::INT AS total_rows, COUNT(DISTINCT file_name)::INT AS num_files
     FROM (SELECT *, 1 AS file_name FROM rotated UNION ALL SELECT *, 2 FROM active)`,
    [{ total_rows: 200, num_files: 2 }],
  ],
  "windows": [
    `SELECT id, (COUNT(*) OVER ())::INT AS total_count FROM active WHERE score > 90
     ORDER BY score DESC LIMIT 2`,
    [{ id: 199, total_count: 9 }, { id: 198, total_count: 9 }],
  ],
};

for (const [title, [sql, expected]] of Object.entries(QUERIES)) {
  testUnless(withoutDuckDb, `DuckDB answers about debug files: ${title}`, async () => {
    const batches = [people(0, 150), people(150, 50)];
    await using folder = await Folder.of(batches, { maxRecordsPerFile: 150 });
    const names = await readdir(folder.path("arrow"));
    const rotated = names.find((name) => name !== "table.arrows")!;
    assertEquals(names.length, 2);
    const files = {
      active: folder.path("arrow", "table.arrows"),
      rotated: folder.path("arrow", rotated),
    };
    assertEquals(await queried(sql, files), expected);
  });
}

testUnless(withoutProtoc, "protoc reads a debug file by its descriptor", async () => {
  await using folder = await Folder.of([people(7, 2)], {}, "main.iot.readings");
  const printed = await run("protoc", [
    `--descriptor_set_in=${folder.path("descriptors", "main.iot.readings.desc")}`,
    "--decode=ZerobusMessageBatch",
    "main.iot.readings.proto",
  ], await readFile(folder.path("proto", "main.iot.readings.pb")));
  const record = (id: number) =>
    `records {\n  id: ${id}\n  name: "person ${id}"\n  score: ${id}\n}\n`;
  assertEquals(printed, record(7) + record(8));
});

testUnless(withoutPython, "Python's protobuf reads a debug file by its descriptor", async () => {
  await using folder = await Folder.of([people(7, 2)]);
  const script = `
import json, sys
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
pool = descriptor_pool.DescriptorPool()
with open(sys.argv[1], "rb") as file:
    for item in descriptor_pb2.FileDescriptorSet.FromString(file.read()).file:
        pool.Add(item)
class_of = getattr(message_factory, "GetMessageClass", None) # since 4.22
class_of = class_of or message_factory.MessageFactory(pool).GetPrototype
batch = class_of(pool.FindMessageTypeByName("ZerobusMessageBatch"))
with open(sys.argv[2], "rb") as file:
    print(json.dumps([json_format.MessageToDict(row) for row in batch.FromString(file.read()).records]))
`;
  const files = [folder.path("descriptors", "table.desc"), folder.path("proto", "table.pb")];
  const printed = await run(PYTHON, ["-c", script, ...files]);
  assertEquals(JSON.parse(printed!), [
    { id: 7, name: "person 7", score: 7 },
    { id: 8, name: "person 8", score: 8 },
  ]);
});

test("files are read back oldest first, compressed and active ones together", async () => {
  const batches = range(0, 6).map((index) => people(index * 10, 10));
  await using folder = await Folder.of(batches, { maxRecordsPerFile: 20, compressRotated: true });
  const names = await readdir(folder.path("arrow"));
  assertEquals(names.filter((name) => name.endsWith(".gz")).length, 2);
  assertEquals(await idsOf(readArrowDebugFiles(folder.path("arrow", "table*"))), range(0, 60));
  const pattern = folder.path("arrow", "table.arrow?");
  assertEquals(await idsOf(readArrowDebugFiles(pattern)), range(40, 60));
  const ids: number[] = [];
  for (const name of (await readdir(folder.path("proto"))).sort()) {
    ids.push(...await idsOf(readProtoDebugFile(folder.path("proto", name))));
  }
  assertEquals(ids.sort((a, b) => a - b), range(0, 60));
});

test("a Protobuf file becomes an Arrow stream with the same rows", async () => {
  for (const protobufFraming of ["batch", "delimited"] as const) {
    await using folder = await Folder.of([people(0, 25)], { protobufFraming });
    const [input, output] = [folder.path("proto", "table.pb"), folder.path("table.arrows")];
    const options = { framing: protobufFraming, batchRows: 10 };
    assertEquals(await protoToArrowIpc(input, output, options), 25);
    const table = tableFromIPC(await readFile(output));
    assertEquals(table.batches.map(({ numRows }) => numRows), [10, 10, 5]);
    assertEquals(table.get(24)?.toJSON(), { id: 24, name: "person 24", score: 24 });
    await assertRejects(() => protoToArrowIpc(input, output), Error, "exists");
  }
});

test("of files that are cut off anywhere, what is whole is read", async () => {
  await using folder = await Folder.of([people(0, 10), people(10, 10)]);
  const [arrow, proto] = [folder.path("arrow", "table.arrows"), folder.path("proto", "table.pb")];
  const size = (await readFile(arrow)).byteLength;
  for (let cut = size - 1; cut > size - 200; cut -= 13) {
    await truncate(arrow, cut);
    assertEquals(await idsOf(readArrowDebugFiles(arrow)), range(0, cut >= size - 8 ? 20 : 10));
  }
  const records = (await readFile(proto)).byteLength;
  await truncate(proto, records - 1);
  const cutOff: number[] = [];
  const onCutOff = (bytes: number) => void cutOff.push(bytes);
  assertEquals(await idsOf(readProtoDebugFile(proto, { onCutOff })), range(0, 19));
  assertEquals(cutOff.length, 1);
});

test("files that hold something else are told so", async () => {
  await using folder = await Folder.of([people(0, 1)]);
  const strange = folder.path("proto", "strange.pb");
  await writeFile(strange, "this is no debug file");
  const error = await assertRejects(() => idsOf(readArrowDebugFiles(strange)), Error);
  assertStringIncludes(error.message, "is no Arrow stream");
  const descriptor = folder.path("descriptors", "table.desc");
  await assertRejects(
    () => idsOf(readProtoDebugFile(strange, { descriptor })),
    Error,
    "something else than records",
  );
  await assertRejects(() => idsOf(readArrowDebugFiles(folder.path("none*"))), Error, "no file");
});
