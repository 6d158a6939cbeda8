/**
 * The other side of the soak, in a process of its own: a local Zerobus under random faults, and a
 * few HTTP requests to command it. Prints where it is; runs until it is killed.
 *
 * @module
 */
import { startLocalZerobus } from "@zerobus/wrapper/testing";
import { packLandings, StreamNumbers } from "./landed.ts";
import type { ServerFacts } from "./protocol.ts";

const [seed, rate] = Deno.args.map(Number);
const local = await startLocalZerobus({
  faults: { seed: seed!, rate: rate! },
  maxRowsKept: Number.MAX_SAFE_INTEGER,
});
local.faults.add({ kind: "reject_record", column: "poison", equals: true });
const streams = new StreamNumbers();

const commands: Readonly<Record<string, (parameters: URLSearchParams) => Promise<Response>>> = {
  "/restart": async (parameters) => {
    await local.restart({ downMs: Number(parameters.get("downMs")) });
    return new Response();
  },
  "/calm": () => {
    local.faults.clear();
    return Promise.resolve(new Response());
  },
  "/fired": () => Promise.resolve(Response.json(local.faults.fired)),
  "/landed": (parameters) => {
    const requests = local.tables.get(parameters.get("table") ?? "")?.requests() ?? [];
    return Promise.resolve(new Response(packLandings(requests, streams).buffer));
  },
  "/streams": () => Promise.resolve(Response.json(streams.ids)),
};

const control = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
  const { pathname, searchParams } = new URL(request.url);
  return commands[pathname]?.(searchParams) ?? new Response(null, { status: 404 });
});

const { url, unityCatalogUrl, clientId, clientSecret } = local;
const controlUrl = `http://127.0.0.1:${control.addr.port}`;
const facts: ServerFacts = { url, unityCatalogUrl, clientId, clientSecret, controlUrl };
console.log(JSON.stringify(facts));
