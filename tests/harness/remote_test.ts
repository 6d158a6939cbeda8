import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { LocalZerobus, LocalZerobusOptions } from "@zerobus/wrapper/testing";
import type { Library } from "./environment.ts";
import { test } from "./mod.ts";
import { controlServer, remoteEnvironment } from "./remote.ts";
import { decodeValue, encodeValue } from "./value_json.ts";

const VALUES: Readonly<Record<string, unknown>> = {
  "plain": { a: [1, "x", true, null, { b: [] }] },
  "bigints": [0n, -(2n ** 63n)],
  "numbers that JSON lacks": [NaN, Infinity, -Infinity, -0],
  "undefined": { a: undefined, b: [undefined] },
  "bytes": Uint8Array.from({ length: 256 }, (_, byte) => byte),
  "dates": [new Date(0), new Date(NaN)],
  "maps and sets": new Map<unknown, unknown>([[1n, new Set([Uint8Array.of(1)])]]),
  "objects that look like marks": { $kind: "bigint", content: "1" },
};

for (const [title, value] of Object.entries(VALUES)) {
  test(`values survive the way through JSON: ${title}`, () => {
    assertEquals(decodeValue(JSON.parse(JSON.stringify(encodeValue(value)))), value);
  });
}

test("the sign of zero survives", () => {
  assertEquals(Object.is(decodeValue(encodeValue(-0)), -0), true);
});

test("values without a JSON form are refused", () => {
  assertThrows(() => encodeValue(() => {}), TypeError, "function");
  assertThrows(() => encodeValue({ a: new URL("https://a/") }), TypeError, "URL");
});

/** A local server as far as handles are concerned. */
function fakeLocal(log: string[], options: LocalZerobusOptions = {}): Promise<LocalZerobus> {
  if (options.port === 1) return Promise.reject(new Error("port 1 is taken"));
  const table = { rowCount: 2, rows: () => [{ id: 1n }, { id: 2n }].values() };
  return Promise.resolve({
    url: `http://localhost:${options.port}`,
    unityCatalogUrl: "http://localhost:2",
    clientId: "id",
    clientSecret: "secret",
    tables: new Map([["a.b.c", table]]),
    stats: { records: 2 },
    close: () => Promise.resolve(void log.push(`closed ${options.port}`)),
  } as unknown as LocalZerobus);
}

test("a server in another process is started, read and closed", async () => {
  const log: string[] = [];
  const control = controlServer((options) => fakeLocal(log, options));
  const env = remoteEnvironment(
    {
      runtime: "workerd",
      protocols: ["grpc-web"],
      library: {} as Library,
      accelerator: {} as never,
    },
    (body) => control.handle(new Request("http://control/", { method: "POST", body })),
  );
  const local = await env.startLocal({ port: 7 });
  await env.startLocal({ port: 8 });
  assertEquals(
    [local.url, local.unityCatalogUrl, local.clientId, local.clientSecret],
    ["http://localhost:7", "http://localhost:2", "id", "secret"],
  );
  assertEquals(await local.table("a.b.c"), { rowCount: 2, rows: [{ id: 1n }, { id: 2n }] });
  assertEquals(await local.table("nobody"), { rowCount: 0, rows: [] });
  assertEquals((await local.stats()).records, 2);
  await local.close();
  assertEquals(log, ["closed 7"]);
  await assertRejects(() => env.startLocal({ port: 1 }), Error, "port 1 is taken");
  await control.close();
  assertEquals(log.includes("closed 8"), true);
});
