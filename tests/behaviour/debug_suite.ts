import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { makeVector, type RecordBatch, Table, tableFromIPC } from "apache-arrow";
import { DescriptorFile } from "../debug/descriptor_file.ts";
import { MemoryFiles } from "../debug/memory_files.ts";
import type { TestEnvironment } from "../harness/environment.ts";
import { test } from "../harness/mod.ts";
import { textVector } from "../harness/vectors.ts";
import { configurationFor, TABLE } from "./stage.ts";

const ARROW = `out/zerobus/arrow/${TABLE}.arrows`;
const PROTO = `out/zerobus/proto/${TABLE}.pb`;
const DESCRIPTOR = `out/zerobus/descriptors/${TABLE}.desc`;
const FAILED = `out/zerobus/failed/${TABLE}.jsonl`;

/** Rows numbered from `from`, with a text. */
function numbered(from: number, count: number): RecordBatch {
  const numbers = Int32Array.from({ length: count }, (_, row) => from + row);
  const label = textVector(Array.from(numbers, (number) => `row ${number}`));
  return new Table({ n: makeVector(numbers), label }).batches[0]!;
}

/** One row that is fine and one that no BIGINT can hold. */
function halfBad(): RecordBatch {
  return new Table({ big: makeVector(BigUint64Array.of(1n, 2n ** 63n)) }).batches[0]!;
}

/** Rows of a file of debug output, by a reader that is not this library's. */
function arrowRows(files: MemoryFiles, path = ARROW): unknown[] {
  return tableFromIPC(files.content(path)).toArray().map((row) => row.toJSON());
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** What is sent is written down, and writing never harms sending. */
export function debugSuite(env: TestEnvironment): void {
  const { ConfigurationError, createWrapper } = env.library;
  const dryRun = { endpoint: "http://localhost:1", tableName: TABLE, writerDisabled: true };

  for (const { name, recordFormat, configuration: road } of env.roads) {
    test(`${name}: debug files hold what landed, while they are still open`, async () => {
      await using local = await env.startLocal();
      const fileSystem = new MemoryFiles();
      await using wrapper = await createWrapper({
        ...configurationFor(local),
        ...road,
        debug: { outputDir: "out/", fileSystem },
      });
      await Promise.all([
        wrapper.sendBatch(numbered(0, 700)),
        wrapper.sendBatch(numbered(700, 300)),
      ]);
      await wrapper.flush();
      const { rows } = await local.table(TABLE);
      assertEquals(rows.length, 1_000);
      const byNumber = (a: unknown, b: unknown) => (a as { n: number }).n - (b as { n: number }).n;
      assertEquals(arrowRows(fileSystem).sort(byNumber), [...rows].sort(byNumber));
      if (recordFormat === "protobuf") {
        const records = new DescriptorFile(fileSystem.content(DESCRIPTOR))
          .decode(fileSystem.content(PROTO));
        assertEquals(records.sort(byNumber), [...rows].sort(byNumber));
      } else {
        assert(!fileSystem.paths.some((path) => path.endsWith(".pb")));
      }
      assertEquals(wrapper.debug?.droppedBatches, 0);
    });
  }

  test("a dry run writes the files, needs no credentials and calls nobody", async () => {
    const fileSystem = new MemoryFiles();
    const wrapper = await createWrapper({ ...dryRun, debug: { outputDir: "out", fileSystem } });
    for (const from of [0, 10, 20]) {
      const result = await wrapper.sendBatch(numbered(from, 10));
      assertEquals([result.success, result.successfulCount, result.attempts], [true, 10, 1]);
    }
    await wrapper.shutdown();
    assertEquals(fileSystem.paths, [ARROW, DESCRIPTOR, PROTO]);
    assertEquals(arrowRows(fileSystem).map((row) => (row as { n: number }).n), range(0, 30));
    const end = fileSystem.content(ARROW).slice(-8);
    assertEquals(end, Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0));
  });

  test("rows that cannot be converted have a line each, without their content", async () => {
    const fileSystem = new MemoryFiles();
    const wrapper = await createWrapper({ ...dryRun, debug: { outputDir: "out", fileSystem } });
    const result = await wrapper.sendBatch(new Table([halfBad(), halfBad()]));
    assertEquals(result.failedRowIndices(), [1, 3]);
    await wrapper.shutdown();
    const lines = fileSystem.text(FAILED).trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines.map(({ row, column }) => [row, column]), [[1, "big"], [3, "big"]]);
    for (const { reason, time } of lines) {
      assertStringIncludes(reason, "out of range");
      assert(!reason.includes(String(2n ** 63n)));
      assert(!Number.isNaN(Date.parse(time)));
    }
  });

  for (const strict of [false, true]) {
    test(`objects that cannot be converted have a line under their own number${strict ? ", strict" : ""}`, async () => {
      const fileSystem = new MemoryFiles();
      const debug = { outputDir: "out", fileSystem, strict };
      const conversion = { maxRecordBytes: 64 };
      const wrapper = await createWrapper({ ...dryRun, conversion, debug });
      const text = "fits";
      const rows = [
        { id: 1n, text },
        { id: "one", text },
        { id: 2n, text },
        { id: 3n, text: "x".repeat(80) }, // becomes a row of a batch, and no record
        { id: 4n, text: 5 },
      ];
      const result = await wrapper.sendRows(rows, { maxRows: 4 });
      assertEquals(result.failedRowIndices(), [1, 3, 4]);
      await wrapper.shutdown();
      const lines = fileSystem.text(FAILED).trim().split("\n").map((line) => JSON.parse(line));
      lines.sort((one, other) => one.row - other.row);
      assertEquals(
        lines.map(({ row, column, reason }) => [row, column, /^row \d+/.exec(reason)?.[0]]),
        [[1, "id", "row 1"], [3, undefined, "row 3"], [4, "text", "row 4"]],
      );
      assertEquals(wrapper.debug?.droppedBatches, 0);
    });
  }

  test("a writer's objects that become no row have a line, too", async () => {
    const fileSystem = new MemoryFiles();
    const wrapper = await createWrapper({ ...dryRun, debug: { outputDir: "out", fileSystem } });
    const writer = wrapper.batchWriter();
    const outcomes = [{ id: 1n }, { id: "one" }].map((row) => writer.write(row));
    const [one, other] = await Promise.allSettled(outcomes);
    assertEquals([one?.status, other?.status], ["fulfilled", "rejected"]);
    await wrapper.shutdown();
    const { column, reason } = JSON.parse(fileSystem.text(FAILED));
    assertEquals(column, "id");
    assert(!reason.includes("one"));
  });

  test("each format is switched by itself; a format's absence leaves no trace", async () => {
    for (
      const [options, paths] of [
        [{ protobuf: false }, [ARROW, DESCRIPTOR]],
        [{ arrow: false }, [DESCRIPTOR, PROTO]],
      ] as const
    ) {
      const fileSystem = new MemoryFiles();
      const debug = { outputDir: "out", fileSystem, ...options };
      const wrapper = await createWrapper({ ...dryRun, debug });
      await wrapper.sendBatch(numbered(0, 3));
      await wrapper.shutdown();
      assertEquals(fileSystem.paths, [...paths]);
    }
  });

  test("another schema gets files of its own, and the same descriptor after a restart", async () => {
    const fileSystem = new MemoryFiles();
    for (let run = 0; run < 2; run++) {
      const wrapper = await createWrapper({ ...dryRun, debug: { outputDir: "out", fileSystem } });
      await wrapper.sendBatch(numbered(0, 3));
      await wrapper.sendBatch(halfBad());
      await wrapper.sendBatch(numbered(3, 3));
      await wrapper.shutdown();
    }
    const folder = "out/zerobus/descriptors";
    const descriptors = fileSystem.paths.filter((path) => path.startsWith(folder));
    assertEquals(descriptors, [`${folder}/${TABLE}-v2.desc`, DESCRIPTOR]);
    const rows = arrowRows(fileSystem).map((row) => (row as { n: number }).n);
    assertEquals(rows, range(0, 6));
    assertEquals(arrowRows(fileSystem, ARROW.replace(".arrows", "-v2.arrows")).length, 2);
  });

  test("delimited records stand behind their lengths", async () => {
    const fileSystem = new MemoryFiles();
    const debug = { outputDir: "out", fileSystem, protobufFraming: "delimited" } as const;
    const wrapper = await createWrapper({ ...dryRun, debug });
    await wrapper.sendBatch(numbered(0, 300));
    await wrapper.shutdown();
    const records = new DescriptorFile(fileSystem.content(DESCRIPTOR))
      .decodeDelimited(fileSystem.content(PROTO));
    assertEquals(records.map((row) => (row as { n: number }).n), range(0, 300));
  });

  test("a broken disk is told of once, harms no delivery, and is used again when it works", async () => {
    await using local = await env.startLocal();
    const fileSystem = new MemoryFiles();
    const warnings: string[] = [];
    const debug = {
      outputDir: "out",
      fileSystem,
      onWarning: (message: string) => void warnings.push(message),
    };
    await using wrapper = await createWrapper({ ...configurationFor(local), debug });
    fileSystem.before = () => {
      throw new Error("EROFS: read-only file system");
    };
    for (const from of [0, 10, 20]) {
      assertEquals((await wrapper.sendBatch(numbered(from, 10))).successfulCount, 10);
    }
    await wrapper.flush();
    assertEquals(warnings, ["debug output: EROFS: read-only file system; sending goes on"]);
    assertEquals(wrapper.debug?.droppedBatches, 6);
    assertEquals(fileSystem.paths, []);
    fileSystem.before = () => {};
    await wrapper.sendBatch(numbered(30, 10));
    await wrapper.flush();
    assertEquals(arrowRows(fileSystem).length, 10);
    assertEquals(wrapper.debug?.droppedBatches, 6);
    assertEquals((await local.table(TABLE)).rowCount, 40);
  });

  test("what a slow disk has no room for is dropped and counted, and told of once", async () => {
    const fileSystem = new MemoryFiles();
    const warnings: string[] = [];
    let finish = () => {};
    const stuck = new Promise<void>((resolve) => finish = resolve);
    fileSystem.makeFolder = async (path) => {
      await stuck;
      return MemoryFiles.prototype.makeFolder.call(fileSystem, path);
    };
    const wrapper = await createWrapper({
      ...dryRun,
      debug: {
        outputDir: "out",
        fileSystem,
        protobuf: false,
        maxQueuedBytes: 1,
        onWarning: (message) => void warnings.push(message),
      },
    });
    for (const from of [0, 10, 20]) await wrapper.sendBatch(numbered(from, 10));
    assertEquals(wrapper.debug?.droppedBatches, 2);
    assertEquals(warnings.length, 1);
    assertStringIncludes(warnings[0]!, "debug.maxQueuedBytes");
    finish();
    await wrapper.shutdown();
    assertEquals(arrowRows(fileSystem).length, 10);
  });

  test("strict output is written before it is sent, however slow the disk", async () => {
    await using local = await env.startLocal();
    const fileSystem = new MemoryFiles();
    const debug = { outputDir: "out", fileSystem, strict: true, maxQueuedBytes: 1 };
    await using wrapper = await createWrapper({ ...configurationFor(local), debug });
    let finish = () => {};
    const stuck = new Promise<void>((resolve) => finish = resolve);
    fileSystem.makeFolder = async (path) => {
      await stuck;
      return MemoryFiles.prototype.makeFolder.call(fileSystem, path);
    };
    const results = Promise.all([0, 10, 20].map((from) => wrapper.sendBatch(numbered(from, 10))));
    await fetch(new URL("/nothing", local.url)).then((response) => response.body?.cancel());
    assertEquals((await local.stats()).requests, 0);
    finish();
    await results;
    assertEquals(arrowRows(fileSystem).length, 30);
    assertEquals([wrapper.debug?.droppedBatches, (await local.table(TABLE)).rowCount], [0, 30]);
  });

  test("debug output without a place to go is refused", async () => {
    const broken = { outputDir: "out", fileSystem: {} as never };
    const error = await assertRejects(() => createWrapper({ ...dryRun, debug: broken }));
    assertInstanceOf(error, ConfigurationError);
    assertEquals(error.details.field, "debug.fileSystem");
  });
}
