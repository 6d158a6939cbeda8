import { assert, assertEquals, assertThrows } from "@std/assert";
import { resolveDebug } from "../../src/core/debug_options.ts";
import { ConfigurationError } from "../../src/core/errors.ts";
import { MemoryFiles } from "../debug/memory_files.ts";
import { test } from "../harness/mod.ts";

const files = new MemoryFiles();

test("debug output is off unless it is asked for, and then frozen with its defaults", () => {
  assertEquals(resolveDebug(undefined, "protobuf", files), undefined);
  const resolved = resolveDebug({ outputDir: "out//" }, "protobuf", files);
  assert(Object.isFrozen(resolved));
  assertEquals(resolved, {
    outputDir: "out",
    arrow: true,
    protobuf: true,
    protobufFraming: "batch",
    flushIntervalMs: 5_000,
    maxFileBytes: null,
    maxRecordsPerFile: 100_000,
    maxFilesRetained: 10,
    compressRotated: false,
    strict: false,
    maxQueuedBytes: 67_108_864,
    fileSystem: files,
    onWarning: undefined,
  });
  assertEquals(resolveDebug({ outputDir: "/" }, "protobuf", files)?.outputDir, "/");
});

test("records that do not travel as Protobuf are not written as Protobuf", () => {
  assertEquals(resolveDebug({ outputDir: "out" }, "arrow", files)?.protobuf, false);
});

test("null lifts a bound", () => {
  const given = { outputDir: "out", maxFileBytes: null, maxFilesRetained: null };
  const resolved = resolveDebug(given, "protobuf", files);
  assertEquals([resolved?.maxFileBytes, resolved?.maxFilesRetained], [null, null]);
});

const REFUSED: readonly [given: unknown, field: string, message: string][] = [
  [true, "debug", "expected an object"],
  [{}, "debug.outputDir", "the path of a folder, got undefined"],
  [{ outputDir: " " }, "debug.outputDir", "the path of a folder"],
  [{ outputDir: "o", arow: true }, "debug.arow", "arow"],
  [{ outputDir: "o", arrow: "yes" }, "debug.arrow", "true or false"],
  [{ outputDir: "o", arrow: false, protobuf: false }, "debug", "arrow or protobuf to be true"],
  [{ outputDir: "o", protobufFraming: "lines" }, "debug.protobufFraming", "batch"],
  [{ outputDir: "o", flushIntervalMs: 0 }, "debug.flushIntervalMs", "from 1"],
  [{ outputDir: "o", maxFileBytes: 0 }, "debug.maxFileBytes", "from 1"],
  [{ outputDir: "o", maxRecordsPerFile: 1.5 }, "debug.maxRecordsPerFile", "from 1"],
  [{ outputDir: "o", maxFilesRetained: -1 }, "debug.maxFilesRetained", "from 0"],
  [{ outputDir: "o", strict: 1 }, "debug.strict", "true or false"],
  [{ outputDir: "o", maxQueuedBytes: "1" }, "debug.maxQueuedBytes", "from 1"],
  [{ outputDir: "o", onWarning: "log" }, "debug.onWarning", "a function"],
  [{ outputDir: "o", fileSystem: { list() {} } }, "debug.fileSystem", "makeFolder"],
];

for (const [given, field, message] of REFUSED) {
  test(`debug ${JSON.stringify(given)} is refused`, () => {
    const error = assertThrows(() => resolveDebug(given, "protobuf", files), ConfigurationError);
    assertEquals(error.details.field, field);
    assert(error.message.includes(message), error.message);
  });
}

test("a place without files needs a file system to write to", () => {
  const resolve = () => resolveDebug({ outputDir: "out" }, "protobuf", undefined);
  assertThrows(resolve, ConfigurationError, "/deno, /bun or /node");
});

test("Protobuf files of records in another format are refused", () => {
  const given = { outputDir: "out", protobuf: true };
  assertThrows(() => resolveDebug(given, "json", files), ConfigurationError, "recordFormat");
});
