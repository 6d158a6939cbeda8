import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { type Table, tableFromArrays } from "apache-arrow";
import type { TestEnvironment } from "../harness/environment.ts";
import { test } from "../harness/mod.ts";
import { configurationFor, TABLE } from "./stage.ts";

const numbers = (...values: number[]): Table => tableFromArrays({ n: Int32Array.from(values) });

/** Ports that nobody listens on: the server that had them is gone. */
async function abandonedUrl(env: TestEnvironment): Promise<string> {
  const local = await env.startLocal();
  await local.close();
  return local.url;
}

/** Delivery that cannot succeed ends in a typed error, and what can be saved is. */
export function failureSuite(env: TestEnvironment): void {
  const { createWrapper } = env.library;

  for (const { name, configuration: road } of env.roads) {
    test(`${name}: an endpoint that nobody listens on exhausts the retries`, async () => {
      await using local = await env.startLocal();
      const endpoint = await abandonedUrl(env);
      await using wrapper = await createWrapper({ ...configurationFor(local), endpoint, ...road });
      const result = await wrapper.sendBatch(numbers(1, 2));
      assertEquals(result.error?.name, "RetryExhaustedError", result.error?.message);
      assertEquals([result.attempts, result.failedCount], [3, 2]);
      assertInstanceOf(result.error?.cause, env.library.ConnectionError);
      assertEquals(wrapper.unacknowledged().map(({ numRows }) => numRows), [2]);
    });

    test(`${name}: a server that is not Zerobus is recognised`, async () => {
      await using local = await env.startLocal({ auth: { required: false } });
      const { retry, tableName } = configurationFor(local);
      await using wrapper = await createWrapper({
        endpoint: `${local.url}/elsewhere`,
        headersProvider: () => ({}),
        tableName,
        ...road,
        retry,
      });
      const result = await wrapper.sendBatch(numbers(1));
      assertEquals([result.success, result.failedCount], [false, 1]);
      assertInstanceOf(result.error, env.library.ZerobusError);
      assertEquals(result.error.retryable, false);
    });

    test(`${name}: a table that does not exist is not tried again`, async () => {
      await using local = await env.startLocal({ tables: ["main.iot.others"] });
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const result = await wrapper.sendBatch(numbers(1));
      assertEquals(result.error?.details.status, "NOT_FOUND", result.error?.message);
      assertEquals(result.attempts, 1);
    });

    test(`${name}: the service's number in the details of an error is heeded`, async () => {
      await using local = await env.startLocal({
        // The text is anybody's: it may hold a number, too.
        faults: [
          { kind: "error", status: "UNAVAILABLE", message: "row 6006 has 6006", at: "creation" },
          { kind: "error", status: "UNAVAILABLE", serviceCode: 6006 },
        ],
      });
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const first = await wrapper.sendBatch(numbers(1));
      assertEquals([first.error, first.attempts], [undefined, 3]);
      assertEquals(wrapper.backoff.reason, "service");
      assertEquals((await wrapper.sendBatch(numbers(2))).error?.retryable, true);
      assertEquals((await local.table(TABLE)).rowCount, 1);
    });

    test(`${name}: rows survive a restart of the server`, async () => {
      const first = await env.startLocal();
      const port = Number(new URL(first.url).port);
      // The second server does not know the first one's tokens: the client must ask for a new one.
      const stream = { connectTimeoutMs: 5_000 };
      const retry = { maxAttempts: 50, baseDelayMs: 5, maxDelayMs: 50 };
      const configuration = { ...configurationFor(first), ...road, retry, stream };
      await using wrapper = await createWrapper(configuration);
      assertEquals((await wrapper.sendBatch(numbers(1))).successfulCount, 1);
      await first.close();
      const sent = wrapper.sendBatch(numbers(2, 3));
      await using second = await env.startLocal({ port });
      const result = await sent;
      assertEquals([result.error, result.successfulCount], [undefined, 2]);
      assertEquals((await second.table(TABLE)).rows, [{ n: 2 }, { n: 3 }]);
    });
  }

  test("rows to be handed back are not forgotten over a batch that cannot be sent", async () => {
    await using local = await env.startLocal();
    const endpoint = await abandonedUrl(env);
    await using wrapper = await createWrapper({ ...configurationFor(local), endpoint });
    assertEquals((await wrapper.sendBatch(numbers(1, 2, 3))).failedCount, 3);
    const unsendable = tableFromArrays({ "a b": Int32Array.of(1) });
    assertEquals((await wrapper.sendBatch(unsendable)).error?.name, "ConfigurationError");
    assertEquals(wrapper.unacknowledged().map(({ numRows }) => numRows), [3]);
  });

  test("wrong credentials are an AuthenticationError that shows no secret", async () => {
    await using local = await env.startLocal();
    const clientSecret = "wrong-and-secret";
    await using wrapper = await createWrapper({ ...configurationFor(local), clientSecret });
    const result = await wrapper.sendBatch(numbers(1));
    assertEquals(result.error?.name, "AuthenticationError", result.error?.message);
    assertEquals(result.attempts, 1);
    const shown = `${result.error?.stack} ${JSON.stringify(result)} ${JSON.stringify(wrapper)}`;
    assert(!shown.includes(clientSecret));
    assert(!shown.includes(btoa(`${local.clientId}:${clientSecret}`)));
  });

  test("a token that the service refuses is replaced once", async () => {
    await using local = await env.startLocal();
    const wrong = countingProvider();
    const { endpoint, tableName, retry } = configurationFor(local);
    await using wrapper = await createWrapper({
      endpoint,
      tableName,
      retry,
      headersProvider: wrong.provide,
    });
    const result = await wrapper.sendBatch(numbers(1));
    assertEquals(result.error?.name, "AuthenticationError", result.error?.message);
    assertEquals(wrong.rejections, [undefined, "Bearer no-such-token"]);
  });

  test("a provider that throws ends in its own error", async () => {
    await using local = await env.startLocal();
    const { endpoint, tableName, retry } = configurationFor(local);
    await using wrapper = await createWrapper({
      endpoint,
      tableName,
      retry,
      headersProvider: () => {
        throw new Error("the vault is closed");
      },
    });
    const result = await wrapper.sendBatch(numbers(1));
    assertEquals(result.failedCount, 1);
    let deepest: unknown = result.error;
    while (deepest instanceof Error && deepest.cause !== undefined) deepest = deepest.cause;
    assertStringIncludes(String(deepest), "the vault is closed");
  });

  test("aborting the wrapper's signal fails what is not durable, promptly", async () => {
    await using local = await env.startLocal();
    const stop = new AbortController();
    const retry = { maxAttempts: 1_000, baseDelayMs: 10_000, maxDelayMs: 10_000 };
    const endpoint = await abandonedUrl(env);
    const configuration = { ...configurationFor(local), endpoint, retry, signal: stop.signal };
    await using wrapper = await createWrapper(configuration);
    const sent = wrapper.sendBatch(numbers(1, 2, 3));
    stop.abort(new Error("shutting down"));
    const result = await sent;
    assertEquals([result.success, result.failedCount], [false, 3]);
  });
}

function countingProvider() {
  const rejections: (string | undefined)[] = [];
  const provide = ({ rejected }: { rejected?: Headers }): HeadersInit => {
    rejections.push(rejected?.get("authorization") ?? undefined);
    return { authorization: "Bearer no-such-token" };
  };
  return { rejections, provide };
}
