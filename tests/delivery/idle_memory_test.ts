import { assert, assertEquals } from "@std/assert";
import { makeVector, Table } from "apache-arrow";
import { deferred } from "../../src/core/async.ts";
import { BufferPool } from "../../src/encode/buffer_pool.ts";
import { startLocalZerobus } from "../../src/local/mod.ts";
import { createWrapper } from "../../src/runtime/node.ts";
import { test } from "../harness/mod.ts";

test("a wrapper that has nothing to do gives back the memory of its requests", async () => {
  const cleared = deferred<{ before: number; after: number }>();
  const { clear } = BufferPool.prototype;
  BufferPool.prototype.clear = function (): void {
    const before = this.freeBytes;
    clear.call(this);
    cleared.resolve({ before, after: this.freeBytes });
  };
  try {
    await using local = await startLocalZerobus();
    await using wrapper = await createWrapper({
      endpoint: local.url,
      unityCatalogUrl: local.unityCatalogUrl,
      clientId: local.clientId,
      clientSecret: local.clientSecret,
      tableName: "main.iot.readings",
      stream: { idleTimeoutMs: 1 },
    });
    const table = new Table({ n: makeVector(new Int32Array(10_000)) });
    const { failedCount } = await wrapper.sendBatch(table.batches[0]!);
    assertEquals(failedCount, 0);
    const { before, after } = await cleared.promise;
    assert(before > 0, "there was something to give back");
    assertEquals(after, 0);
  } finally {
    BufferPool.prototype.clear = clear;
  }
});
