import { assertEquals, assertRejects } from "@std/assert";
import { TokenRefreshError } from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";
import {
  type Answer,
  hang,
  held,
  providerOf,
  setUp,
  status,
  token,
  tokenOf,
} from "./token_endpoint.ts";

const MINUTE = 60_000;

const uselessAnswers: [string, Answer][] = [
  ["503", status(503)],
  ["429", status(429)],
  ["401", status(401, { error: "invalid_client" })],
  ["no token", status(200)],
  ["a network error", () => Promise.reject(new TypeError("connection refused"))],
  ["an unusable token", token("line\nbreak", 3600)],
];

for (const [name, answer] of uselessAnswers) {
  test(`refresh: answered with ${name}, the old token is used while it lives`, async () => {
    const { clock, endpoint, provider } = setUp(token("old", 3600), answer, answer);
    await tokenOf(provider);
    await clock.advance(55 * MINUTE);
    assertEquals(await tokenOf(provider), "old");
    assertEquals(endpoint.requests, 2);
    await clock.advance(5 * MINUTE);
    await assertRejects(() => tokenOf(provider));
    assertEquals(endpoint.requests, 3);
  });
}

test("refresh: an expired token for a living one is no bargain", async () => {
  const { answer, release } = held();
  const { clock, endpoint, provider } = setUp(token("old", 3600), answer);
  await tokenOf(provider);
  await clock.advance(55 * MINUTE);
  const second = tokenOf(provider);
  await endpoint.asked(2);
  await clock.advance(1_000);
  release(token("late", 1));
  assertEquals(await second, "old");
});

test("refresh: hanging, it delays callers for 5 seconds and no longer", async () => {
  const { clock, endpoint, provider } = setUp(token("old", 3600), hang);
  await tokenOf(provider);
  await clock.advance(55 * MINUTE);
  const second = tokenOf(provider);
  await endpoint.asked(2);
  await clock.advance(5_000);
  assertEquals(await second, "old");
  assertEquals(clock.timers, 0);
});

test("refresh: hanging, it never delays callers beyond the request time-out", async () => {
  const { clock, endpoint } = setUp(token("old", 3600), hang);
  const provider = providerOf(endpoint, clock, { requestTimeoutMs: 1_000 });
  await tokenOf(provider);
  await clock.advance(55 * MINUTE);
  const second = tokenOf(provider);
  await endpoint.asked(2);
  await clock.advance(1_000);
  assertEquals(await second, "old");
});

test("refresh: cancelled, it is no failure, so the next caller starts another", async () => {
  const { clock, endpoint, provider } = setUp(token("old", 3600), hang);
  await tokenOf(provider);
  await clock.advance(55 * MINUTE);
  const leaving = new AbortController();
  const second = assertRejects(() => tokenOf(provider, { signal: leaving.signal }));
  await endpoint.asked(2);
  leaving.abort();
  await second;
  assertEquals(await tokenOf(provider), "t3");
});

test("refresh: after a failure near the end, the next waits a second", async () => {
  const { clock, endpoint, provider } = setUp(token("old", 3600), status(503));
  await tokenOf(provider);
  await clock.advance(60 * MINUTE - 2_000);
  assertEquals(await tokenOf(provider), "old");
  await clock.advance(999);
  assertEquals(await tokenOf(provider), "old");
  assertEquals(endpoint.requests, 2);
  await clock.advance(1);
  assertEquals(await tokenOf(provider), "t3");
});

test("refresh: after a failure, the next waits a fifth of the remaining life", async () => {
  const { clock, endpoint, provider } = setUp(token("old", 3600), status(503), status(503));
  await tokenOf(provider);
  await clock.advance(55 * MINUTE);
  for (let i = 0; i < 10; i++) assertEquals(await tokenOf(provider), "old");
  assertEquals(endpoint.requests, 2);
  await clock.advance(MINUTE - 1);
  assertEquals(await tokenOf(provider), "old");
  assertEquals(endpoint.requests, 2);
  await clock.advance(1);
  assertEquals(await tokenOf(provider), "old"); // a second failure
  assertEquals(endpoint.requests, 3);
  await clock.advance(48_000);
  assertEquals(await tokenOf(provider), "t4");
});

test("refresh: waits as long as the endpoint asks, but not beyond the token's life", async () => {
  const busy = status(429, {}, { "retry-after": "120" });
  const endless = status(429, {}, { "retry-after": "86400" });
  const { clock, endpoint, provider } = setUp(token("old", 3600), busy, endless);
  await tokenOf(provider);
  await clock.advance(55 * MINUTE);
  await tokenOf(provider);
  await clock.advance(119_999);
  await tokenOf(provider);
  assertEquals(endpoint.requests, 2);
  await clock.advance(1);
  assertEquals(await tokenOf(provider), "old");
  assertEquals(endpoint.requests, 3);
  await clock.advance(3 * MINUTE);
  assertEquals(await tokenOf(provider), "t4");
});

test("refresh: with no life left to fall back on, it has the full time-out", async () => {
  const { clock, endpoint, provider } = setUp(token("old", 3600), hang);
  await tokenOf(provider);
  await clock.advance(60 * MINUTE - 4_000);
  const second = assertRejects(() => tokenOf(provider), TokenRefreshError, "30000 ms");
  await endpoint.asked(2);
  await clock.advance(29_999);
  assertEquals(clock.timers, 1);
  await clock.advance(1);
  await second;
});
