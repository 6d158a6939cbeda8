import { assert, assertEquals, assertGreater, assertInstanceOf, assertRejects } from "@std/assert";
import { type Table, tableFromArrays } from "apache-arrow";
import type { WrapperConfiguration } from "@zerobus/wrapper";
import type { LocalHandle, TestEnvironment } from "../harness/environment.ts";
import { test } from "../harness/mod.ts";
import { configurationFor, TABLE } from "./stage.ts";

/** Rows numbered from 0. */
function numbers(count: number): Table {
  return tableFromArrays({ n: Int32Array.from({ length: count }, (_, row) => row) });
}

/** A fetch that knows how many requests are on their way at the same time. */
function countingFetch() {
  let open = 0;
  const seen = { most: 0, requests: 0 };
  const counting: typeof fetch = async (input, init) => {
    seen.requests++;
    seen.most = Math.max(seen.most, ++open);
    try {
      return await fetch(input, init);
    } finally {
      open--;
    }
  };
  return { seen, counting };
}

async function landed(local: LocalHandle): Promise<number[]> {
  const { rows } = await local.table(TABLE);
  return rows.map((row) => (row as { n: number }).n);
}

/** What REST does in its own way; everything else is what all roads do. */
export function restSuite(env: TestEnvironment): void {
  const { ConfigurationError, createWrapper, restTransport } = env.library;

  const configured = (local: LocalHandle): WrapperConfiguration => ({
    ...configurationFor(local),
    protocol: "rest",
  });

  for (const streams of [1, 3]) {
    test(`REST: streams: ${streams} is how many requests are on their way at once`, async () => {
      await using local = await env.startLocal({
        faults: [{ kind: "delay_acknowledgement", delayMs: 20, times: "always" }],
      });
      const { seen, counting } = countingFetch();
      const transport = restTransport({ endpoint: local.url, fetch: counting });
      await using wrapper = await createWrapper({
        ...configurationFor(local),
        transport,
        recordFormat: "json",
        stream: { streams, maxRequestRecords: 5 },
      });
      const result = await wrapper.sendBatch(numbers(60));
      assertEquals([result.error, result.successfulCount], [undefined, 60]);
      assertEquals([seen.most, seen.requests], [streams, 12]);
      const rows = await landed(local);
      const order = Array.from({ length: 60 }, (_, row) => row);
      assertEquals(streams === 1 ? rows : rows.toSorted((a, b) => a - b), order);
      await transport.close();
    });
  }

  for (const recordFormat of ["protobuf", "arrow"] as const) {
    test(`REST: ${recordFormat} is refused, with the protocols that carry it`, async () => {
      await using local = await env.startLocal();
      const error = await assertRejects(() =>
        createWrapper({ ...configured(local), recordFormat })
      );
      assertInstanceOf(error, ConfigurationError);
      assertEquals(error.details.field, "recordFormat");
      const wanted =
        `recordFormat: "${recordFormat}" does not travel over protocol "rest", which ` +
        `carries json; protocol "grpc"`;
      assert(error.message.startsWith(wanted), error.message);
    });
  }

  test("REST: Retry-After is the least time that is waited", async () => {
    await using local = await env.startLocal({
      faults: [{ kind: "error", status: "RESOURCE_EXHAUSTED", retryAfterMs: 900 }],
    });
    await using wrapper = await createWrapper(configured(local));
    const told: (number | undefined)[] = [];
    wrapper.addEventListener("retry", ({ error }) => told.push(error.details.retryAfterMs));
    const result = await wrapper.sendBatch(numbers(3));
    assertEquals([result.successfulCount, result.attempts, told], [3, 2, [1_000]]);
    assertGreater(result.latencyMs, 990);
  });

  test("REST: a token that is refused in between is replaced once, and nothing is sent twice", async () => {
    await using local = await env.startLocal();
    await using wrapper = await createWrapper({
      ...configured(local),
      stream: { maxRequestRecords: 10 },
    });
    assertEquals((await wrapper.sendBatch(numbers(20))).attempts, 1);
    await local.restart(); // which knows no token any more
    const result = await wrapper.sendBatch(numbers(10));
    assertEquals([result.error, result.successfulCount], [undefined, 10]);
    const { tokensIssued, requests, records } = await local.stats();
    assertEquals([tokensIssued, requests, records], [2, 3, 30]);
  });

  test("REST: rows that are refused are found, and the others land", async () => {
    await using local = await env.startLocal({
      faults: [7, 23].map((equals) => ({ kind: "reject_record", column: "n", equals })),
    });
    await using wrapper = await createWrapper(configured(local));
    const result = await wrapper.sendBatch(numbers(40));
    assertEquals([result.failedRowIndices(), result.successfulCount], [[7, 23], 38]);
    const { name, details } = result.failedRows[0]!.error;
    assertEquals(name, "TransmissionError");
    const { row, httpStatus, errorCode } = details;
    assertEquals([row, httpStatus, errorCode], [7, 400, "INVALID_PARAMETER_VALUE"]);
    const rows = (await landed(local)).toSorted((a, b) => a - b);
    assertEquals(rows, numbers(40).toArray().map(({ n }) => n).filter((n) => n !== 7 && n !== 23));
  });

  test("REST: refused rows are found among compressed ones, and compression goes on", async () => {
    await using local = await env.startLocal({
      faults: [{ kind: "reject_record", column: "n", equals: 7 }],
      gzip: { accept: true },
    });
    await using wrapper = await createWrapper({
      ...configured(local),
      compression: "gzip",
      compressionMinBytes: 0,
    });
    // The first refusal might as well be one of compression; what follows shows that it is not.
    const result = await wrapper.sendBatch(numbers(400));
    assertEquals([result.failedRowIndices(), result.successfulCount], [[7], 399]);
    const before = (await local.stats()).compressedMessages;
    assertEquals((await wrapper.sendBatch(numbers(400).slice(100))).successfulCount, 300);
    assertEquals((await local.stats()).compressedMessages, before + 1);
  });

  test("REST: an answer that never comes is waited for no longer than ackTimeoutMs", async () => {
    await using local = await env.startLocal({ faults: [{ kind: "silence", times: "always" }] });
    await using wrapper = await createWrapper({
      ...configured(local),
      stream: { ackTimeoutMs: 200 },
      retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 },
    });
    const { error, failedCount } = await wrapper.sendBatch(numbers(3));
    assertEquals([error?.name, failedCount], ["RetryExhaustedError", 3]);
    assertEquals(error?.details.status, "DEADLINE_EXCEEDED");
  });
}
