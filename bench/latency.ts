/**
 * How long a batch takes from the call to its acknowledgement, and how long it keeps everything else
 * in the program waiting meanwhile.
 *
 * @module
 */
import process from "node:process";
import type { RecordBatch } from "apache-arrow";
import type { ZerobusWrapper } from "../src/wrapper.ts";
import { CORPORA } from "./corpora/corpora.ts";
import { quantile } from "./measure.ts";
import type { Report } from "./result.ts";
import { type CreateWrapper, kilobytes, type ServerAddress, TABLE } from "./sending.ts";
import { fetchStream, http2Stream } from "./rivals/raw_senders.ts";
import { tally } from "./sink.ts";

const PROTOCOLS = ["grpc", "grpc-web", "connect"] as const;
/** Zeros of the same size over what the protocols stand on, acknowledged by the same server. */
const HTTP2_FLOOR = "floor: node:http2";
const FETCH_FLOOR = "floor: fetch";
/** Batches that do not count. */
const WARM_UP = 10;
/** The target of the first version of this client, up to 10 MB. */
const CHECKED_TARGET_MS = 150;
/** Sizes that are sent to a server that throws them away. */
const SIZES = [
  { title: "1 row", rows: 1, runs: 300, targetMs: 5 },
  { title: "10 MB", rows: 10_000, runs: 100, targetMs: 20 },
] as const;
/** Most that a batch may keep the event loop busy at a time. */
const BLOCK_TARGET_MS = 10;
const BLOCK_RUNS = 40;
/** A batch of a corpus is about so large. */
const BLOCK_BYTES = 10e6;

/** Runs `latency`: against a server that checks every record, then against one that does nothing. */
export async function latencyBenchmark(
  create: CreateWrapper,
  server: ServerAddress,
  sink: string,
  report: Report,
): Promise<void> {
  await checked(create, server, report);
  for (const size of SIZES) await unchecked(create, sink, size, report);
}

async function checked(create: CreateWrapper, server: ServerAddress, report: Report) {
  await using wrapper = await create({ ...server, tableName: TABLE });
  for (const rows of [1, 100, 1_000, 10_000]) {
    const batch = kilobytes(rows);
    const times: number[] = [];
    for (let run = -WARM_UP; run < 40; run++) {
      const ms = await timeOf(() => sent(wrapper, batch));
      if (run >= 0) times.push(ms);
    }
    const { values, p95 } = quantiles(times);
    report({
      group: "latency",
      title: "a batch, encoded, sent, checked by the server and acknowledged",
      candidate: `${rows} rows of 1 KB`,
      values,
      target: { text: `p95 < ${CHECKED_TARGET_MS} ms`, met: p95 < CHECKED_TARGET_MS },
    });
  }
}

async function unchecked(
  create: CreateWrapper,
  sink: string,
  { title, rows, runs, targetMs }: typeof SIZES[number],
  report: Report,
) {
  const batch = kilobytes(rows);
  const wrappers = await Promise.all(
    PROTOCOLS.map((protocol) => create({ ...addressOf(sink), tableName: TABLE, protocol })),
  );
  const { encodedBytes } = await wrappers[0]!.sendBatch(batch);
  const zeros = new Uint8Array(encodedBytes);
  const floors = await Promise.all([http2Stream(sink), fetchStream(sink)]);
  const candidates = [
    ...wrappers.map((wrapper, index) => ({
      candidate: PROTOCOLS[index]!,
      floor: PROTOCOLS[index] === "grpc" ? HTTP2_FLOOR : FETCH_FLOOR,
      send: () => sent(wrapper, batch),
      times: [] as number[],
    })),
    ...floors.map((floor, index) => ({
      candidate: [HTTP2_FLOOR, FETCH_FLOOR][index]!,
      floor: undefined,
      send: () => floor.send(zeros),
      times: [] as number[],
    })),
  ];
  await tally(sink);
  // In turn, so that a noisy moment hits all of them.
  for (let run = -WARM_UP; run < runs; run++) {
    for (const { send, times } of candidates) {
      const ms = await timeOf(send);
      if (run >= 0) times.push(ms);
    }
  }
  for (const wrapper of wrappers) await wrapper.shutdown();
  for (const floor of floors) await floor.close();
  const { requests } = await tally(sink);
  const expected = candidates.length * (WARM_UP + runs);
  if (requests < expected) throw new Error(`${requests} requests arrived of ${expected}`);
  const results = new Map(candidates.map(({ candidate, times }) => [candidate, quantiles(times)]));
  for (const { candidate, floor } of candidates) {
    const { values, p95 } = results.get(candidate)!;
    const below = floor === undefined ? undefined : results.get(floor)!;
    const ratios = below && Object.fromEntries(
      ["p50", "p95"].map((
        name,
      ) => [`× ${name}`, values[`${name} ms`]! / below.values[`${name} ms`]!]),
    );
    report({
      group: `latency, ${title}`,
      title: "one batch after another to a server that throws them away; × floor of the same run",
      candidate,
      values: { ...values, ...ratios },
      ...(ratios && { target: { text: `p95 ≤ ${targetMs} ms`, met: p95 <= targetMs } }),
    });
  }
}

/** Runs `blocking`: the longest time for which a batch keeps the event loop from doing other work. */
export async function blockingBenchmark(
  create: CreateWrapper,
  sink: string,
  report: Report,
): Promise<void> {
  await using wrapper = await create({ ...addressOf(sink), tableName: TABLE });
  for (const { name, title, make } of CORPORA) {
    const corpus = make();
    const { encodedBytes } = await wrapper.sendBatch(corpus);
    const rows = Math.min(corpus.numRows, Math.floor(corpus.numRows * BLOCK_BYTES / encodedBytes));
    const batch = corpus.slice(0, rows);
    const longest: number[] = [];
    for (let run = -WARM_UP; run < BLOCK_RUNS; run++) {
      const watch = new LoopWatch();
      await sent(wrapper, batch);
      const ms = await watch.end();
      if (run >= 0) longest.push(ms);
    }
    const { values, p95 } = quantiles(longest);
    report({
      group: "blocking",
      title: `longest time for which a batch of up to 10 MB blocks the event loop`,
      candidate: `${name}: ${title}`.slice(0, 24),
      values,
      target: { text: `p95 ≤ ${BLOCK_TARGET_MS} ms`, met: p95 <= BLOCK_TARGET_MS },
    });
  }
}

/**
 * Measures how long the event loop was kept from running a timer that is due. Of the time between
 * two timers counts what the process has spent on a processor: the rest belongs to the neighbours.
 */
class LoopWatch {
  #last = performance.now();
  #cpu = process.cpuUsage();
  #longest = 0;
  #ended: (() => void) | undefined;

  constructor() {
    this.#wait();
  }

  /** The longest time, in milliseconds. */
  async end(): Promise<number> {
    await new Promise<void>((resolve) => this.#ended = resolve);
    return this.#longest;
  }

  #wait(): void {
    setTimeout(() => {
      const now = performance.now();
      const { user, system } = process.cpuUsage(this.#cpu);
      const blocked = Math.min(now - this.#last, (user + system) / 1_000);
      this.#longest = Math.max(this.#longest, blocked);
      this.#last = now;
      this.#cpu = process.cpuUsage();
      if (this.#ended === undefined) this.#wait();
      else this.#ended();
    }, 0);
  }
}

function addressOf(sink: string) {
  return { endpoint: sink, headersProvider: () => ({}) };
}

async function sent(wrapper: ZerobusWrapper, batch: RecordBatch): Promise<void> {
  const { failedCount, error } = await wrapper.sendBatch(batch);
  if (failedCount > 0) throw error ?? new Error(`${failedCount} rows did not arrive`);
}

async function timeOf(send: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await send();
  return performance.now() - started;
}

function quantiles(times: readonly number[]): { values: Record<string, number>; p95: number } {
  const sorted = times.toSorted((one, other) => one - other);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(sorted, share)) as [
    number,
    number,
    number,
  ];
  return { values: { "p50 ms": p50, "p95 ms": p95, "p99 ms": p99 }, p95 };
}
