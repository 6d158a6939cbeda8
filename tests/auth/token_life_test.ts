import { assertEquals, assertFalse, assertRejects } from "@std/assert";
import { AuthenticationError, TokenRefreshError } from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";
import { hang, held, setUp, status, token, tokenOf } from "./token_endpoint.ts";

const MINUTE = 60_000;

test("token: fetched once while it lives", async () => {
  const { endpoint, provider } = setUp();
  assertEquals([await tokenOf(provider), await tokenOf(provider)], ["t1", "t1"]);
  assertEquals(endpoint.requests, 1);
});

test("token: one for each table", async () => {
  const { endpoint, provider } = setUp();
  assertEquals(await tokenOf(provider, { tableName: "a.b.one" }), "t1");
  assertEquals(await tokenOf(provider, { tableName: "a.b.two" }), "t2");
  assertEquals(await tokenOf(provider, { tableName: "a.b.one" }), "t1");
  assertEquals(endpoint.requests, 2);
});

for (const expiresIn of [3600, "3600", 3600.5]) {
  test(`token: expires_in ${JSON.stringify(expiresIn)} is a life to cache it for`, async () => {
    const { endpoint, provider } = setUp(token("first", expiresIn));
    assertEquals([await tokenOf(provider), await tokenOf(provider)], ["first", "first"]);
    assertEquals(endpoint.requests, 1);
  });
}

for (const expiresIn of [undefined, null, 0, -1, "0", "-5", "", "soon", "1e3", true, {}]) {
  test(`token: with expires_in ${JSON.stringify(expiresIn)} it is used once`, async () => {
    const { provider } = setUp(token("first", expiresIn));
    assertEquals([await tokenOf(provider), await tokenOf(provider)], ["first", "t2"]);
  });
}

const lives = [
  { name: "an hour: 5 minutes before its end", seconds: 3600, refreshAfter: 55 * MINUTE },
  { name: "10 minutes: 5 minutes before its end", seconds: 600, refreshAfter: 5 * MINUTE },
  { name: "4 minutes: after half of them", seconds: 240, refreshAfter: 2 * MINUTE },
  { name: "a second: after half of it", seconds: 1, refreshAfter: 500 },
];

for (const { name, seconds, refreshAfter } of lives) {
  test(`token: replaced early, for a life of ${name}`, async () => {
    const { clock, endpoint, provider } = setUp(token("old", seconds), token("new", 3600));
    assertEquals(await tokenOf(provider), "old");
    await clock.advance(refreshAfter - 1);
    assertEquals(await tokenOf(provider), "old");
    await clock.advance(1);
    assertEquals([await tokenOf(provider), await tokenOf(provider)], ["new", "new"]);
    assertEquals(endpoint.requests, 2);
  });
}

test("token: its life counts from the request, not from the answer", async () => {
  const { answer, release } = held();
  const { clock, endpoint, provider } = setUp(answer);
  const first = tokenOf(provider);
  await endpoint.asked(1);
  await clock.advance(20_000);
  release(token("slow", 60));
  assertEquals(await first, "slow");
  await clock.advance(9_999);
  assertEquals(await tokenOf(provider), "slow");
  await clock.advance(1);
  assertEquals(await tokenOf(provider), "t2");
});

test("token: expired on arrival is a passing failure, and not kept", async () => {
  const { answer, release } = held();
  const { clock, endpoint, provider } = setUp(answer);
  const first = tokenOf(provider);
  await endpoint.asked(1);
  await clock.advance(20_000);
  release(token("late", 20));
  const error = await assertRejects(() => first, TokenRefreshError, "expired");
  assertEquals(error.retryable, true);
  assertEquals(await tokenOf(provider), "t2");
});

test("token: concurrent callers share one request", async () => {
  const { endpoint, provider } = setUp();
  const tokens = await Promise.all(Array.from({ length: 20 }, () => tokenOf(provider)));
  assertEquals(new Set(tokens), new Set(["t1"]));
  assertEquals(endpoint.requests, 1);
});

test("token: concurrent callers share a failure, the next one asks again", async () => {
  const { endpoint, provider } = setUp(status(503));
  const outcomes = await Promise.allSettled([tokenOf(provider), tokenOf(provider)]);
  assertEquals(outcomes.map((outcome) => outcome.status), ["rejected", "rejected"]);
  assertEquals(endpoint.requests, 1);
  assertEquals(await tokenOf(provider), "t2");
});

test("token: a caller that retries at once gets a request of its own", async () => {
  const { endpoint, provider } = setUp(status(503));
  const retrying = () => tokenOf(provider).catch(() => tokenOf(provider));
  assertEquals(await Promise.all([retrying(), retrying()]), ["t2", "t2"]);
  assertEquals(endpoint.requests, 2);
});

test("token: no answer within the time-out is a passing failure", async () => {
  const { clock, endpoint, provider } = setUp(hang);
  const first = assertRejects(() => tokenOf(provider), TokenRefreshError, "within 30000 ms");
  await endpoint.asked(1);
  await clock.advance(30_000);
  const error = await first;
  assertEquals(error.retryable, true);
  assertEquals(error.details.limit, 30_000);
  assertEquals(clock.timers, 0);
});

test("refused: the token is not used again, and its place is taken by a new one", async () => {
  const { endpoint, provider } = setUp();
  await tokenOf(provider);
  const rejected = new Headers({ authorization: "Bearer t1" });
  assertEquals(await tokenOf(provider, { rejected }), "t2");
  assertEquals(await tokenOf(provider, { rejected }), "t2"); // a straggler with the same complaint
  assertEquals(await tokenOf(provider), "t2");
  assertEquals(endpoint.requests, 2);
});

test("refused: concerns one table", async () => {
  const { provider } = setUp();
  await tokenOf(provider, { tableName: "a.b.one" });
  await tokenOf(provider, { tableName: "a.b.two" });
  const rejected = new Headers({ authorization: "Bearer t1" });
  assertEquals(await tokenOf(provider, { tableName: "a.b.one", rejected }), "t3");
  assertEquals(await tokenOf(provider, { tableName: "a.b.two" }), "t2");
});

test("refused: headers without authorization concern no token", async () => {
  const { provider } = setUp();
  await tokenOf(provider);
  assertEquals(await tokenOf(provider, { rejected: new Headers({ other: "x" }) }), "t1");
});

test("refused: never a fallback for a failing request, not even one under way", async () => {
  const { answer, release } = held();
  const { clock, endpoint, provider } = setUp(token("old", 3600), answer);
  await tokenOf(provider);
  await clock.advance(55 * MINUTE);
  const refresh = assertRejects(() => tokenOf(provider), AuthenticationError);
  await endpoint.asked(2);
  const rejected = new Headers({ authorization: "Bearer old" });
  const second = assertRejects(() => tokenOf(provider, { rejected }), AuthenticationError);
  release(status(403));
  await Promise.all([refresh, second]);
});

test("caller's signal: already aborted, nothing is asked", async () => {
  const { endpoint, provider } = setUp();
  const reason = new Error("enough");
  const error = await assertRejects(() => tokenOf(provider, { signal: AbortSignal.abort(reason) }));
  assertEquals(error, reason);
  assertEquals(endpoint.requests, 0);
});

test("caller's signal: ends its own wait and nobody else's", async () => {
  const { answer, release } = held();
  const { endpoint, provider } = setUp(answer);
  const leaving = new AbortController();
  const first = assertRejects(() => tokenOf(provider, { signal: leaving.signal }), Error, "enough");
  const second = tokenOf(provider);
  await endpoint.asked(1);
  leaving.abort(new Error("enough"));
  await first;
  release(token("shared", 3600));
  assertEquals(await second, "shared");
  assertEquals(endpoint.requests, 1);
});

test("caller's signal: the last one to leave cancels the request", async () => {
  let cancelled: AbortSignal | undefined;
  const { clock, endpoint, provider } = setUp((signal) => hang(cancelled = signal));
  const leaving = [new AbortController(), new AbortController()];
  const waits = leaving.map(({ signal }) => assertRejects(() => tokenOf(provider, { signal })));
  await endpoint.asked(1);
  leaving[0]!.abort();
  await waits[0];
  assertFalse(cancelled!.aborted);
  leaving[1]!.abort();
  await waits[1];
  assertEquals(cancelled!.aborted, true);
  assertEquals(clock.timers, 0);
  assertEquals(await tokenOf(provider), "t2");
});

test("caller's signal: who comes as the last one leaves does not join a cancelled request", async () => {
  const { endpoint, provider } = setUp(hang);
  const leaving = new AbortController();
  const first = tokenOf(provider, { signal: leaving.signal }).catch(() => tokenOf(provider));
  await endpoint.asked(1);
  leaving.abort();
  assertEquals(await first, "t2");
});

test("caller's signal: a fetch that does not listen to it holds nobody up", async () => {
  const { clock, endpoint, provider } = setUp(() => new Promise<never>(() => {}));
  const leaving = new AbortController();
  const first = assertRejects(() => tokenOf(provider, { signal: leaving.signal }), Error, "enough");
  await endpoint.asked(1);
  leaving.abort(new Error("enough"));
  await first;
  assertEquals(clock.timers, 0);
});
