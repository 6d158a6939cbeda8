/**
 * The client's process: sends under faults, then without, and prints what became of the rows.
 *
 * @module
 */
import process from "node:process";
import type { Library } from "../../tests/harness/environment.ts";
import { Tap } from "../../tests/harness/tap.ts";
import { Books, problemsOf, type Totals } from "./books.ts";
import { unpackLandings } from "./landed.ts";
import type { ClientOrders, ServerFacts } from "./protocol.ts";
import { send } from "./senders.ts";

/** Share of the time that is spent without faults, at the end. */
const CALM_SHARE = 0.2;
const LONGEST_UP_MS = 6_000;
const LONGEST_DOWN_MS = 300;
/** Least share of the rows that arrive when nothing goes wrong. */
const LEAST_SUCCESS = 0.99999;
/** In a phase with faults, one row in so many is refused. */
const POISON_EVERY = 5_000;
const METER_MS = 100;

/** Carries out the orders in the process's argument; the exit code is 1 when the books do not balance. */
export async function soak(library: Library): Promise<void> {
  const { server, seconds, seed, roads }: ClientOrders = JSON.parse(process.argv[2] ?? "");
  const run = new Run(library, server, roads, numbers(seed));
  const troubled = await run.phase("troubled", seconds * 1000 * (1 - CALM_SHARE), true);
  const fired: Record<string, number> = await (await run.ask("/fired")).json();
  await run.ask("/calm");
  const calm = await run.phase("calm", seconds * 1000 * CALM_SHARE, false);
  print("under faults", troubled);
  const faults = Object.entries(fired).filter(([, times]) => times > 0);
  console.log(`  faults       ${faults.map(([kind, times]) => `${kind} ${times}`).join(", ")}`);
  print("without faults", calm);
  const rate = calm.acknowledged / calm.sent;
  console.log(`  success rate ${(100 * rate).toFixed(4)} %`);
  console.log(`\npeak memory  ${(run.peakBytes / 2 ** 20).toFixed(0)} MiB`);
  const problems = [troubled, calm].flatMap(problemsOf);
  if (!(rate >= LEAST_SUCCESS)) problems.push(`only ${100 * rate} % arrive without faults`);
  for (const problem of problems) console.log(`✗ ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}

class Run {
  readonly #library: Library;
  readonly #server: ServerFacts;
  readonly #roads: string;
  readonly #random: () => number;
  /** Most memory that was in use in a phase. */
  peakBytes = 0;

  constructor(library: Library, server: ServerFacts, roads: string, random: () => number) {
    this.#library = library;
    this.#server = server;
    this.#roads = roads;
    this.#random = random;
  }

  /** One phase, with a table of its own. */
  async phase(name: string, ms: number, hasFaults: boolean): Promise<Totals> {
    const books = new Books();
    const tap = new Tap();
    const tableName = `soak.${name}.rows`;
    const enough = new AbortController();
    const timer = setTimeout(() => enough.abort(), ms);
    const meter = setInterval(
      () => this.peakBytes = Math.max(this.peakBytes, process.memoryUsage().rss),
      METER_MS,
    );
    const reasons = new Map<string, number>();
    const sending = send({
      library: this.#library,
      server: this.#server,
      roads: this.#roads,
      tableName,
      books,
      tap,
      random: this.#random,
      poisonEvery: hasFaults ? POISON_EVERY : Infinity,
      enough: enough.signal,
      onFailure: (rowCount, reason) => {
        const kind = reason.replaceAll(/\d+/g, "…");
        reasons.set(kind, (reasons.get(kind) ?? 0) + rowCount);
      },
    });
    if (hasFaults) await Promise.all([sending, this.#restartNowAndThen(enough.signal)]);
    await sending;
    clearInterval(meter);
    clearTimeout(timer);
    for (const [reason, rowCount] of reasons) console.log(`  ${rowCount} rows failed: ${reason}`);
    const landed = await this.ask(`/landed?table=${tableName}`);
    const packed = new Int32Array(await landed.arrayBuffer());
    const streamIds: string[] = await (await this.ask("/streams")).json();
    return books.close(unpackLandings(packed, streamIds), tap);
  }

  /** Has the server's process do something. */
  async ask(path: string): Promise<Response> {
    const response = await fetch(this.#server.controlUrl + path);
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return response;
  }

  async #restartNowAndThen(enough: AbortSignal): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, this.#random() * LONGEST_UP_MS));
      if (enough.aborted) return;
      await this.ask(`/restart?downMs=${Math.floor(this.#random() * LONGEST_DOWN_MS)}`);
    }
  }
}

function print(title: string, totals: Totals): void {
  const { sent, acknowledged, refused, failed, handedBack, duplicates } = totals;
  const number = (value: number) => value.toLocaleString("en");
  const { withheld, lost, unheard, needless } = duplicates;
  console.log([
    `\n${title}`,
    `  sent         ${number(sent)}`,
    `  acknowledged ${number(acknowledged)}`,
    `  refused      ${number(refused)}, for what is in them`,
    `  failed       ${number(failed)}, ${number(handedBack)} of them handed back`,
    `  duplicates   ${number(withheld + lost + unheard + needless)}: ` +
    `${number(withheld)} not acknowledged before, ` +
    `${number(lost)} whose acknowledgement was lost with the connection, ` +
    `${number(unheard)} given up before the acknowledgement came, ` +
    `${number(needless)} without need`,
    `  lost         ${number(totals.lost)}`,
    `  unaccounted  ${number(totals.unaccounted)}`,
  ].join("\n"));
}

/** The same numbers in [0, 1) for the same seed: a linear congruential generator. */
function numbers(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
