/**
 * Many senders, a server that does everything wrong and restarts, and books that must balance:
 *
 *     deno task soak [--seconds 60] [--seed 7] [--rate 0.02] [--runtime deno|node|bun] [--roads grpc,connect]
 *
 * Afterwards the same without faults. Exits with 1 when a row is lost or unaccounted for, when a row
 * was sent again in spite of its acknowledgement, or when a row fails without a fault.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { eachLine, start } from "./command.ts";
import { ROOT, withTempFolder } from "./project.ts";
import type { ClientOrders, ServerFacts } from "./soak/protocol.ts";
import { bundle } from "./test/bundle.ts";
import { installTools } from "./test/tools.ts";

const { values } = parseArgs({
  args: Deno.args.filter((arg) => arg !== "--"),
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    rate: { type: "string", default: "0.02" },
    runtime: { type: "string", default: "deno" },
    roads: { type: "string", default: "" },
  },
});
const { seconds, seed, rate, runtime, roads } = values;
/** What the client may need beyond its time: for the last rows, and for the books. */
const PATIENCE_MS = 180_000;

console.log(`soak on ${runtime}: ${seconds} s, --seed ${seed}, --rate ${rate}`);
await withTempFolder(async (folder) => {
  const [program, ...args] = await clientCommand(folder);
  const server = startServer();
  try {
    const facts = await server.ready;
    const orders: ClientOrders = {
      server: facts,
      seconds: Number(seconds),
      seed: Number(seed),
      roads,
    };
    const client = start({ program, args: [...args, JSON.stringify(orders)], cwd: ROOT });
    const patience = setTimeout(() => {
      console.log("✗ the client does not come to an end");
      client.kill("SIGKILL");
    }, Number(seconds) * 1000 + PATIENCE_MS);
    const [{ code, signal }] = await Promise.all([
      client.status,
      eachLine(client.stdout, (line) => console.log(line)),
      eachLine(client.stderr, (line) => console.error(line)),
    ]);
    clearTimeout(patience);
    if (code !== 0) {
      console.log(`✗ the client exited with ${signal ?? code}`);
      Deno.exitCode = 1;
    }
  } finally {
    await server.stop();
  }
});

/** The program that runs the client, and the first of its arguments. */
async function clientCommand(folder: string): Promise<[string, ...string[]]> {
  const entry = `tasks/soak/on_${runtime}.ts`;
  if (runtime === "deno") return [Deno.execPath(), "run", "-A", "--no-lock", `${ROOT}/${entry}`];
  if (runtime !== "node" && runtime !== "bun") {
    throw new RangeError(`--runtime wants one of deno, node, bun, got ${runtime}`);
  }
  const tools = await installTools(
    runtime === "bun" ? ["esbuild", "bun"] : ["esbuild"],
    `${folder}/tools`,
  );
  await Deno.symlink(`${ROOT}/node_modules`, `${folder}/node_modules`, { type: "dir" });
  const script = `${folder}/client.mjs`;
  await bundle({ esbuild: tools.esbuild, entry: { path: entry }, into: script, worker: false });
  return [runtime === "bun" ? tools.bun : "node", script];
}

function startServer() {
  const process = start({
    program: Deno.execPath(),
    args: ["run", "-A", "--no-lock", `${ROOT}/tasks/soak/server.ts`, seed, rate],
    cwd: ROOT,
  });
  const ready = Promise.withResolvers<ServerFacts>();
  const output = Promise.all([
    eachLine(process.stdout, (line) => ready.resolve(JSON.parse(line))),
    eachLine(process.stderr, (line) => console.error(`server: ${line}`)),
  ]);
  process.status.then(({ code }) => ready.reject(new Error(`the server exited with ${code}`)));
  const stop = async () => {
    process.kill("SIGKILL");
    await output;
    await process.status;
  };
  return { ready: ready.promise, stop };
}
