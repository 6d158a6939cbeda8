/**
 * The same batches over every road: what a record format and a protocol cost.
 *
 * @module
 */
import process from "node:process";
import type { RecordBatch } from "apache-arrow";
import { FORMATS_OF, type Protocol } from "../src/core/transport.ts";
import { CORPORA } from "./corpora/corpora.ts";
import type { Report } from "./result.ts";
import { type CreateWrapper, type ServerAddress, TABLE } from "./sending.ts";

/** Narrow, wide numbers, strings, nested. */
const CORPUS_NAMES: readonly string[] = ["a", "b", "c", "d"];
const WARM_UP = 3;
const RUNS = 12;

/** What sending a batch a few times took. */
interface Cost {
  readonly wallMs: number;
  /** This process alone; the server is another. */
  readonly cpuMs: number;
  readonly bytes: number;
}

/** A way that rows can take; without a network, they are converted and that is all. */
interface Road {
  readonly candidate: string;
  readonly options: Partial<Parameters<CreateWrapper>[0]>;
}

/** Runs the benchmark on each corpus. */
export async function formatsBenchmark(
  create: CreateWrapper,
  server: ServerAddress,
  report: Report,
): Promise<void> {
  for (const { name, title, make } of CORPORA.filter(({ name }) => CORPUS_NAMES.includes(name))) {
    const batch = make();
    const rows = RUNS * batch.numRows;
    // What the ratios are to: the first road of each kind.
    const first = new Map<boolean, number>();
    for (const { candidate, options } of roads()) {
      const cost = await costOf(create, { ...server, ...options }, batch);
      const cpu = cost.cpuMs / rows * 1_000; // seconds for a million rows
      const isConversion = options.writerDisabled === true;
      if (!first.has(isConversion)) first.set(isConversion, cpu);
      report({
        group: `formats ${name}`,
        title,
        candidate,
        values: {
          "rows/s": rows / cost.wallMs * 1_000,
          "MB/s sent": cost.bytes / 1_000 / cost.wallMs,
          "bytes/row": cost.bytes / rows,
          "CPU s/Mrow": cpu,
          "× less CPU": first.get(isConversion)! / cpu,
        },
      });
    }
  }
}

function roads(): Road[] {
  const travelled = (Object.keys(FORMATS_OF) as Protocol[]).flatMap((protocol) =>
    FORMATS_OF[protocol].map((recordFormat) => ({
      candidate: `${protocol} ${recordFormat}`,
      options: { protocol, recordFormat },
    }))
  );
  const converted = FORMATS_OF.grpc.map((recordFormat) => ({
    candidate: `converted to ${recordFormat}`,
    options: { recordFormat, writerDisabled: true },
  }));
  return [...travelled, ...converted];
}

async function costOf(
  create: CreateWrapper,
  configuration: Omit<Parameters<CreateWrapper>[0], "tableName">,
  batch: RecordBatch,
): Promise<Cost> {
  await using wrapper = await create({ ...configuration, tableName: TABLE });
  const send = async (times: number): Promise<number> => {
    const sent = Array.from({ length: times }, () => wrapper.sendBatch(batch));
    const results = await Promise.all(sent);
    for (const { error, failedCount } of results) {
      if (failedCount > 0) throw error ?? new Error(`${failedCount} rows failed`);
    }
    return results.reduce((sum, { encodedBytes }) => sum + encodedBytes, 0);
  };
  await send(WARM_UP);
  const cpu = process.cpuUsage();
  const started = performance.now();
  const bytes = await send(RUNS);
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: performance.now() - started, cpuMs: (user + system) / 1_000, bytes };
}
