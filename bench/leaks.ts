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

/**
 * Megabytes of different kinds. How much garbage lies about is the engine's affair and goes up and
 * down as the machine has time: it is shown, and the others are judged.
 */
const QUANTITIES = ["busy", "idle", "heap", "buffers"] as const;

/** Megabytes at one time, and what they are. */
interface Sample {
  readonly seconds: number;
  /** Resident memory while batches are on their way, garbage included. */
  readonly busy?: number;
  /** Resident memory when a wrapper has been shut down and the garbage collected. */
  readonly idle?: number;
  /** What is alive on the heap at that time. */
  readonly heap?: number;
  /** What is alive outside the heap at that time. */
  readonly buffers?: number;
}

/** What to run. */
export interface LeaksSettings {
  /** For how long. */
  readonly seconds: number;
  /** Over which protocol; over each in turn if it is left open. */
  readonly protocol?: typeof PROTOCOLS[number] | undefined;
}

/** Sends for so many seconds, and reports resident memory and what is alive over time. */
export async function leaksBenchmark(
  create: CreateWrapper,
  server: ServerAddress,
  { seconds, protocol: only }: LeaksSettings,
  report: Report,
): Promise<void> {
  const collect = garbageCollector();
  const small = kilobytes(1);
  const large = kilobytes(LARGE_ROWS);
  const samples: Sample[] = [];
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1_000;
  let rows = 0;
  const count = ({ successfulCount, error }: { successfulCount: number; error?: unknown }) => {
    if (error !== undefined) throw error;
    rows += successfulCount;
  };
  const live = async (protocol: typeof PROTOCOLS[number]) => {
    await using wrapper = await create({ ...server, tableName: TABLE, protocol });
    for (let round = 0; round < ROUNDS_A_WRAPPER && elapsed() < seconds; round++) {
      for (let sent = 0; sent < SMALL_BATCHES; sent++) count(await wrapper.sendBatch(small));
      const results = Array.from({ length: LARGE_BATCHES }, () => wrapper.sendBatch(large));
      (await Promise.all(results)).forEach(count);
      samples.push({ seconds: elapsed(), busy: process.memoryUsage().rss / 1e6 });
    }
  };
  while (elapsed() < seconds) {
    for (const protocol of only === undefined ? PROTOCOLS : [only]) {
      await live(protocol);
      await collect();
      const { rss, heapUsed, external } = process.memoryUsage();
      samples.push({
        seconds: elapsed(),
        idle: rss / 1e6,
        heap: heapUsed / 1e6,
        buffers: external / 1e6,
      });
    }
  }
  const title =
    `${seconds} s of batches of 1 and of ${LARGE_ROWS} rows over ${only ?? "all protocols"}, ` +
    `${rows.toLocaleString("en")} rows; medians`;
  for (let part = 1; part <= PARTS; part++) {
    const [from, to] = [seconds * (part - 1) / PARTS, seconds * part / PARTS];
    const within = samples.filter((sample) => sample.seconds >= from && sample.seconds < to);
    const values = Object.fromEntries(
      QUANTITIES.map((of) => [`MB ${of}`, median(within, of)] as const)
        .filter(([, value]) => !Number.isNaN(value)),
    );
    report({ group: "leaks", title, candidate: `until ${Math.round(to)} s`, values });
  }
  const warm = samples.filter((sample) => sample.seconds >= seconds * WARM_PARTS / PARTS);
  for (const of of QUANTITIES) {
    const slope = slopeOf(warm, of);
    const growth = slope * seconds * (1 - WARM_PARTS / PARTS) / median(warm, of);
    const met = growth <= MOST_GROWTH;
    const text = met ? "flat" : `not flat: more than ${MOST_GROWTH * 100} %`;
    report({
      group: "leaks",
      title,
      candidate: `slope: ${of}`,
      values: { "MB/min": slope * 60, "% growth": growth * 100 },
      ...(of === "busy" ? {} : { target: { text, met } }),
    });
  }
}

/** What is closed lets go of its last buffers some turns later. */
function garbageCollector(): () => Promise<void> {
  const { gc, Bun } = globalThis as {
    readonly gc?: () => void;
    readonly Bun?: { gc(isSynchronous: boolean): void };
  };
  const run = Bun === undefined ? gc : () => Bun.gc(true);
  if (run === undefined) throw new Error("run it with --expose-gc");
  return async () => {
    for (let turn = 0; turn < 3; turn++) {
      run();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
}

/** Those samples that have the quantity, as points in time. */
function pointsOf(samples: readonly Sample[], of: typeof QUANTITIES[number]) {
  return samples.flatMap(({ seconds, [of]: size }) => size === undefined ? [] : { seconds, size });
}

function median(samples: readonly Sample[], of: typeof QUANTITIES[number]): number {
  const sizes = pointsOf(samples, of).map(({ size }) => size);
  return quantile(sizes.sort((one, other) => one - other), 0.5);
}

/** Megabytes a second, by least squares. */
function slopeOf(samples: readonly Sample[], of: typeof QUANTITIES[number]): number {
  const points = pointsOf(samples, of);
  const mean = (value: (point: { seconds: number; size: number }) => number) =>
    points.reduce((sum, point) => sum + value(point), 0) / points.length;
  const time = mean(({ seconds }) => seconds);
  const size = mean((point) => point.size);
  const covariance = mean((point) => (point.seconds - time) * (point.size - size));
  return covariance / mean(({ seconds }) => (seconds - time) ** 2);
}
