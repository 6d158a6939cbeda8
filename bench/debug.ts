/**
 * What debug output costs whoever sends: batches through the wrapper with each format on and off.
 *
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DebugOptions } from "../mod.ts";
import type { Report } from "./result.ts";
import { type CreateWrapper, kilobytes, type ServerAddress, TABLE } from "./sending.ts";

const BATCHES = 30;
/** Rounds, each with every candidate once, so that a noisy moment hits all of them. */
const ROUNDS = 5;

const CANDIDATES: Readonly<Record<string, Partial<DebugOptions> | undefined>> = {
  "no debug output": undefined,
  "Arrow": { protobuf: false },
  "Protobuf": { arrow: false },
  "Arrow and Protobuf": {},
  "both, strict": { strict: true },
};

/** Runs `debug`. */
export async function debugBenchmark(
  create: CreateWrapper,
  server: ServerAddress,
  report: Report,
): Promise<void> {
  const batch = kilobytes(10_000);
  const times = new Map(Object.keys(CANDIDATES).map((name): [string, number[]] => [name, []]));
  const dropped = new Map<string, number>();
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, options] of Object.entries(CANDIDATES)) {
      const outputDir = await mkdtemp(join(tmpdir(), "debug-bench-"));
      const limits = { maxFilesRetained: 1, maxQueuedBytes: 1 << 30, onWarning: () => {} };
      const debug = options && { outputDir, ...limits, ...options };
      const wrapper = await create({ ...server, tableName: TABLE, ...(debug && { debug }) });
      await wrapper.sendBatch(batch);
      const started = performance.now();
      for (let sent = 0; sent < BATCHES; sent++) await wrapper.sendBatch(batch);
      if (round >= 0) times.get(name)!.push(performance.now() - started);
      dropped.set(name, (dropped.get(name) ?? 0) + (wrapper.debug?.droppedBatches ?? 0));
      await wrapper.shutdown();
      await rm(outputDir, { recursive: true });
    }
  }
  const median = (name: string) => times.get(name)!.toSorted((a, b) => a - b)[ROUNDS >> 1]!;
  for (const name of times.keys()) {
    report({
      group: "debug",
      title: `${BATCHES} batches of 10 MB, one after another, with debug output`,
      candidate: name,
      values: {
        "ms a batch": median(name) / BATCHES,
        "× without": median(name) / median("no debug output"),
        "dropped": dropped.get(name)!,
      },
    });
  }
}
