import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { makeVector, type RecordBatch, Table } from "apache-arrow";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalZerobus } from "../../../src/local/mod.ts";
import type { LocalZerobusOptions } from "../../../src/local/options.ts";
import { createWrapper, type RuntimeConfiguration } from "../../../src/runtime/node.ts";
import { test } from "../../harness/mod.ts";
import { textVector } from "../../harness/vectors.ts";
import { Receiver, valueOf } from "./receiver.ts";

const CONTENT = "quite-private-content";
/** Does not fit a column of signed integers. */
const UNCONVERTIBLE = 2n ** 63n;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** Rows of which the last cannot be converted, if that is wanted. */
function rows(count: number, bad = false): RecordBatch {
  const last = bad ? UNCONVERTIBLE : BigInt(count);
  const big = BigUint64Array.from({ length: count }, (_, row) => row === count - 1 ? last : 1n);
  const text = textVector(Array.from(big, () => CONTENT));
  return new Table({ big: makeVector(big), text }).batches[0]!;
}

interface Stage {
  readonly receiver: Receiver;
}

/** Does something with a wrapper that reports to a receiver, until everything was sent. */
async function observed(
  faults: LocalZerobusOptions["faults"],
  run: (wrapper: Awaited<ReturnType<typeof createWrapper>>) => Promise<unknown>,
  check: (stage: Stage) => void | Promise<void>,
  options: Partial<RuntimeConfiguration> = {},
): Promise<void> {
  await using receiver = await Receiver.start();
  await using local = await startLocalZerobus(faults === undefined ? {} : { faults });
  const lines: string[] = [];
  const write = (message: string, fields: object) =>
    void lines.push(`${message} ${JSON.stringify(fields)}`);
  const wrapper = await createWrapper({
    endpoint: local.url,
    unityCatalogUrl: local.unityCatalogUrl,
    clientId: local.clientId,
    clientSecret: local.clientSecret,
    tableName: "main.iot.readings",
    logger: { debug: write, info: write, warn: write, error: write },
    retry: { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 5 },
    ...options,
    observability: {
      endpoint: receiver.url,
      headers: { "x-api-key": "key-of-the-receiver" },
      serviceName: "tests",
      logLevel: "debug",
      ...options.observability,
    },
  });
  await run(wrapper);
  await wrapper.shutdown().catch(() => {});
  await check({ receiver });
  assertGreater(lines.length, 0);
  const secrets = [CONTENT, String(UNCONVERTIBLE), local.clientSecret, "key-of-the-receiver"];
  for (const text of [...lines, ...receiver.requests.map(({ text }) => text)]) {
    assert(!secrets.some((secret) => text.includes(secret)), text);
  }
  for (const { key } of receiver.requests) assertEquals(key, "key-of-the-receiver");
}

test("a batch is a trace, and its rows are counted", async () => {
  await observed(undefined, (wrapper) => wrapper.sendBatch(rows(500)), ({ receiver }) => {
    const { spans } = receiver;
    const names = spans.map(({ name }) => name).sort();
    assertEquals(names, ["zerobus.convert", "zerobus.send_batch", "zerobus.stream.open"]);
    const root = spans.find(({ name }) => name === "zerobus.send_batch")!;
    for (const span of spans) {
      assertEquals(span.traceId, root.traceId);
      if (span !== root) assertEquals(span.parentSpanId, root.spanId);
    }
    assert(!root.parentSpanId);
    assertEquals(valueOf(root.attributes, "zerobus.table"), "main.iot.readings");
    assertEquals(valueOf(root.attributes, "zerobus.protocol"), "grpc");
    assertEquals(valueOf(root.attributes, "zerobus.rows"), 500);
    assertEquals(valueOf(root.attributes, "zerobus.attempts"), 1);
    assertEquals(valueOf(root.attributes, "zerobus.failed_rows"), 0);
    assertGreater(Number(valueOf(root.attributes, "zerobus.bytes")), 500);
    assertEquals(root.status.code ?? 0, 0);

    assertEquals(receiver.total("sent.rows"), 500);
    assertEquals(receiver.total("acknowledged.rows"), 500);
    assertEquals(receiver.total("acknowledged.bytes"), receiver.total("sent.bytes"));
    assertEquals(receiver.total("failed.rows", "conversion"), 0);
    assertEquals(receiver.total("batch.duration"), 1);
    assertEquals(receiver.total("acknowledgement.duration"), 1);
    assertEquals(receiver.total("encode.duration"), 1);
    assertEquals(receiver.total("inflight.requests"), 0);
    assertEquals(receiver.total("inflight.bytes"), 0);
    assertEquals(receiver.total("token.refreshes"), 1);
    assertEquals(receiver.total("backoff.active"), 0);
    const duration = receiver.metrics.get("zerobus.client.batch.duration")!;
    assertEquals(duration.unit, "s");
    assertEquals(duration.histogram!.dataPoints[0]!.explicitBounds![0], 0.001);
    assert(![...receiver.metrics.keys()].some((name) => name.startsWith("zerobus.batch.")));
  });
});

test("rows that failed are told by the kind of their error", async () => {
  await observed(undefined, (wrapper) => wrapper.sendBatch(rows(10, true)), ({ receiver }) => {
    const root = receiver.spans.find(({ name }) => name === "zerobus.send_batch")!;
    assertEquals(root.status, { code: 2, message: "1 of 10 rows failed" });
    assertEquals(valueOf(root.attributes, "zerobus.failed_rows"), 1);
    assertEquals(receiver.total("failed.rows", "conversion"), 1);
    assertEquals(receiver.total("acknowledged.rows"), 9);
  });
});

test("a connection that is lost and replaced leaves its marks", async () => {
  const faults = [
    { kind: "withhold_acknowledgement", at: { requests: 0 } },
    { kind: "reset", at: { requests: 0 } },
  ] as const;
  await observed(faults, (wrapper) => wrapper.sendBatch(rows(100)), ({ receiver }) => {
    const root = receiver.spans.find(({ name }) => name === "zerobus.send_batch")!;
    const events = root.events.map(({ name }) => name);
    assertEquals(events, ["zerobus.retry", "zerobus.recovery"]);
    assertEquals(valueOf(root.events[0]!.attributes, "error.type"), "connection");
    assertEquals(receiver.spans.filter(({ name }) => name === "zerobus.stream.open").length, 2);
    assertEquals(receiver.total("retries", "connection"), 1);
    assertEquals(receiver.total("reconnects"), 1);
    assertEquals(receiver.total("sent.rows"), 200);
    assertEquals(receiver.total("acknowledged.rows"), 100);
    assertEquals(receiver.total("inflight.requests"), 0);
    assertEquals(receiver.total("inflight.bytes"), 0);
  });
});

test("a batch that does not arrive is an error, and so are its attempts", async () => {
  const configuration = { endpoint: "http://127.0.0.1:1" };
  await observed(undefined, (wrapper) => wrapper.sendBatch(rows(7)), ({ receiver }) => {
    const root = receiver.spans.find(({ name }) => name === "zerobus.send_batch")!;
    assertEquals(root.status, { code: 2, message: "retry_exhausted" });
    assertEquals(valueOf(root.attributes, "error.type"), "retry_exhausted");
    const opens = receiver.spans.filter(({ name }) => name === "zerobus.stream.open");
    assertEquals(opens.map(({ status }) => status.code), [2, 2, 2]);
    assertEquals(receiver.total("failed.rows", "retry_exhausted"), 7);
    assertEquals(receiver.total("batch.duration", "retry_exhausted"), 1);
    const logs = receiver.requests.filter(({ path }) => path === "/v1/logs");
    assert(logs.some(({ text }) => text.includes("a stream failed for good")));
  }, configuration);
});

test("the names of the Rust wrapper's metrics are there for who wants them", async () => {
  const options = { observability: { legacyMetricNames: true } };
  await observed(undefined, (wrapper) => wrapper.sendBatch(rows(5)), ({ receiver }) => {
    const names = [...receiver.metrics.keys()].filter((name) => name.startsWith("zerobus.batch."));
    assertEquals(names.sort(), [
      "zerobus.batch.latency_ms",
      "zerobus.batch.size_bytes",
      "zerobus.batch.success",
    ]);
  }, options);
});

for (const kind of ["is gone", "refuses"] as const) {
  test(`a receiver that ${kind} harms nobody, and is told of once`, async () => {
    const warnings: string[] = [];
    const logger = { ...SILENT, warn: (message: string) => void warnings.push(message) };
    await using receiver = await Receiver.start();
    receiver.status = 400;
    await using local = await startLocalZerobus();
    const wrapper = await createWrapper({
      endpoint: local.url,
      tableName: "main.iot.readings",
      headersProvider: () => ({ authorization: "" }),
      writerDisabled: true,
      logger,
      observability: { endpoint: kind === "refuses" ? receiver.url : "http://127.0.0.1:1" },
    });
    assertEquals((await wrapper.sendBatch(rows(5))).successfulCount, 5);
    await wrapper.flush();
    assertEquals((await wrapper.sendBatch(rows(5))).successfulCount, 5);
    await wrapper.shutdown();
    assertEquals(warnings.length, 1, warnings.join());
  });
}

test("telemetry goes to files as lines of the protocol's JSON", async () => {
  const outputDir = await mkdtemp(join(tmpdir(), "telemetry-"));
  try {
    const options = { observability: { outputDir } };
    await observed(undefined, (wrapper) => wrapper.sendBatch(rows(50)), async () => {
      const linesOf = async (name: string) =>
        (await readFile(`${outputDir}/zerobus/telemetry/${name}.jsonl`, "utf8"))
          .trim().split("\n").map((line) => JSON.parse(line));
      const traces = JSON.stringify(await linesOf("traces"));
      assert(traces.includes(`"zerobus.send_batch"`) && !traces.includes(CONTENT));
      const metrics = JSON.stringify(await linesOf("metrics"));
      assert(metrics.includes(`"zerobus.client.acknowledged.rows"`));
    }, options);
  } finally {
    await rm(outputDir, { recursive: true });
  }
});

test("options for sending telemetry are checked", async () => {
  const base = { endpoint: "http://localhost:1", tableName: "t", writerDisabled: true };
  for (
    const [observability, field] of [
      [{ endpoint: "ftp://x" }, "observability.endpoint"],
      [{ outputDir: "" }, "observability.outputDir"],
      [{ endpoint: "http://x", writeIntervalMs: 0 }, "observability.writeIntervalMs"],
      [{ endpoint: "http://x", headers: { "a b": "hush" } }, "observability.headers"],
      [{ logLevel: "loud" }, "observability.logLevel"],
      [{ tracerProvider: {} }, "observability.tracerProvider"],
    ] as const
  ) {
    const configuration = { ...base, observability } as RuntimeConfiguration;
    const error = await assertRejects(() => createWrapper(configuration)) as {
      details: { field: string };
      message: string;
    };
    assertEquals(error.details.field, field);
    assert(!error.message.includes("hush"));
  }
});
