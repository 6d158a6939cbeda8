/**
 * Many batches at once to a local Zerobus in another process, and batches that go nowhere: with
 * `latency`, the benchmarks that the first version of this client had, with their targets.
 *
 * @module
 */
import type { RecordBatch } from "apache-arrow";
import type { WrapperConfiguration } from "../mod.ts";
import type { ZerobusWrapper } from "../src/wrapper.ts";
import { batchOf, counter, text, wideInt64 } from "./corpora/columns.ts";
import { Random } from "./corpora/random.ts";
import { quantile } from "./measure.ts";
import type { Report } from "./result.ts";

/** Makes a wrapper. */
export type CreateWrapper = (configuration: WrapperConfiguration) => Promise<ZerobusWrapper>;

/** How to reach the server. */
export interface ServerAddress {
  /** See `WrapperConfiguration`. */
  readonly endpoint: string;
  /** See `WrapperConfiguration`. */
  readonly unityCatalogUrl: string;
  /** See `WrapperConfiguration`. */
  readonly clientId: string;
  /** See `WrapperConfiguration`. */
  readonly clientSecret: string;
}

/** The table that everything is sent to. */
export const TABLE = "main.bench.rows";

const DISABLED_TARGET_MS = 50;
const RUNS = 40;

const RECORDS = { id: counter, text: text(900, 1_000), value: wideInt64 };

/** A batch of so many rows of about 1 KB. */
export function kilobytes(rows: number): RecordBatch {
  return batchOf(new Random(7), rows, RECORDS);
}

/** Runs `throughput` and `writer-disabled`, as far as they are selected. */
export async function sendingBenchmark(
  isSelected: (name: string) => boolean,
  create: CreateWrapper,
  server: ServerAddress,
  report: Report,
): Promise<void> {
  if (isSelected("throughput")) await throughput(create, server, report);
  if (isSelected("writer-disabled")) await writerDisabled(create, server, report);
}

async function throughput(create: CreateWrapper, server: ServerAddress, report: Report) {
  const batch = kilobytes(10_000);
  for (const protocol of ["grpc", "grpc-web", "connect"] as const) {
    await using wrapper = await create({ ...server, tableName: TABLE, protocol });
    await wrapper.sendBatch(batch);
    const started = performance.now();
    const results = await Promise.all(Array.from({ length: RUNS }, () => wrapper.sendBatch(batch)));
    const seconds = (performance.now() - started) / 1_000;
    const bytes = results.reduce((sum, { encodedBytes }) => sum + encodedBytes, 0);
    const rows = results.reduce((sum, { successfulCount }) => sum + successfulCount, 0);
    report({
      group: "throughput",
      title: `${RUNS} batches of 10 MB at once`,
      candidate: protocol,
      values: { "MB/s": bytes / 1e6 / seconds, "rows/s": rows / seconds },
    });
  }
}

async function writerDisabled(create: CreateWrapper, server: ServerAddress, report: Report) {
  const { endpoint } = server;
  await using wrapper = await create({ endpoint, tableName: TABLE, writerDisabled: true });
  const batch = kilobytes(10_000);
  const times = await timesOf(() => wrapper.sendBatch(batch));
  const p95 = quantile(times, 0.95);
  report({
    group: "writer-disabled",
    title: "conversion alone, through the whole wrapper",
    candidate: "10,000 rows of 1 KB",
    values: { "p50 ms": quantile(times, 0.5), "p95 ms": p95 },
    target: { text: `p95 < ${DISABLED_TARGET_MS} ms`, met: p95 < DISABLED_TARGET_MS },
  });
}

/** Sorted wall-clock times of sending something one after another, after some that do not count. */
async function timesOf(send: () => Promise<{ readonly failedCount: number }>): Promise<number[]> {
  const times: number[] = [];
  for (let run = -5; run < RUNS; run++) {
    const started = performance.now();
    const { failedCount } = await send();
    if (failedCount > 0) throw new Error(`${failedCount} rows did not arrive`);
    if (run >= 0) times.push(performance.now() - started);
  }
  return times.sort((one, other) => one - other);
}
