import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type OauthHeadersOptions,
  oauthHeadersProvider,
} from "../../src/auth/oauth_headers_provider.ts";
import { systemClock } from "../../src/core/clock.ts";
import {
  AuthenticationError,
  ConfigurationError,
  TokenRefreshError,
  type ZerobusError,
} from "../../src/core/errors.ts";
import { Secret } from "../../src/core/secret.ts";
import { test } from "../harness/mod.ts";
import {
  type Answer,
  CLIENT_ID,
  CLIENT_SECRET,
  providerOf,
  setUp,
  status,
  TABLE,
  token,
  TokenEndpoint,
  tokenOf,
} from "./token_endpoint.ts";

const OPTIONS: OauthHeadersOptions = {
  endpoint: "https://1234567890.zerobus.us-west-2.cloud.databricks.com",
  unityCatalogUrl: "https://my-workspace.cloud.databricks.com",
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
};

test("headers: the bearer token and the table's name", async () => {
  const { provider } = setUp(token("abc", 3600));
  const { signal } = new AbortController();
  assertEquals(await provider({ tableName: TABLE, signal }), {
    authorization: "Bearer abc",
    "x-databricks-zerobus-table-name": TABLE,
  });
});

test("form: grant, scope, resource and three privileges", async () => {
  const { endpoint, provider } = setUp();
  await tokenOf(provider);
  const { authorization_details, ...form } = Object.fromEntries(endpoint.forms[0]!);
  assertEquals(form, {
    grant_type: "client_credentials",
    scope: "all-apis",
    resource: "api://databricks/workspaces/1234567890/zerobusDirectWriteApi",
  });
  const type = "unity_catalog_privileges";
  assertEquals(JSON.parse(authorization_details!), [
    { type, privileges: ["USE CATALOG"], object_type: "CATALOG", object_full_path: "main" },
    { type, privileges: ["USE SCHEMA"], object_type: "SCHEMA", object_full_path: "main.iot" },
    {
      type,
      privileges: ["SELECT", "MODIFY"],
      object_type: "TABLE",
      object_full_path: "main.iot.readings",
      operations: ["zerobuswrite"],
    },
  ]);
});

const workspaces: [Partial<OauthHeadersOptions>, string][] = [
  [{ endpoint: "987.zerobus.eu-west-1.cloud.databricks.com" }, "987"],
  [{ endpoint: "987.zerobus.northeurope.azuredatabricks.net:443" }, "987"],
  [{ endpoint: new URL("https://987.zerobus.example.com/") }, "987"],
  [{ endpoint: "http://localhost:8080" }, "localhost"],
  [{ endpoint: "http://gateway.example.com", workspaceId: "555" }, "555"],
];
for (const [options, expected] of workspaces) {
  test(`workspace id: ${expected} of ${JSON.stringify(options)}`, async () => {
    const endpoint = new TokenEndpoint();
    await tokenOf(providerOf(endpoint, systemClock, options));
    const resource = `api://databricks/workspaces/${expected}/zerobusDirectWriteApi`;
    assertEquals(endpoint.forms[0]!.get("resource"), resource);
  });
}

for (
  const tableName of [
    "",
    "readings",
    "iot.readings",
    "a.b.c.d",
    "a..c",
    ".b.c",
    "a.b.",
    "a.b.`c`",
    "a.b.c d",
    "a.b.c\n",
    "a.b.ü",
  ]
) {
  test(`table name ${JSON.stringify(tableName)} is refused before anything is sent`, async () => {
    const { endpoint, provider } = setUp();
    const error = await assertRejects(() => tokenOf(provider, { tableName }), ConfigurationError);
    assertEquals(error.details.field, "tableName");
    assertEquals(endpoint.requests, 0);
  });
}

const wrongOptions: [keyof OauthHeadersOptions, unknown][] = [
  ["endpoint", ""],
  ["endpoint", undefined],
  ["endpoint", "ftp://1234567890.zerobus.example.com"],
  ["unityCatalogUrl", undefined],
  ["unityCatalogUrl", "http://my-workspace.example.com"],
  ["unityCatalogUrl", "https://user:dose1a2b3c4d5e6f@my-workspace.example.com"],
  ["clientId", ""],
  ["clientId", undefined],
  ["clientId", "a:b"],
  ["clientId", "a\nb"],
  ["clientSecret", ""],
  ["clientSecret", undefined],
  ["clientSecret", 42],
  ["clientSecret", new Secret("")],
  ["workspaceId", ""],
  ["workspaceId", "../admin"],
  ["requestTimeoutMs", 0],
  ["requestTimeoutMs", Infinity],
  ["requestTimeoutMs", 2 ** 31],
];
for (const [field, value] of wrongOptions) {
  test(`options: ${field} ${JSON.stringify(value)} is a ConfigurationError`, () => {
    const options = { ...OPTIONS, [field]: value };
    const error = assertThrows(() => oauthHeadersProvider(options), ConfigurationError, field);
    assertEquals(error.details.field, field);
    assert(!error.message.includes(CLIENT_SECRET), error.message);
  });
}

test("options: plain http is for loopback, or where it is allowed", () => {
  oauthHeadersProvider({ ...OPTIONS, unityCatalogUrl: "http://localhost:8080" });
  const unityCatalogUrl = "http://my-workspace.example.com";
  oauthHeadersProvider({ ...OPTIONS, unityCatalogUrl, insecure: true });
});

interface Failure {
  readonly name: string;
  readonly answer: Answer;
  readonly error: new (message: string) => ZerobusError;
  readonly retryable: boolean;
  readonly details: object;
  readonly message?: string;
}

const refused = (error: string, code = 400) => status(code, { error });
const failures: Failure[] = [
  ...[500, 502, 503, 504, 429].map((code) => ({
    name: String(code),
    answer: status(code),
    error: TokenRefreshError,
    retryable: true,
    details: { httpStatus: code },
    message: `(${code})`,
  })),
  ...[400, 401, 403, 404, 405, 422].map((code) => ({
    name: String(code),
    answer: status(code),
    error: AuthenticationError,
    retryable: false,
    details: { httpStatus: code },
    message: `(${code})`,
  })),
  {
    name: "an OAuth error",
    answer: status(401, { error: "invalid_client", error_description: "no such client" }),
    error: AuthenticationError,
    retryable: false,
    details: { httpStatus: 401 },
    message: "(401, invalid_client: no such client)",
  },
  {
    name: "an OAuth error that is a novel",
    answer: status(400, { error: "e".repeat(999), error_description: "d\r\n\u0007é".repeat(999) }),
    error: AuthenticationError,
    retryable: false,
    details: { httpStatus: 400 },
    message: `(400, ${"e".repeat(64)}...: ${"d ".repeat(100)}...)`,
  },
  {
    name: "an OAuth error that is no text",
    answer: status(400, { error: { access_token: "x" }, error_description: 7 }),
    error: AuthenticationError,
    retryable: false,
    details: { httpStatus: 400 },
    message: "(400)",
  },
  {
    name: "a redirect",
    answer: () => new Response(null, { status: 302, headers: { location: "https://login" } }),
    error: AuthenticationError,
    retryable: false,
    details: { httpStatus: 302, field: "unityCatalogUrl" },
    message: "redirect",
  },
  ...["", "<html>", "[]", "null", "7", "{}"].map((body) => ({
    name: `200 with the body ${JSON.stringify(body)}`,
    answer: () => new Response(body),
    error: AuthenticationError,
    retryable: false,
    details: { httpStatus: 200, field: "unityCatalogUrl" },
    message: "no access_token",
  })),
  ...["", "a b", "a\nb", "a\u0000", "ключ", 7, null, ["a"]].map((access_token) => ({
    name: `200 with the token ${JSON.stringify(access_token)}`,
    answer: status(200, { access_token, expires_in: 3600 }),
    error: AuthenticationError,
    retryable: false,
    details: { httpStatus: 200, field: "unityCatalogUrl" },
    message: "that is no token",
  })),
  {
    name: "a fetch that fails",
    answer: () => Promise.reject(new TypeError("connection refused")),
    error: TokenRefreshError,
    retryable: true,
    details: {},
    message: "https://my-workspace.cloud.databricks.com/oidc/v1/token",
  },
];
for (const { name, answer, error, retryable, details, message } of failures) {
  test(`answer: ${name} is ${retryable ? "a passing failure" : "final"}`, async () => {
    const { endpoint, provider } = setUp(answer);
    const failure = await assertRejects(() => tokenOf(provider), error, message);
    assertEquals(failure.retryable, retryable);
    assertEquals({ ...failure.details }, { ...details });
    assertEquals(endpoint.requests, 1);
    assertEquals(await tokenOf(provider), "t2"); // nothing of it was kept
  });
}

test("answer: a grant's problem is told by its OAuth code", async () => {
  const { provider } = setUp(refused("invalid_authorization_details"));
  await assertRejects(
    () => tokenOf(provider),
    AuthenticationError,
    "invalid_authorization_details",
  );
});

const date = "Wed, 21 Oct 2026 07:28:00 GMT";
const retryAfters: [HeadersInit, number | undefined][] = [
  [{ "retry-after": "0" }, 0],
  [{ "retry-after": "120" }, 120_000],
  [{ "retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", date }, 30_000],
  [{ "retry-after": "Wed, 21 Oct 2026 07:27:00 GMT", date }, 0],
  [{ "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }, 0],
  [{ "retry-after": "soon" }, undefined],
  [{}, undefined],
];
for (const [headers, expected] of retryAfters) {
  for (const code of [429, 503]) {
    test(`answer: ${code} with ${JSON.stringify(headers)}`, async () => {
      const { provider } = setUp(status(code, {}, headers));
      const error = await assertRejects(() => tokenOf(provider), TokenRefreshError);
      assertEquals(error.details.retryAfterMs, expected);
    });
  }
}
