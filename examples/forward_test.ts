/**
 * Tests of an application's own code against a local Zerobus, with Node's test runner.
 *
 * ```sh
 * node --test forward_test.ts     # or: deno test -A forward_test.ts
 * ```
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createWrapper, type ZerobusWrapper } from "@zerobus/wrapper/node";
import { type Fault, type LocalTable, startLocalZerobus } from "@zerobus/wrapper/testing";
import { type RecordBatch, tableFromArrays } from "apache-arrow";
import { forward } from "./forward.ts";

const TABLE = "main.iot.readings";

/** Three rows: devices 1, 2 and 3. */
const { batches } = tableFromArrays({
  device: Int32Array.of(1, 2, 3),
  celsius: Float64Array.of(20.5, 21.25, 19),
});

/** Gives a test a server of its own, which makes the faults, and a wrapper for it. */
async function withServer(
  faults: readonly Fault[],
  run: (wrapper: ZerobusWrapper, table: LocalTable) => Promise<void>,
): Promise<void> {
  const local = await startLocalZerobus({ tables: [TABLE], faults });
  try {
    const { url: endpoint, unityCatalogUrl, clientId, clientSecret } = local;
    const credentials = { unityCatalogUrl, clientId, clientSecret };
    const wrapper = await createWrapper({ endpoint, ...credentials, tableName: TABLE });
    await run(wrapper, local.tables.get(TABLE)!);
    await wrapper.shutdown();
  } finally {
    await local.close();
  }
}

function unexpected(_: RecordBatch, reasons: readonly string[]): Promise<void> {
  throw new Error(`nothing should fail, but: ${reasons.join(", ")}`);
}

test("rows arrive as they are", () =>
  withServer([], async (wrapper, table) => {
    assert.equal(await forward(wrapper, batches, unexpected), 3);
    assert.deepEqual([...table.rows()][1], { device: 2, celsius: 21.25 });
  }));

test("a connection that breaks loses nothing", () =>
  withServer([{ kind: "reset", at: { requests: 1 } }], async (wrapper, table) => {
    assert.equal(await forward(wrapper, [...batches, ...batches], unexpected), 6);
    assert.ok(table.rowCount >= 6); // at least once
  }));

test("a row that the service refuses is put aside, and no other", () =>
  withServer([{ kind: "reject_record", column: "device", equals: 2 }], async (wrapper, table) => {
    const aside: unknown[] = [];
    const durable = await forward(wrapper, batches, (rows) => {
      aside.push(...rows.toArray().map(({ device }) => device));
      return Promise.resolve();
    });
    assert.equal(durable, 2);
    assert.deepEqual(aside, [2]);
    assert.equal(table.rowCount, 2);
  }));
