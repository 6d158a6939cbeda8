/**
 * How much memory a large transfer takes.
 *
 * @module
 */
import process from "node:process";
import { type CreateWrapper, kilobytes, type ServerAddress, TABLE } from "./sending.ts";
import type { Report } from "./result.ts";

/** What to send, and what it may take. */
export interface MemorySettings {
  /** Over which protocol. */
  readonly protocol: "grpc" | "grpc-web" | "connect";
  /** Megabytes to send. */
  readonly megabytes: number;
  /** Most megabytes of memory the process may ever have in use. */
  readonly ceiling: number;
}

const ROWS = 4_000;

/**
 * Sends a large number of batches through `writable()` and reports the most resident memory of the
 * process that is seen between writes.
 */
export async function memoryBenchmark(
  create: CreateWrapper,
  server: ServerAddress,
  { protocol, megabytes, ceiling }: MemorySettings,
  report: Report,
): Promise<void> {
  const batch = kilobytes(ROWS);
  await using wrapper = await create({ ...server, tableName: TABLE, protocol });
  const writer = wrapper.writable().getWriter();
  const started = performance.now();
  let peak = 0;
  for (let sent = 0; sent < megabytes * 1_000; sent += ROWS) {
    await writer.ready;
    await writer.write(batch);
    peak = Math.max(peak, process.memoryUsage().rss / 1e6);
  }
  await writer.close();
  const seconds = (performance.now() - started) / 1_000;
  report({
    group: "memory",
    title: `${megabytes} MB through writable()`,
    candidate: protocol,
    values: { "peak RSS MB": peak, "MB/s": megabytes / seconds },
    target: { text: `peak < ${ceiling} MB`, met: peak < ceiling },
  });
}
