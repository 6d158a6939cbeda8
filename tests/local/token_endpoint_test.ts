import { assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { type LocalZerobus, startLocalZerobus } from "../../src/local/mod.ts";
import { test } from "../harness/mod.ts";
import { authorization, createStream, openStream, statusOf, TABLE } from "./client.ts";
import { READING } from "./reading.ts";

/** What a well-behaved client sends. */
function goodForm(): Record<string, string> {
  return {
    grant_type: "client_credentials",
    scope: "all-apis",
    resource: "api://databricks/workspaces/127/zerobusDirectWriteApi",
    authorization_details: JSON.stringify(goodDetails()),
  };
}

function goodDetails(): Record<string, unknown>[] {
  const entry = (privileges: string[], object_type: string, object_full_path: string) => ({
    type: "unity_catalog_privileges",
    privileges,
    object_type,
    object_full_path,
  });
  return [
    entry(["USE CATALOG"], "CATALOG", "main"),
    entry(["USE SCHEMA"], "SCHEMA", "main.iot"),
    entry(["SELECT", "MODIFY"], "TABLE", "main.iot.readings"),
  ];
}

async function request(
  local: LocalZerobus,
  { method = "POST", credentials = `${local.clientId}:${local.clientSecret}`, body, headers }: {
    readonly method?: string;
    readonly credentials?: string;
    readonly body?: BodyInit;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<{ response: Response; json: Record<string, unknown> }> {
  const response = await fetch(`${local.unityCatalogUrl}/oidc/v1/token`, {
    method,
    headers: { authorization: `Basic ${btoa(credentials)}`, ...headers },
    ...(method === "GET" ? {} : { body: body ?? new URLSearchParams(goodForm()) }),
  });
  return { response, json: await response.json() };
}

test("token endpoint: a token that opens a stream to its table", async () => {
  await using local = await startLocalZerobus({ auth: { tokenLifetimeMs: 1_799_900 } });
  const { response, json } = await request(local);
  assertEquals(response.status, 200);
  assertStringIncludes(response.headers.get("content-type")!, "application/json");
  const { access_token: token, ...rest } = json;
  assertEquals(rest, { token_type: "Bearer", expires_in: 1799, scope: "all-apis" });
  assertMatch(String(token), /^\S+$/);
  assertEquals(local.stats.tokensIssued, 1);

  const stream = openStream(local, { headers: authorization(String(token), TABLE) });
  stream.send(createStream(READING));
  assertEquals((await stream.receive()).case, "createStreamResponse");
  stream.end();
  assertEquals(statusOf(await stream.outcome()), "OK");
});

test("token endpoint: each request gets a token of its own", async () => {
  await using local = await startLocalZerobus();
  const [first, second] = [await request(local), await request(local)];
  assertNotEquals(first.json.access_token, second.json.access_token);
});

test("token endpoint: configured credentials, also with characters beyond ASCII", async () => {
  await using local = await startLocalZerobus({ auth: { clientId: "me", clientSecret: "p:ß" } });
  const utf8 = String.fromCharCode(...new TextEncoder().encode("me:p:ß"));
  assertEquals((await request(local, { credentials: utf8 })).response.status, 200);
});

test("token endpoint: the operations entry of newer clients", async () => {
  await using local = await startLocalZerobus();
  const details = goodDetails();
  details[2]!.operations = ["zerobuswrite"];
  const form = { ...goodForm(), authorization_details: JSON.stringify(details) };
  const { response } = await request(local, { body: new URLSearchParams(form) });
  assertEquals(response.status, 200);
});

for (const credentials of ["local-client:wrong", "somebody:local-secret", "local-client", ""]) {
  test(`token endpoint: client "${credentials}" gets 401`, async () => {
    await using local = await startLocalZerobus();
    const { response, json } = await request(local, { credentials });
    assertEquals(response.status, 401);
    assertStringIncludes(response.headers.get("www-authenticate")!, "Basic");
    assertEquals(json.error, "invalid_client");
    assertEquals(typeof json.error_description, "string");
    assertEquals(local.stats.tokensIssued, 0);
  });
}

test("token endpoint: GET gets 405", async () => {
  await using local = await startLocalZerobus();
  const { response } = await request(local, { method: "GET" });
  assertEquals([response.status, response.headers.get("allow")], [405, "POST"]);
});

test("token endpoint: a body without end gets 413", async () => {
  await using local = await startLocalZerobus();
  const { response } = await request(local, {
    body: "x".repeat(200_000),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  assertEquals(response.status, 413);
});

/** Changes to the form, and the error that each must cause. */
const REFUSED: Record<string, [change: Record<string, string>, error: string]> = {
  "another grant": [{ grant_type: "password" }, "unsupported_grant_type"],
  "another scope": [{ scope: "sql" }, "invalid_scope"],
  "no workspace id": [
    { resource: "api://databricks/workspaces//zerobusDirectWriteApi" },
    "invalid_target",
  ],
  "another resource": [{ resource: "api://databricks/workspaces/127/sql" }, "invalid_target"],
  "details that are no JSON": [{ authorization_details: "[" }, "invalid_authorization_details"],
  "details that are no array": [{ authorization_details: "{}" }, "invalid_authorization_details"],
  "details that are null": [
    { authorization_details: "[null,null,null]" },
    "invalid_authorization_details",
  ],
};

/** Changes to the authorization details, all of which make them invalid. */
const BAD_DETAILS: Record<string, (details: Record<string, unknown>[]) => void> = {
  "an entry missing": (details) => details.pop(),
  "an entry twice": (details) => details[0] = details[1]!,
  "another catalog": (details) => details[0]!.object_full_path = "other",
  "another schema": (details) => details[1]!.object_full_path = "main.other",
  "a table of two parts": (details) => details[2]!.object_full_path = "main.readings",
  "a privilege missing": (details) => details[2]!.privileges = ["MODIFY"],
  "all privileges": (details) => details[2]!.privileges = ["ALL PRIVILEGES"],
  "another type": (details) => details[1]!.type = "privileges",
  "another operation": (details) => details[2]!.operations = ["read"],
};
for (const [name, change] of Object.entries(BAD_DETAILS)) {
  const details = goodDetails();
  change(details);
  const form = { authorization_details: JSON.stringify(details) };
  REFUSED[name] = [form, "invalid_authorization_details"];
}

for (const [name, [change, error]] of Object.entries(REFUSED)) {
  test(`token endpoint: ${name} gets 400`, async () => {
    await using local = await startLocalZerobus();
    const body = new URLSearchParams({ ...goodForm(), ...change });
    const { response, json } = await request(local, { body });
    assertEquals([response.status, json.error], [400, error]);
    assertEquals(typeof json.error_description, "string");
  });
}

test("token endpoint: a body that is no form gets 400", async () => {
  await using local = await startLocalZerobus();
  const { response, json } = await request(local, { body: JSON.stringify(goodForm()) });
  assertEquals([response.status, json.error], [400, "invalid_request"]);
});
