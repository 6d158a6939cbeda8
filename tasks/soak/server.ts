/**
 * The other side of the soak, in a process of its own: a local Zerobus under random faults, and a
 * few HTTP requests to command it. Prints where it is; runs until it is killed.
 *
 * @module
 */
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { type LocalRequest, startLocalZerobus } from "@zerobus/wrapper/testing";
import { ACKNOWLEDGED, CUT, IN_FLIGHT_MS, type ServerFacts } from "./protocol.ts";

const [seed, rate] = Deno.args.map(Number);
const local = await startLocalZerobus({
  faults: { seed: seed!, rate: rate! },
  maxRowsKept: Number.MAX_SAFE_INTEGER,
});

/** What a landed row's acknowledgement came to. */
function flagsOf({ acknowledged, cutAfterMs = Infinity }: LocalRequest): number {
  if (!acknowledged) return 0;
  return cutAfterMs < IN_FLIGHT_MS ? ACKNOWLEDGED | CUT : ACKNOWLEDGED;
}

/** Every landed row in order of arrival: its number, and what its acknowledgement came to. */
function landed(tableName: string): Int32Array<ArrayBuffer> {
  const table = local.tables.get(tableName);
  const rows = new Int32Array(2 * (table?.rowCount ?? 0));
  let at = 0;
  for (const request of table?.requests() ?? []) {
    const flags = flagsOf(request);
    for (const record of request.records()) {
      const reader = new BinaryReader(record);
      reader.tag();
      rows[at++] = reader.int32();
      rows[at++] = flags;
    }
  }
  return rows;
}

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
  "/landed": (parameters) =>
    Promise.resolve(new Response(landed(parameters.get("table") ?? "").buffer)),
};

const control = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
  const { pathname, searchParams } = new URL(request.url);
  return commands[pathname]?.(searchParams) ?? new Response(null, { status: 404 });
});

const { url, unityCatalogUrl, clientId, clientSecret } = local;
const controlUrl = `http://127.0.0.1:${control.addr.port}`;
const facts: ServerFacts = { url, unityCatalogUrl, clientId, clientSecret, controlUrl };
console.log(JSON.stringify(facts));
