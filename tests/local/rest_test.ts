/**
 * The local server's REST endpoint, by plain fetch.
 *
 * @module
 */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  type LocalZerobus,
  type LocalZerobusOptions,
  startLocalZerobus,
} from "../../src/local/mod.ts";
import { test } from "../harness/mod.ts";
import { TABLE } from "./client.ts";

const JSON_TYPE = { "content-type": "application/json" };

function insert(local: LocalZerobus, body: string, init: RequestInit = {}, table = TABLE) {
  const authorization = `Bearer ${local.issueToken(table)}`;
  return fetch(`${local.url}/zerobus/v1/tables/${table}/insert`, {
    method: "POST",
    body,
    ...init,
    headers: { ...JSON_TYPE, authorization, ...init.headers },
  });
}

test("REST: rows of an array land together, as they came, and are acknowledged", async () => {
  await using local = await startLocalZerobus();
  const body =
    ' [ {"n":1,"s":"a,]}\\"[{\\\\"} ,\n{ "n": 2, "l": [1, [2]], "o": {"a": [{}]} }\t, {}]\r\n';
  const response = await insert(local, body);
  assertEquals([response.status, await response.json()], [200, {}]);
  const table = local.tables.get(TABLE)!;
  assertEquals([...table.rows()], [
    { n: 1, s: 'a,]}"[{\\' },
    { n: 2, l: [1, [2]], o: { a: [{}] } },
    {},
  ]);
  const texts = [...table.records()].map((record) => new TextDecoder().decode(record));
  assertEquals(texts[1], '{ "n": 2, "l": [1, [2]], "o": {"a": [{}]} }');
  assertEquals([...table.requests()].map(({ acknowledged }) => acknowledged), [true]);
  const { streams, requests, records, acknowledgements } = local.stats;
  assertEquals([streams, requests, records, acknowledgements], [0, 1, 3, 1]);
  assertEquals(await (await insert(local, "[]")).json(), {});
});

interface Refused {
  readonly name: string;
  readonly body?: string;
  readonly init?: RequestInit;
  readonly options?: LocalZerobusOptions;
  readonly table?: string;
  readonly status: number;
  readonly code?: string;
  readonly says: string;
}

const bad = { status: 400, code: "INVALID_PARAMETER_VALUE" };

const REFUSED: readonly Refused[] = [
  { ...bad, name: "no JSON", body: "[{]", says: "no JSON array" },
  { ...bad, name: "an object", body: "{}", says: "no JSON array" },
  {
    ...bad,
    name: "an element that is no object",
    body: "[{},1]",
    says: "record 1: it is no JSON object",
  },
  {
    ...bad,
    name: "a member that is no column",
    body: '[{"id":1},{"id":1,"no":2}]',
    options: { tables: [{ name: TABLE, columns: [{ name: "id", nullable: false }] }] },
    says: "record 1: a member is no column",
  },
  {
    ...bad,
    name: "too large a body",
    body: `[{"a":"${"x".repeat(200)}"}]`,
    options: { maxRequestBytes: 100 },
    says: "the limit is 100 bytes",
  },
  {
    name: "a table that does not exist",
    options: { tables: ["main.iot.others"] },
    status: 404,
    code: "NOT_FOUND",
    says: TABLE,
  },
  { name: "no table's name", table: "readings", status: 404, says: "there is nothing at" },
  { name: "another method", init: { method: "PUT" }, status: 405, says: "use POST" },
  {
    name: "another content type",
    init: { headers: { "content-type": "text/plain" } },
    status: 415,
    says: "application/json",
  },
  {
    name: "no token",
    init: { headers: { authorization: "" } },
    status: 401,
    code: "UNAUTHENTICATED",
    says: "bearer token",
  },
  {
    name: "an unknown token",
    init: { headers: { authorization: "Bearer other" } },
    status: 401,
    code: "UNAUTHENTICATED",
    says: "unknown or has expired",
  },
  {
    name: "a fault with a time to wait and the service's number",
    options: {
      faults: [{
        kind: "error",
        status: "RESOURCE_EXHAUSTED",
        retryAfterMs: 1_500,
        serviceCode: 7,
      }],
    },
    status: 429,
    code: "RESOURCE_EXHAUSTED",
    says: "Error Code: 7, Error State: 0",
  },
];

for (const { name, body = "[{}]", init, options, table, status, code, says } of REFUSED) {
  test(`REST: ${name} is refused with ${status}, and nothing lands`, async () => {
    await using local = await startLocalZerobus(options);
    const response = await insert(local, body, init, table);
    const { error_code, message } = await response.json();
    assertEquals([response.status, error_code], [status, code]);
    assertStringIncludes(message, says);
    assertEquals(response.headers.get("retry-after"), status === 429 ? "2" : null);
    assertEquals(local.stats.records, 0);
  });
}

test("REST: a token for another table is refused with 403", async () => {
  await using local = await startLocalZerobus();
  const authorization = `Bearer ${local.issueToken("main.iot.others")}`;
  const response = await insert(local, "[{}]", { headers: { authorization } });
  assertEquals([response.status, (await response.json()).error_code], [403, "PERMISSION_DENIED"]);
});

for (const kind of ["end", "reset"] as const) {
  test(`REST: ${kind} after an acknowledgement withheld: rows land, and there is no answer`, async () => {
    await using local = await startLocalZerobus({
      faults: [{ kind: "withhold_acknowledgement" }, { kind }],
    });
    await assertRejects(async () => await (await insert(local, '[{"n":1}]')).text());
    assertEquals(await (await insert(local, '[{"n":2}]')).json(), {});
    const requests = [...local.tables.get(TABLE)!.requests()];
    assertEquals(requests.map(({ acknowledged }) => acknowledged), [false, true]);
    assertEquals(local.faults.left, []);
  });
}

test("REST: nonsense in place of an answer keeps nothing", async () => {
  await using local = await startLocalZerobus({
    faults: [{ kind: "wrong_first_message" }, { kind: "missing_stream_id" }],
  });
  for (let turn = 0; turn < 2; turn++) {
    const response = await insert(local, "[{}]");
    assertEquals([response.status, await response.json()], [200, []]);
  }
  assertEquals(local.stats.records, 0);
});

test("REST: closing the server answers what waits with 503", async () => {
  const local = await startLocalZerobus({ faults: [{ kind: "withhold_acknowledgement" }] });
  const pending = insert(local, "[{}]");
  while (local.stats.requests === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const [response] = await Promise.all([pending, local.close()]);
  assertEquals([response.status, (await response.json()).error_code], [503, "UNAVAILABLE"]);
});
