import { assertEquals, assertFalse, assertInstanceOf } from "@std/assert";
import {
  AuthenticationError,
  ConfigurationError,
  RetryExhaustedError,
  TokenRefreshError,
} from "../../src/core/errors.ts";
import type { HeadersRequest } from "../../src/core/headers_provider.ts";
import { test } from "../harness/mod.ts";
import { settle } from "./fake_clock.ts";
import { received, stage, strike, unacknowledged, unauthenticated, unavailable } from "./stage.ts";

/** The credentials that the provider was told were refused, per question. */
function rejections(asked: readonly HeadersRequest[]): (string | null | undefined)[] {
  return asked.map(({ rejected }) => rejected?.get("authorization"));
}

test("credentials refused while opening are replaced once, at once", async () => {
  const set = stage({ retry: { maxAttempts: 1 } });
  set.transport.answers.push(unauthenticated());
  await set.ingest(0);
  assertEquals(set.stream.state, "open", "no time passed, no retry was spent");
  assertEquals(rejections(set.asked), [undefined, "token-1"]);
  assertEquals(set.transport.opened.map(({ headers }) => headers.get("authorization")), [
    "token-1",
    "token-2",
  ]);
  assertEquals(set.stream.attempts, 2);
  await strike(set);
});

test("credentials refused on the stream are replaced once", async () => {
  const set = stage();
  await set.ingest(0, 1);
  set.transport.latest.acknowledge(0);
  set.transport.latest.fail(unauthenticated());
  await settle();
  assertEquals(rejections(set.asked), [undefined, "token-1"]);
  assertEquals(received(set.transport.latest), [1]);
  await strike(set);
});

const SECOND_TIMES = ["while opening", "on the stream"] as const;
for (const first of SECOND_TIMES) {
  for (const second of SECOND_TIMES) {
    test(`credentials refused ${first} and then ${second} are final`, async () => {
      const set = stage();
      const refusal = unauthenticated();
      const refuse = async (when: typeof first) => {
        if (when === "on the stream") set.transport.latest.fail(refusal);
        await settle();
      };
      for (const when of [first, second]) {
        set.transport.answers.push(when === "while opening" ? refusal : "accept");
      }
      await set.ingest(0);
      await refuse(first);
      await refuse(second);
      assertEquals([set.stream.failure, set.asked.length], [refusal, 2]);
      assertEquals(unacknowledged(set.stream), [0]);
      await strike(set);
    });
  }
}

test("credentials may be refused again after durable progress", async () => {
  const set = stage();
  for (let n = 0; n < 3; n++) {
    await set.ingest(n);
    set.transport.latest.fail(unauthenticated());
    await settle();
    set.transport.latest.acknowledgeAll();
    await settle();
  }
  assertEquals([set.stream.state, unacknowledged(set.stream)], ["open", []]);
  assertEquals(rejections(set.asked), [undefined, "token-1", "token-2", "token-3"]);
  await strike(set);
});

test("credentials refused while idle are replaced when they are needed", async () => {
  const set = stage();
  await set.ingest(0);
  set.transport.latest.acknowledge(0);
  set.transport.latest.fail(unauthenticated());
  await settle();
  assertEquals([set.stream.state, set.asked.length], ["idle", 1]);
  await set.ingest(1);
  assertEquals([set.stream.state, rejections(set.asked)[1]], ["open", "token-1"]);
  await strike(set);
});

test("a replacement does not refill the retry budget", async () => {
  const set = stage({ retry: { maxAttempts: 3 } });
  set.transport.answers.push(unavailable(), unavailable(), unauthenticated(), unavailable());
  await set.ingest(0);
  await set.clock.advance(10_000);
  assertInstanceOf(set.stream.failure, RetryExhaustedError);
  assertEquals([set.stream.failure.details.attempts, set.stream.attempts], [3, 4]);
  await strike(set);
});

test("the provider hears of refused credentials until it has given others", async () => {
  const asked: HeadersRequest[] = [];
  const set = stage({
    headersProvider: (request) => {
      asked.push(request);
      if (asked.length === 2) throw new Error("the token endpoint is away");
      return { authorization: `token-${asked.length}` };
    },
  });
  set.transport.answers.push(unauthenticated(), unavailable());
  await set.ingest(0);
  await set.clock.advance(10_000);
  assertEquals(rejections(asked), [undefined, "token-1", "token-1", undefined]);
  assertEquals(set.stream.state, "open");
  await strike(set);
});

test("without recovery refused credentials are final", async () => {
  const set = stage({ recovery: false });
  set.transport.answers.push(unauthenticated());
  await set.ingest(0);
  assertEquals([set.stream.failure?.code, set.asked.length], ["authentication", 1]);
  await strike(set);
});

test("a status of refusal that is listed as retryable is retried after the replacement", async () => {
  const set = stage({ retryableStatuses: ["UNAUTHENTICATED"] });
  set.transport.answers.push(unauthenticated(), unauthenticated(), unauthenticated());
  await set.ingest(0);
  assertEquals([set.stream.state, set.stream.attempts], ["waiting", 2]);
  await set.clock.advance(10_000);
  assertEquals(set.stream.state, "open");
  assertEquals(rejections(set.asked), [undefined, "token-1", "token-2", "token-3"]);
  await strike(set);
});

for (const attempt of [1, 2]) {
  test(`an authentication error of the provider in attempt ${attempt} is final`, async () => {
    const error = new AuthenticationError("wrong secret");
    let asked = 0;
    const set = stage({
      headersProvider: () => {
        if (++asked === attempt) throw error;
        return {};
      },
    });
    set.transport.answers.push(unavailable());
    await set.ingest(0);
    await set.clock.advance(100);
    assertEquals([set.stream.failure, asked], [error, attempt]);
    assertEquals(set.transport.opened.length, attempt - 1);
    await strike(set);
  });
}

const PROVIDER_FAILURES = [
  { name: "a retryable ZerobusError", thrown: new TokenRefreshError("503"), kept: true },
  { name: "an error of the user's", thrown: new TypeError("fetch failed"), kept: false },
  { name: "something that is no error", thrown: "nope", kept: false },
];
for (const { name, thrown, kept } of PROVIDER_FAILURES) {
  for (const how of ["throws", "rejects"] as const) {
    test(`a provider that ${how} with ${name} is asked again`, async () => {
      let asked = 0;
      const set = stage({
        retry: { maxAttempts: 2 },
        headersProvider: () => {
          asked++;
          if (how === "throws") throw thrown;
          return Promise.reject(thrown);
        },
      });
      await set.ingest(0);
      await set.clock.advance(10_000);
      assertEquals([asked, set.transport.opened.length], [2, 0]);
      assertInstanceOf(set.stream.failure, RetryExhaustedError);
      const { cause } = set.stream.failure;
      assertInstanceOf(cause, TokenRefreshError);
      assertEquals(kept ? cause : cause.cause, thrown);
      await strike(set);
    });
  }
}

test("headers that are not legal are a configuration error that does not quote them", async () => {
  const set = stage({ headersProvider: () => ({ authorization: "Bearer s3cret\nx" }) });
  await set.ingest(0);
  const { failure } = set.stream;
  assertInstanceOf(failure, ConfigurationError);
  assertEquals([failure.details.field, failure.cause], ["headersProvider", undefined]);
  assertFalse(failure.message.includes("s3cret"));
  await strike(set);
});

test("an asynchronous provider is asked for every connection", async () => {
  let asked = 0;
  const set = stage({
    headersProvider: async () => {
      await settle();
      return [["authorization", `token-${++asked}`]];
    },
  });
  await set.ingest(0);
  await settle();
  for (let n = 2; n < 5; n++) {
    set.transport.latest.fail(unavailable());
    await set.clock.advance(500);
    await settle();
    assertEquals(set.transport.opened.at(-1)?.headers.get("authorization"), `token-${n}`);
  }
  await strike(set);
});
