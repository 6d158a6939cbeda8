/**
 * What the first batch of a process costs above a later one: the engine compiles, the plan is made,
 * buffers are new. Measured in processes of their own.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { isAscii, isUtf8 } from "node:buffer";
import process from "node:process";
import { promisify } from "node:util";
import type { RecordBatch } from "apache-arrow";
import { setAccelerator } from "../src/encode/accelerator/accelerator.ts";
import { BufferPool } from "../src/encode/buffer_pool.ts";
import { encodeRequests } from "../src/encode/encode_requests.ts";
import { DEFAULT_LIMITS } from "../src/encode/limits.ts";
import { useNativeTextTests } from "../src/encode/utf8.ts";
import { planFor } from "../src/schema/plan.ts";
import { CORPORA } from "./corpora/corpora.ts";
import { contentHash, quantile } from "./measure.ts";
import type { Report } from "./result.ts";

/** What a first batch probably has, and what fills a request. */
const SIZES = [1_000, 10_000];
const PROCESSES = 9;
/** By then nothing is compiled any more. */
const WARM_AFTER = 30;
const WARM_RUNS = 15;
const TARGET_MS = 30;
const TIMEOUT_MS = 60_000;

/** What a process is to do. */
export interface FirstCall {
  /** Of the batch. */
  readonly rows: number;
  /** Which inner loop to use. */
  readonly accelerator: "auto" | "off";
}

/** What one process says. */
interface Outcome {
  /** Milliseconds of the first call, by the processor and by the clock. */
  readonly first: Cost;
  /** Half of the later ones took less. */
  readonly warm: Cost;
  /** Of what the first one wrote. */
  readonly hash: string;
}

interface Cost {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** Starts processes of the runtime at hand, and compares their first calls with their later ones. */
export async function firstCallBenchmark(report: Report): Promise<void> {
  useNativeTextTests({ isAscii, isUtf8 });
  for (const rows of SIZES) {
    const hash = contentHash(requests(corpus(rows)).map(({ bytes }) => bytes));
    for (const accelerator of ["auto", "off"] as const) {
      const outcomes: Outcome[] = [];
      for (let count = 0; count < PROCESSES; count++) {
        outcomes.push(await inProcess({ rows, accelerator }));
      }
      if (outcomes.some((one) => one.hash !== hash)) throw new Error(`${rows} rows: other bytes`);
      const median = (of: (outcome: Outcome) => number) =>
        quantile(outcomes.map(of).toSorted((one, other) => one - other), 0.5);
      const above = median(({ first, warm }) => first.cpuMs - warm.cpuMs);
      report({
        group: "first-call",
        title: `plan and encode a batch of corpus e, ${PROCESSES} processes`,
        candidate: `${rows.toLocaleString("en")} rows` +
          (accelerator === "off" ? ", JavaScript only" : ""),
        values: {
          "first CPU ms": median(({ first }) => first.cpuMs),
          "warm CPU ms": median(({ warm }) => warm.cpuMs),
          "above CPU ms": above,
          "above ms": median(({ first, warm }) => first.wallMs - warm.wallMs),
        },
        hash,
        target: { text: `above CPU ms < ${TARGET_MS}`, met: above < TARGET_MS },
      });
    }
  }
}

/** Has a new process of this program call {@linkcode measureFirstCall}. */
async function inProcess(firstCall: FirstCall): Promise<Outcome> {
  const run = process.versions.deno === undefined ? [] : ["run", "-A"];
  const settings = JSON.stringify({ firstCall });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...run, process.argv[1]!, settings],
    { timeout: TIMEOUT_MS },
  );
  return JSON.parse(stdout) as Outcome;
}

/** The other side: encodes the batch, for the first time and again. */
export function measureFirstCall({ rows, accelerator }: FirstCall): Outcome {
  useNativeTextTests({ isAscii, isUtf8 });
  const batch = corpus(rows);
  const pool = new BufferPool(64 * 1024 * 1024);
  let hash: string | undefined;
  const costs = Array.from({ length: WARM_AFTER + WARM_RUNS }, () => {
    const wall = performance.now();
    const before = process.cpuUsage();
    // Compiles the module the first time, as the first wrapper does.
    setAccelerator(accelerator);
    const made = requests(batch, pool);
    const { user, system } = process.cpuUsage(before);
    const cost = { cpuMs: (user + system) / 1_000, wallMs: performance.now() - wall };
    hash ??= contentHash(made.map(({ bytes }) => bytes));
    for (const rows of made) pool.release(rows);
    return cost;
  });
  const warm = (of: (cost: Cost) => number) =>
    quantile(costs.slice(WARM_AFTER).map(of).toSorted((one, other) => one - other), 0.5);
  return {
    first: costs[0]!,
    warm: { cpuMs: warm(({ cpuMs }) => cpuMs), wallMs: warm(({ wallMs }) => wallMs) },
    hash: hash!,
  };
}

function requests(batch: RecordBatch, pool?: BufferPool) {
  return [...encodeRequests(planFor(batch.schema), batch, DEFAULT_LIMITS, 0, pool)];
}

/** No larger than it has to be: collecting a large one's remains would be measured, too. */
function corpus(rows: number): RecordBatch {
  return CORPORA.find(({ name }) => name === "e")!.make(rows);
}
