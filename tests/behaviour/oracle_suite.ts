import { assertEquals } from "@std/assert";
import type { RecordBatch } from "apache-arrow";
import fc from "fast-check";
import type { RecordFormat } from "../../src/core/record_format.ts";
import type { TestEnvironment } from "../harness/environment.ts";
import { test } from "../harness/mod.ts";
import { arbitraryBatch } from "../oracle/arbitrary_batches.ts";
import {
  expectedArrowRow,
  expectedJsonRow,
  expectedRecord,
  Unsendable,
} from "../oracle/arrow_values.ts";
import { configurationFor, TABLE } from "./stage.ts";

const RUNS = 30;
/** Shrinking a failure may take for ever; then the smallest one so far is shown. */
const LONGEST_MS = 60_000;

/** What lands of a row. */
const ROW_OF = { protobuf: expectedRecord, arrow: expectedArrowRow, json: expectedJsonRow };

/** What should land of a batch, and which rows cannot. */
function expected(
  batch: RecordBatch,
  recordFormat: RecordFormat,
): { rows: unknown[]; failed: number[] } {
  const rowOf = ROW_OF[recordFormat];
  const rows: unknown[] = [];
  const failed: number[] = [];
  for (let row = 0; row < batch.numRows; row++) {
    try {
      rows.push(rowOf(batch, row));
    } catch (reason) {
      if (!(reason instanceof Unsendable)) throw reason;
      failed.push(row);
    }
  }
  return { rows, failed };
}

/** A landed row without what Protobuf cannot tell from absent: nulls, empty lists, empty maps. */
function present(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(present);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, present(item)]));
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const isPresent = (item: unknown) =>
    item !== null && !(Array.isArray(item) && item.length === 0) &&
    !(item instanceof Map && item.size === 0);
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => isPresent(item))
      .map(([name, item]) => [name, present(item)]),
  );
}

/** Random batches of every type land as what apache-arrow says is in them. */
export function oracleSuite(env: TestEnvironment): void {
  const { createWrapper } = env.library;

  for (const { name, recordFormat, configuration: road } of env.roads) {
    test(`${name}: random batches land as apache-arrow's own values`, async () => {
      const seed = Math.trunc(Math.random() * 2 ** 31);
      console.log(`${name}: random batches land, seed ${seed}`);
      await fc.assert(
        fc.asyncProperty(arbitraryBatch(), async (batch) => {
          await using local = await env.startLocal();
          await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
          const result = await wrapper.sendBatch(batch);
          const { rows, failed } = expected(batch, recordFormat);
          assertEquals(result.error, undefined);
          assertEquals(result.failedRowIndices(), failed);
          const landed = await local.table(TABLE);
          // The others tell everything apart.
          const asSent = recordFormat === "protobuf" ? landed.rows.map(present) : landed.rows;
          assertEquals(asSent, rows);
        }),
        {
          seed,
          numRuns: RUNS,
          interruptAfterTimeLimit: LONGEST_MS,
          markInterruptAsFailure: true,
        },
      );
    }, { timeoutMs: 2 * LONGEST_MS });
  }
}
