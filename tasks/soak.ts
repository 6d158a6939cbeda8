/**
 * Many senders, a server that does everything wrong and restarts, and books that must balance:
 *
 *     deno task soak --seconds 600 --seed 7
 *
 * Afterwards the same without faults. Exits with 1 when a row is lost or unaccounted for, when a row
 * was sent again in spite of its acknowledgement, or when a row fails without a fault.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { eachLine, start } from "./command.ts";
import { ROOT } from "./project.ts";
import { Books, type Totals } from "./soak/books.ts";
import type { ServerFacts } from "./soak/protocol.ts";
import { send } from "./soak/senders.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    rate: { type: "string", default: "0.02" },
  },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed);
/** Share of the time that is spent without faults, at the end. */
const CALM_SHARE = 0.2;
const LONGEST_UP_MS = 6_000;
const LONGEST_DOWN_MS = 300;

console.log(`soak: ${seconds} s, --seed ${seed}, --rate ${values.rate}`);
const random = numbers(seed);
const process = start({
  program: Deno.execPath(),
  args: ["run", "-A", "--no-lock", `${ROOT}/tasks/soak/server.ts`, String(seed), values.rate],
  cwd: ROOT,
});
const ready = Promise.withResolvers<ServerFacts>();
const output = Promise.all([
  eachLine(process.stdout, (line) => ready.resolve(JSON.parse(line))),
  eachLine(process.stderr, (line) => console.error(`server: ${line}`)),
]);
process.status.then(({ code }) => ready.reject(new Error(`the server exited with ${code}`)));
let peakBytes = 0;
const meter = setInterval(
  () => peakBytes = Math.max(peakBytes, Deno.memoryUsage().rss),
  250,
);
try {
  const server = await ready.promise;
  const troubled = await run(server, "troubled", seconds * 1000 * (1 - CALM_SHARE), true);
  const fired: Record<string, number> = await (await ask(server, "/fired")).json();
  await ask(server, "/calm");
  const calm = await run(server, "calm", seconds * 1000 * CALM_SHARE, false);
  print("under faults", troubled);
  console.log(
    `  faults       ${Object.entries(fired).map(([kind, n]) => `${kind} ${n}`).join(", ")}`,
  );
  print("without faults", calm);
  const rate = calm.acknowledged / calm.sent;
  console.log(`  success rate ${(100 * rate).toFixed(4)} %`);
  console.log(`\npeak memory  ${(peakBytes / 2 ** 20).toFixed(0)} MiB`);
  if (!isSound(troubled) || !isSound(calm) || rate < 0.99999) Deno.exitCode = 1;
} finally {
  clearInterval(meter);
  process.kill("SIGKILL");
  await output;
  await process.status;
}

/** One phase, with a table of its own. */
async function run(
  server: ServerFacts,
  name: string,
  ms: number,
  restarts: boolean,
): Promise<Totals> {
  const books = new Books();
  const tableName = `soak.${name}.rows`;
  const enough = new AbortController();
  const timer = setTimeout(() => enough.abort(), ms);
  const reasons = new Map<string, number>();
  const sending = send({
    server,
    tableName,
    books,
    random,
    enough: enough.signal,
    onFailure: (rowCount, reason) => {
      const kind = reason.replaceAll(/\d+/g, "…");
      reasons.set(kind, (reasons.get(kind) ?? 0) + rowCount);
    },
  });
  if (restarts) await Promise.all([sending, restartNowAndThen(server, enough.signal)]);
  await sending;
  clearTimeout(timer);
  for (const [reason, rowCount] of reasons) console.log(`  ${rowCount} rows failed: ${reason}`);
  const landed = await ask(server, `/landed?table=${tableName}`);
  return books.close(new Int32Array(await landed.arrayBuffer()));
}

async function restartNowAndThen(server: ServerFacts, enough: AbortSignal): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, random() * LONGEST_UP_MS));
    if (enough.aborted) return;
    await ask(server, `/restart?downMs=${Math.floor(random() * LONGEST_DOWN_MS)}`);
  }
}

async function ask({ controlUrl }: ServerFacts, path: string): Promise<Response> {
  const response = await fetch(controlUrl + path);
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response;
}

/** Nothing lost, nothing unaccounted for, and nothing sent again without need. */
function isSound({ lost, unaccounted, duplicates, withheld, cut }: Totals): boolean {
  return lost === 0 && unaccounted === 0 && duplicates === withheld + cut;
}

function print(title: string, totals: Totals): void {
  const { sent, acknowledged, failed, handedBack, duplicates, withheld, cut } = totals;
  const number = (value: number) => value.toLocaleString("en");
  console.log([
    `\n${title}`,
    `  sent         ${number(sent)}`,
    `  acknowledged ${number(acknowledged)}`,
    `  failed       ${number(failed)}, ${number(handedBack)} of them handed back`,
    `  duplicates   ${number(duplicates)}: ${number(withheld)} not acknowledged before, ` +
    `${number(cut)} whose acknowledgement was on its way when the connection broke, ` +
    `${number(duplicates - withheld - cut)} others`,
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
