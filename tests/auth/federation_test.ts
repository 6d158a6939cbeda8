/**
 * Tokens in exchange for those of another identity provider.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import {
  type OauthHeadersOptions,
  oauthHeadersProvider,
} from "../../src/auth/oauth_headers_provider.ts";
import { ConfigurationError, TokenRefreshError, ZerobusError } from "../../src/core/errors.ts";
import { Secret } from "../../src/core/secret.ts";
import { FakeClock } from "../ingest/fake_clock.ts";
import { test } from "../harness/mod.ts";
import { CLIENT_ID, providerOf, status, token, TokenEndpoint, tokenOf } from "./token_endpoint.ts";

const SUBJECT = "eyJhbGciOi.c3ViamVjdA.c2ln";

function setUp(subjectToken: OauthHeadersOptions["subjectToken"], clientId?: string) {
  const endpoint = new TokenEndpoint();
  const clock = new FakeClock();
  const options = { clientId, clientSecret: undefined, subjectToken };
  return { endpoint, clock, provider: providerOf(endpoint, clock, options) };
}

for (
  const [title, subjectToken] of [
    ["text", () => SUBJECT],
    ["a secret", () => new Secret(SUBJECT)],
    ["a promise", () => Promise.resolve(SUBJECT)],
  ] as const
) {
  test(`federation: a subject token that is ${title} is exchanged`, async () => {
    const { endpoint, provider } = setUp(subjectToken);
    assertEquals(await tokenOf(provider), "t1");
    const [form] = endpoint.forms;
    assertEquals(form!.get("grant_type"), "urn:ietf:params:oauth:grant-type:token-exchange");
    assertEquals(form!.get("subject_token"), SUBJECT);
    assertEquals(form!.get("subject_token_type"), "urn:ietf:params:oauth:token-type:jwt");
    assertEquals(form!.get("client_id"), null);
    assertEquals(form!.get("scope"), "all-apis");
    assertMatch(form!.get("authorization_details")!, /zerobuswrite/);
  });
}

test("federation: a service principal is named, and proves nothing itself", async () => {
  const requests: Request[] = [];
  const provider = oauthHeadersProvider({
    endpoint: "https://1234567890.zerobus.us-west-2.cloud.databricks.com",
    unityCatalogUrl: "https://my-workspace.cloud.databricks.com",
    clientId: CLIENT_ID,
    subjectToken: () => SUBJECT,
    fetch: (input, init) => {
      requests.push(new Request(input, init));
      return Promise.resolve(Response.json({ access_token: "t1", expires_in: 60 }));
    },
  });
  await tokenOf(provider);
  assertEquals(requests[0]!.headers.get("authorization"), null);
  const form = new URLSearchParams(await requests[0]!.text());
  assertEquals(form.get("client_id"), CLIENT_ID);
});

test("federation: every exchange asks for a subject token of its own", async () => {
  let asked = 0;
  const { endpoint, clock, provider } = setUp(() => `subject-${++asked}`);
  endpoint.script.push(token("first", 3600));
  assertEquals(await tokenOf(provider), "first");
  assertEquals(await tokenOf(provider), "first");
  assertEquals(asked, 1);
  await clock.advance(3_600_000);
  await tokenOf(provider);
  assertEquals(endpoint.forms.map((form) => form.get("subject_token")), ["subject-1", "subject-2"]);
});

test("federation: without a subject token there is none, for now", async () => {
  const { endpoint, provider } = setUp(() => Promise.reject(new Error("metadata is not there")));
  const error = await assertRejects(() => tokenOf(provider), TokenRefreshError);
  assertEquals([error.retryable, String(error.cause)], [true, "Error: metadata is not there"]);
  assertEquals(endpoint.requests, 0);
});

for (const nonsense of [undefined, "", "two words", 7, new Secret("line\nbreak")]) {
  test(`federation: ${String(nonsense)} is no subject token`, async () => {
    const { endpoint, provider } = setUp((() => nonsense) as never);
    const error = await assertRejects(() => tokenOf(provider), ZerobusError);
    assertEquals([error.code, error.details.field], ["authentication", "subjectToken"]);
    assertEquals(endpoint.requests, 0);
  });
}

test("federation: a subject token that does not come is given up", async () => {
  const { clock, endpoint, provider } = setUp(() => new Promise(() => {}));
  const rejection = assertRejects(() => tokenOf(provider), TokenRefreshError);
  await clock.advance(30_000);
  assertMatch((await rejection).message, /did not answer within 30000 ms/);
  assertEquals([endpoint.requests, clock.timers], [0, 0]);
});

test("federation: a refusal that repeats the subject token does not get it printed", async () => {
  const { endpoint, provider } = setUp(() => SUBJECT, CLIENT_ID);
  endpoint.script.push(
    status(401, { error: "invalid_grant", error_description: `bad ${SUBJECT}` }),
  );
  const error = await assertRejects(() => tokenOf(provider), ZerobusError);
  assertEquals(error.code, "authentication");
  assertMatch(error.message, /invalid_grant: bad \[redacted\]/);
  assert(!error.message.includes(SUBJECT.slice(0, 6)));
});

for (
  const [field, change] of [
    ["subjectToken", { subjectToken: SUBJECT }],
    ["subjectToken", { subjectToken: () => SUBJECT, clientSecret: "x" }],
    ["clientId", { subjectToken: () => SUBJECT, clientId: "a:b" }],
  ] as const
) {
  test(`federation: options that cannot work name ${field}: ${Object.keys(change)}`, () => {
    const endpoint = new TokenEndpoint();
    const options = { clientId: undefined, clientSecret: undefined, ...change } as never;
    const error = assertThrows(
      () => providerOf(endpoint, new FakeClock(), options),
      ConfigurationError,
    );
    assertEquals(error.details.field, field);
    assert(!error.message.includes(SUBJECT.slice(0, 6)));
  });
}
