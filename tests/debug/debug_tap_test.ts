import { assertEquals } from "@std/assert";
import { Int32 } from "apache-arrow";
import { resolveDebug } from "../../src/core/debug_options.ts";
import { DebugTap } from "../../src/debug/debug_tap.ts";
import { arrayOf, batchOf } from "../encode/build.ts";
import { test } from "../harness/mod.ts";
import { FakeClock, settle } from "../ingest/fake_clock.ts";
import { MemoryFiles } from "./memory_files.ts";

const SCHEMA = { key: "schema", descriptor: undefined };
const TOO_LONG = "debug output: the disk has not finished after 10000 ms; sending goes on";

/** A tap on a disk that does nothing until it is told to. */
function onStuckDisk() {
  const files = new MemoryFiles();
  const clock = new FakeClock();
  const warnings: string[] = [];
  let finish = () => {};
  const stuck = new Promise<void>((resolve) => finish = resolve);
  files.makeFolder = async (path) => {
    await stuck;
    return MemoryFiles.prototype.makeFolder.call(files, path);
  };
  let tick = () => {};
  const options = { outputDir: "out", arrow: true, protobuf: false, strict: true };
  const tap = new DebugTap(resolveDebug(options, "protobuf", files)!, "t", {
    clock,
    every: (_ms, run) => {
      tick = run;
      return () => {};
    },
    warn: (message) => void warnings.push(message),
    dropped: () => {},
  });
  const write = () => tap.batch(batchOf({ n: arrayOf(new Int32(), [1, 2, 3]) }), SCHEMA);
  return { files, clock, warnings, finish, tap, write, tick: () => tick() };
}

for (const what of ["write", "flush", "close"] as const) {
  test(`a disk that is stuck holds nobody up for longer than ten seconds: ${what}`, async () => {
    const { clock, warnings, finish, tap, write, files } = onStuckDisk();
    const written = write();
    let isOver = false;
    const wait = what === "write" ? written! : tap[what]();
    wait.then(() => isOver = true);
    await clock.advance(9_999);
    assertEquals([isOver, warnings], [false, []]);
    await clock.advance(1);
    await wait;
    assertEquals(warnings, [TOO_LONG]);
    finish();
    await tap.close();
    assertEquals(files.paths, ["out/zerobus/arrow/t.arrows"]); // late, but whole
    assertEquals(tap.droppedBatches, 0);
  });
}

test("the flush timer does not pile up work for a disk that is stuck", async () => {
  const { finish, tap, write, tick, files } = onStuckDisk();
  write();
  for (let count = 0; count < 100; count++) tick();
  finish();
  await tap.flush();
  await settle();
  assertEquals(files.syncs, 1);
});
