import { assert, assertEquals } from "@std/assert";
import { makeVector, type RecordBatch, Table } from "apache-arrow";
import type { LocalOptions, TestEnvironment } from "../harness/environment.ts";
import { test } from "../harness/mod.ts";
import { textVector } from "../harness/vectors.ts";
import { configurationFor, TABLE } from "./stage.ts";

/** Text that only this row has: enough of it that every request is made of several buffers. */
function markOf(row: number): string {
  return `${row}:${(row * 2_654_435_761 % 4_294_967_296).toString(36)}`.repeat(12);
}

function marked(from: number, count: number): RecordBatch {
  const numbers = Int32Array.from({ length: count }, (_, row) => from + row);
  const mark = textVector(Array.from(numbers, markOf));
  return new Table({ n: makeVector(numbers), mark }).batches[0]!;
}

const ROWS = 300;
const BATCHES = 60;

const TROUBLES: Readonly<Record<string, LocalOptions>> = {
  "no trouble": {},
  "messages that are compressed": { gzip: { accept: true }, faults: { seed: 9, rate: 0.05 } },
  "connections that break": { faults: { seed: 7, rate: 0.05 } },
  "other connections that break": { faults: { seed: 8, rate: 0.05 } },
  "slow reading": { faults: [{ kind: "slow_reads", pauseMs: 50, times: 3 }] },
};

/** The memory of requests is used again, and never while somebody may still read it. */
export function poolSuite(env: TestEnvironment): void {
  const { createWrapper } = env.library;

  for (const { name, configuration: road } of env.roads) {
    for (const [trouble, options] of Object.entries(TROUBLES)) {
      test(`${name}: rows stay what they were while memory is used again: ${trouble}`, async () => {
        await using local = await env.startLocal(options);
        const wrapper = await createWrapper({
          ...configurationFor(local),
          ...road,
          compression: options.gzip === undefined ? "none" : "gzip",
          retry: { maxAttempts: 50, baseDelayMs: 1, maxDelayMs: 5 },
          backoff: { failureRate: false },
          stream: { maxRequestBytes: 20_000, maxInflightBytes: 120_000, ackTimeoutMs: 500 },
        });
        const results = await Promise.all(
          Array.from(
            { length: BATCHES },
            (_, batch) => wrapper.sendBatch(marked(batch * ROWS, ROWS)),
          ),
        );
        await wrapper.shutdown().catch(() => {});
        const { rows } = await local.table(TABLE);
        const landed = new Set<number>();
        for (const row of rows as readonly { n: number; mark: string }[]) {
          assertEquals(row.mark, markOf(row.n));
          landed.add(row.n);
        }
        results.forEach((result, batch) => {
          for (const row of result.successfulRowIndices()) assert(landed.has(batch * ROWS + row));
        });
      }, { timeoutMs: 60_000 });
    }
  }
}
