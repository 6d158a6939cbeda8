/**
 * What parallel streams are good for: throughput to a table whose acknowledgements take 50 ms, as
 * they do across a network, with a window that covers a part of that.
 *
 * @module
 */
import type { Report } from "./result.ts";
import { type CreateWrapper, kilobytes, type ServerAddress } from "./sending.ts";

/** The table with slow acknowledgements. */
export const SLOW_TABLE = "main.bench.slow_rows";
/** How slow. */
export const ACKNOWLEDGEMENT_DELAY_MS = 50;

/** Requests of a megabyte that may be on their way on one stream. */
const WINDOW = 2;
const STREAMS = [1, 2, 4, 8, 16, 32, 64];
const ROWS = 1_000;
/** Batches for each stream. */
const BATCHES = 20;

/** Runs `parallel`. */
export async function parallelBenchmark(
  create: CreateWrapper,
  server: ServerAddress,
  report: Report,
): Promise<void> {
  const batch = kilobytes(ROWS);
  let single: number | undefined;
  for (const streams of STREAMS) {
    await using wrapper = await create({
      ...server,
      tableName: SLOW_TABLE,
      stream: { streams, maxInflightRequests: WINDOW },
    });
    const send = async (count: number) => {
      const results = await Promise.all(
        Array.from({ length: count }, () => wrapper.sendBatch(batch)),
      );
      const failed = results.reduce((sum, { failedCount }) => sum + failedCount, 0);
      if (failed > 0) throw new Error(`${failed} rows did not arrive`);
      return results.reduce((sum, { encodedBytes }) => sum + encodedBytes, 0);
    };
    await send(streams); // opens the streams
    const started = performance.now();
    const bytes = await send(streams * BATCHES);
    const rate = bytes / 1e6 / ((performance.now() - started) / 1_000);
    single ??= rate;
    report({
      group: "parallel",
      title: `requests of 1 MB, ${WINDOW} on their way on each stream, ` +
        `acknowledged after ${ACKNOWLEDGEMENT_DELAY_MS} ms`,
      candidate: `${streams} ${streams === 1 ? "stream" : "streams"}`,
      values: { "MB/s": rate, "× one": rate / single },
    });
  }
}
