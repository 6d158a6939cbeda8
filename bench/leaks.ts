/**
 * Whether memory stays what it is, however long a program sends.
 *
 * @module
 */
import process from "node:process";
import { quantile } from "./measure.ts";
import type { Report } from "./result.ts";
import { type CreateWrapper, kilobytes, type ServerAddress, TABLE } from "./sending.ts";

const PROTOCOLS = ["grpc", "grpc-web", "connect"] as const;
/** Batches of a round, over each protocol: small ones one after another, then large ones at once. */
const SMALL_BATCHES = 50;
const LARGE_BATCHES = 8;
const LARGE_ROWS = 4_000;
/** So often a wrapper is shut down and another one takes its place. */
const ROUNDS_A_WRAPPER = 10;
/** The run in so many parts; the first third is for warming up. */
const PARTS = 12;
const WARM_PARTS = PARTS / 3;
/** What may be added after warming up: more than that is a leak, or a run that is too short. */
const MOST_GROWTH = 0.1;

/** Memory at one time, in megabytes. */
interface Sample {
  readonly seconds: number;
  readonly rss: number;
  readonly heap: number;
}

/** Sends for so many seconds, and reports resident memory and heap over time. */
export async function leaksBenchmark(
  create: CreateWrapper,
  server: ServerAddress,
  seconds: number,
  report: Report,
): Promise<void> {
  const small = kilobytes(1);
  const large = kilobytes(LARGE_ROWS);
  const samples: Sample[] = [];
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1_000;
  let rows = 0;
  while (elapsed() < seconds) {
    for (const protocol of PROTOCOLS) {
      await using wrapper = await create({ ...server, tableName: TABLE, protocol });
      const count = ({ successfulCount, error }: { successfulCount: number; error?: unknown }) => {
        if (error !== undefined) throw error;
        rows += successfulCount;
      };
      for (let round = 0; round < ROUNDS_A_WRAPPER && elapsed() < seconds; round++) {
        for (let sent = 0; sent < SMALL_BATCHES; sent++) count(await wrapper.sendBatch(small));
        const results = Array.from({ length: LARGE_BATCHES }, () => wrapper.sendBatch(large));
        (await Promise.all(results)).forEach(count);
        const { rss, heapUsed } = process.memoryUsage();
        samples.push({ seconds: elapsed(), rss: rss / 1e6, heap: heapUsed / 1e6 });
      }
    }
  }
  const title = `${seconds} s of batches of 1 and of ${LARGE_ROWS} rows over all protocols, ` +
    `${rows.toLocaleString("en")} rows`;
  const parts = Array.from({ length: PARTS }, (_, part) => {
    const [from, to] = [seconds * part / PARTS, seconds * (part + 1) / PARTS];
    const within = samples.filter((sample) => sample.seconds >= from && sample.seconds < to);
    return { to, rss: median(within, "rss"), heap: median(within, "heap") };
  }).filter(({ rss }) => !Number.isNaN(rss));
  for (const { to, rss, heap } of parts) {
    const candidate = `until ${Math.round(to)} s`;
    report({ group: "leaks", title, candidate, values: { "RSS MB": rss, "heap MB": heap } });
  }
  const warm = samples.filter((sample) => sample.seconds >= seconds * WARM_PARTS / PARTS);
  for (const  of of["rss", "heap"] as const) {
    const slope = slopeOf(warm, of);
    const growth = slope * seconds * (1 - WARM_PARTS / PARTS) / median(warm, of);
    report({
      group: "leaks",
      title,
      candidate: `slope of ${of === "rss" ? "RSS" : "the heap"}`,
      values: { "MB/min": slope * 60, "% growth": growth * 100 },
      target: {
        text: growth <= MOST_GROWTH ? "flat" : `not flat: more than ${MOST_GROWTH * 100} %`,
        met: growth <= MOST_GROWTH,
      },
    });
  }
}

function median(samples: readonly Sample[], of: "rss" | "heap"): number {
  return quantile(samples.map((sample) => sample[of]).sort((one, other) => one - other), 0.5);
}

/** Megabytes a second, by least squares. */
function slopeOf(samples: readonly Sample[], of: "rss" | "heap"): number {
  const mean = (value: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + value(sample), 0) / samples.length;
  const time = mean(({ seconds }) => seconds);
  const size = mean((sample) => sample[of]);
  const covariance = mean((sample) => (sample.seconds - time) * (sample[of] - size));
  return covariance / mean(({ seconds }) => (seconds - time) ** 2);
}
