/**
 * Asking for a table's columns.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { fetchTableSchema, type TableSchemaOptions } from "../../src/catalog/fetch_table_schema.ts";
import { ZerobusError } from "../../src/core/errors.ts";
import { Secret } from "../../src/core/secret.ts";
import { test } from "../harness/mod.ts";
import { FakeClock } from "../ingest/fake_clock.ts";

const COLUMNS = { columns: [{ name: "id", type_text: "bigint", position: 0, nullable: false }] };
const OPTIONS: TableSchemaOptions = {
  unityCatalogUrl: "https://w.example",
  tableName: "main.iot.readings",
  clientId: "me",
  clientSecret: "hunter2",
  retry: { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 1 },
};

/** A workspace that answers token requests with tokens, and questions by a script. */
class Workspace {
  readonly requests: Request[] = [];
  readonly bodies: string[] = [];
  readonly script: (() => Response | Promise<Response>)[];

  constructor(...script: (() => Response | Promise<Response>)[]) {
    this.script = script;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    this.requests.push(request);
    this.bodies.push(await request.clone().text());
    if (request.url.endsWith("/oidc/v1/token")) {
      return Response.json({ access_token: "t0ken", expires_in: 60 });
    }
    const next = this.script.shift();
    return await (next === undefined ? Response.json(COLUMNS) : next());
  };
}

function failing(status: number, headers: HeadersInit = {}): () => Response {
  return () => Response.json({}, { status, headers });
}

test("catalog: a token by Basic, then the table by Bearer", async () => {
  const workspace = new Workspace();
  const table = await fetchTableSchema({ ...OPTIONS, fetch: workspace.fetch });
  assertEquals(String(table.schema.fields[0]!.type), "Int64");
  const [token, question] = workspace.requests;
  assertEquals([token!.method, token!.url], ["POST", "https://w.example/oidc/v1/token"]);
  assertEquals(token!.headers.get("authorization"), `Basic ${btoa("me:hunter2")}`);
  assertEquals(workspace.bodies[0], "grant_type=client_credentials&scope=all-apis");
  assertEquals(
    [question!.method, question!.url, question!.headers.get("authorization"), question!.redirect],
    [
      "GET",
      "https://w.example/api/2.1/unity-catalog/tables/main.iot.readings",
      "Bearer t0ken",
      "manual",
    ],
  );
});

test("catalog: a token of one's own is used as it is", async () => {
  const workspace = new Workspace();
  const { clientId: _, clientSecret: __, ...rest } = OPTIONS;
  await fetchTableSchema({ ...rest, token: new Secret("own"), fetch: workspace.fetch });
  const [question] = workspace.requests;
  assertEquals(question!.headers.get("authorization"), "Bearer own");
});

test("catalog: what passes is tried again", async () => {
  const unreachable = () => Promise.reject(new TypeError("connection refused"));
  const workspace = new Workspace(failing(503), unreachable);
  await fetchTableSchema({ ...OPTIONS, fetch: workspace.fetch });
  assertEquals(workspace.requests.length, 6);
});

test("catalog: what does not pass is given up after so many attempts", async () => {
  const workspace = new Workspace(failing(503), failing(503), failing(429), failing(503));
  const asking = fetchTableSchema({ ...OPTIONS, fetch: workspace.fetch });
  const error = await assertRejects(() => asking, ZerobusError);
  assertEquals([error.name, error.details.httpStatus], ["RetryExhaustedError", 429]);
  assertEquals(workspace.requests.length, 6);
});

test("catalog: a delay that the workspace asks for is kept", async () => {
  const clock = new FakeClock();
  const workspace = new Workspace(failing(429, { "retry-after": "9" }));
  const asking = fetchTableSchema({ ...OPTIONS, fetch: workspace.fetch, clock });
  await clock.advance(8_999);
  assertEquals(workspace.requests.length, 2);
  await clock.advance(1);
  await asking;
  assertEquals(workspace.requests.length, 4);
});

test("catalog: what will not change is not tried again", async () => {
  const workspace = new Workspace(failing(403));
  const asking = fetchTableSchema({ ...OPTIONS, fetch: workspace.fetch });
  const error = await assertRejects(() => asking, ZerobusError);
  assertEquals([error.code, workspace.requests.length], ["authentication", 2]);
});

test("catalog: no answer is waited for beyond the time-out", async () => {
  const clock = new FakeClock();
  const workspace = new Workspace(() => new Promise(() => {}));
  const retry = { maxAttempts: 1 };
  const asking = fetchTableSchema({ ...OPTIONS, retry, fetch: workspace.fetch, clock });
  const rejection = assertRejects(() => asking, ZerobusError);
  await clock.advance(30_000);
  const error = await rejection;
  assertMatch(error.message, /did not answer within 30000 ms/);
});

test("catalog: a signal ends the wait with its reason", async () => {
  const abort = new AbortController();
  const workspace = new Workspace(() => {
    queueMicrotask(() => abort.abort(new Error("enough")));
    return new Promise(() => {});
  });
  const asking = fetchTableSchema({ ...OPTIONS, fetch: workspace.fetch, signal: abort.signal });
  await assertRejects(() => asking, Error, "enough");
  const asked = workspace.requests.length;
  await assertRejects(
    () => fetchTableSchema({ ...OPTIONS, fetch: workspace.fetch, signal: abort.signal }),
    Error,
    "enough",
  );
  assertEquals(workspace.requests.length, asked);
});

const REFUSED: readonly [field: string, change: object][] = [
  ["tableName", { tableName: "iot.readings" }],
  ["tableName", { tableName: "main.iot.rea/dings" }],
  ["tableName", { tableName: 7 }],
  ["unityCatalogUrl", { unityCatalogUrl: "http://w.example" }],
  ["clientId", { clientId: undefined }],
  ["clientSecret", { clientSecret: "" }],
  ["token", { token: "t" }],
  ["token", { clientId: undefined, clientSecret: undefined, token: "t t" }],
  ["timeoutMs", { timeoutMs: 0 }],
  ["retry.maxAttempts", { retry: { maxAttempts: 0 } }],
  ["options.table", { table: "main.iot.readings" }],
];

for (const [field, change] of REFUSED) {
  test(`catalog: options that cannot work name ${field}: ${JSON.stringify(change)}`, async () => {
    const workspace = new Workspace();
    const options = { ...OPTIONS, fetch: workspace.fetch, ...change } as TableSchemaOptions;
    const error = await assertRejects(() => fetchTableSchema(options), ZerobusError);
    assertEquals([error.code, error.details.field], ["configuration", field], error.message);
    assert(!error.message.includes("hunter2"));
    assertEquals(workspace.requests.length, 0);
  });
}
