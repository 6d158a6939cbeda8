import { inspect } from "node:util";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Secret } from "../../src/core/secret.ts";
import { test } from "../harness/mod.ts";
import {
  type Answer,
  CLIENT_ID,
  CLIENT_SECRET,
  providerOf,
  status,
  token,
  TokenEndpoint,
  tokenOf,
} from "./token_endpoint.ts";
import { FakeClock } from "../ingest/fake_clock.ts";

const BASIC = btoa(`${CLIENT_ID}:${CLIENT_SECRET}`);
const TOKEN = "eyJhbGciOi.dG9rZW4.c2ln";

/** Everything that a program could print of a value. */
function printed(value: unknown): string {
  const parts = [
    String(value),
    JSON.stringify(value),
    inspect(value, { depth: Infinity, showHidden: true }),
  ];
  if (value instanceof Error) parts.push(value.message, value.stack ?? "", printed(value.cause));
  return parts.join("\n");
}

function assertDiscreet(value: unknown): void {
  const text = printed(value);
  for (const secret of [CLIENT_SECRET, BASIC, TOKEN]) {
    const beginning = secret.slice(0, 6); // no part of it, either
    assert(!text.includes(beginning), `${beginning} in ${text}`);
  }
}

const echoes: [string, Answer][] = [
  ["refusal", status(401, { error: "invalid_client", error_description: `bad ${CLIENT_SECRET}!` })],
  ["code", status(401, { error: CLIENT_SECRET })],
  ["header", status(400, { error_description: `Authorization: Basic ${BASIC}` })],
  ["percent-encoded header", status(400, { error: `Basic ${encodeURIComponent(BASIC)}` })],
  [
    "text cut in the middle of the secret",
    status(400, {
      error: `${"x".repeat(56)}${CLIENT_SECRET}`,
      error_description: `${"x".repeat(190)}${CLIENT_SECRET}`,
    }),
  ],
  ["500", status(500, { error: "internal", error_description: CLIENT_SECRET })],
  ["page", () => new Response(`<p>${CLIENT_SECRET} ${TOKEN}</p>`)],
  ["unusable token", token(`${TOKEN}\n`, 3600)],
  ["expired token", token(TOKEN, 1e-9)],
];
for (const [name, answer] of echoes) {
  test(`secrecy: a ${name} that repeats credentials does not get them printed`, async () => {
    const endpoint = new TokenEndpoint();
    const clock = new FakeClock();
    endpoint.script.push(async (signal) => {
      await clock.advance(1);
      return answer(signal);
    });
    assertDiscreet(await assertRejects(() => tokenOf(providerOf(endpoint, clock))));
  });
}

test("secrecy: what is said besides the credentials stays readable", async () => {
  const endpoint = new TokenEndpoint();
  const said = { error: "invalid_client", error_description: `secret ${CLIENT_SECRET} is wrong` };
  endpoint.script.push(status(401, said));
  const error = await assertRejects(() => tokenOf(providerOf(endpoint, new FakeClock())), Error);
  assert(error.message.includes("invalid_client: secret [redacted] is wrong"), error.message);
});

test("secrecy: secrets whose other spellings are repeated", async () => {
  const clientSecret = "pässword +/&=";
  for (
    const spell of [
      encodeURIComponent,
      (text: string) => `${new URLSearchParams({ text })}`.slice(5),
    ]
  ) {
    const endpoint = new TokenEndpoint();
    endpoint.script.push(
      status(401, { error_description: `client_secret=${spell(clientSecret)}` }),
    );
    const provider = providerOf(endpoint, new FakeClock(), { clientSecret });
    const error = await assertRejects(() => tokenOf(provider), Error);
    assert(!error.message.includes("ssword"), error.message);
  }
});

test("secrecy: a provider shows neither its secret nor its tokens", async () => {
  const endpoint = new TokenEndpoint();
  endpoint.script.push(token(TOKEN, 3600));
  const provider = providerOf(endpoint, new FakeClock(), {
    clientSecret: new Secret(CLIENT_SECRET),
  });
  assertEquals(await tokenOf(provider), TOKEN);
  assertDiscreet(provider);
});
