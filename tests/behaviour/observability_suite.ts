import { assert, assertEquals, assertGreater } from "@std/assert";
import { makeVector, type RecordBatch, Table } from "apache-arrow";
import type { TestEnvironment } from "../harness/environment.ts";
import { test } from "../harness/mod.ts";
import { configurationFor, SILENT } from "./stage.ts";

/** The first request's acknowledgement is lost with its connection. */
const LOST_ONCE = [
  { kind: "withhold_acknowledgement", at: { requests: 0 } },
  { kind: "end", at: { requests: 0 } },
] as const;

function numbers(count: number): RecordBatch {
  return new Table({ n: makeVector(Int32Array.from({ length: count }, (_, row) => row)) })
    .batches[0]!;
}

/** A tracer of nobody's library, and the spans it made. */
function recordingTracer() {
  const spans: { name: string; traceId: string; ended: boolean }[] = [];
  const tracerProvider = {
    getTracer: () => ({
      startSpan(name: string) {
        const id = (spans.length + 1).toString(16);
        const span = { name, traceId: id.padStart(32, "0"), ended: false };
        spans.push(span);
        return {
          spanContext: () => ({
            traceId: span.traceId,
            spanId: id.padStart(16, "0"),
            traceFlags: 1,
          }),
          setAttribute: () => {},
          setAttributes: () => {},
          addEvent: () => {},
          setStatus: () => {},
          end: () => void (span.ended = true),
        };
      },
    }),
  };
  return { spans, tracerProvider };
}

/** A meter of nobody's library, and what its counters add up to by name and error type. */
function recordingMeter() {
  const sums: Record<string, number> = {};
  const instrument = (name: string) => ({
    add(value: number, attributes: Record<string, unknown>) {
      const key = `${name} ${attributes["error.type"] ?? ""}`.trim();
      sums[key] = (sums[key] ?? 0) + value;
    },
    record() {},
    addCallback() {},
  });
  const meterProvider = {
    getMeter: () => ({
      createCounter: instrument,
      createUpDownCounter: instrument,
      createHistogram: instrument,
      createObservableGauge: instrument,
    }),
  };
  return { sums, meterProvider };
}

/** A log, and the lines in it. */
function recordingLog() {
  const lines: string[] = [];
  const at = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  const logger = { debug() {}, info: at("info"), warn: at("warn"), error: at("error") };
  return { lines, logger };
}

/** A wrapper says what happens, to whoever wants to know. */
export function observabilitySuite(env: TestEnvironment): void {
  const { createWrapper } = env.library;

  for (const { name, configuration: road } of env.roads) {
    test(`${name}: every acknowledged offset is told, in order and once`, async () => {
      await using local = await env.startLocal();
      const offsets: bigint[] = [];
      const wrapper = await createWrapper({
        ...configurationFor(local),
        ...road,
        stream: { maxRequestRecords: 10 },
        onAck: async ({ offset }) => {
          await Promise.resolve();
          offsets.push(offset);
          throw new Error("the callback's own trouble");
        },
      });
      const acks: { firstOffset: bigint; lastOffset: bigint; rows: number; bytes: number }[] = [];
      wrapper.addEventListener("ack", (event) => acks.push(event));
      await wrapper.sendBatch(numbers(100));
      await wrapper.shutdown();
      const last = acks.at(-1)!.lastOffset;
      assertEquals(
        offsets,
        Array.from({ length: Number(last) + 1 }, (_, offset) => BigInt(offset)),
      );
      assertEquals(acks.reduce((sum, { rows }) => sum + rows, 0), 100);
      assertEquals(acks[0]!.firstOffset, 0n);
    });

    test(`${name}: retries and reconnections are told`, async () => {
      await using local = await env.startLocal({ faults: LOST_ONCE });
      const wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const events: string[] = [];
      wrapper.addEventListener("retry", ({ error }) => events.push(`retry ${error.code}`));
      wrapper.addEventListener("reconnect", ({ attempt }) => events.push(`reconnect ${attempt}`));
      wrapper.addEventListener("token", ({ error }) => events.push(`token ${error}`));
      const result = await wrapper.sendBatch(numbers(10));
      assertEquals(result.successfulCount, 10);
      await wrapper.shutdown();
      assertEquals(events, ["token undefined", "retry connection", "reconnect 2"]);
    });
  }

  test("objects that become no row are counted with the rows that failed", async () => {
    await using local = await env.startLocal();
    const { sums, meterProvider } = recordingMeter();
    const wrapper = await createWrapper({
      ...configurationFor(local),
      observability: { meterProvider },
    });
    const rows: unknown[] = [{ n: 1 }, { n: "two" }, 3, { n: 4 }];
    const result = await wrapper.sendRows(rows as Record<string, unknown>[]);
    await wrapper.shutdown();
    assertEquals([result.successfulCount, result.failedCount], [2, 2]);
    assertEquals(sums["zerobus.client.failed.rows conversion"], 2);
    assertEquals(sums["zerobus.client.acknowledged.rows"], 2);
  });

  test("a refused row is worth a warning; a stream that is lost for it is an error", async () => {
    for (const isolateRejectedRows of [true, false]) {
      await using local = await env.startLocal({
        faults: [{ kind: "reject_record", column: "n", equals: 3 }],
      });
      const { lines, logger } = recordingLog();
      const options = { ...configurationFor(local), logger, isolateRejectedRows };
      const wrapper = await createWrapper(options);
      const result = await wrapper.sendBatch(numbers(10));
      await wrapper.shutdown().catch(() => {});
      assertEquals(result.failedCount, isolateRejectedRows ? 1 : 10);
      const errors = lines.filter((line) => line.startsWith("error"));
      assertEquals(errors, isolateRejectedRows ? [] : ["error: a stream failed for good"]);
      const isWarned = lines.some((line) => line.startsWith("warn: the service refused records"));
      assertEquals(isWarned, isolateRejectedRows);
    }
  });

  test("a listener's errors are its own, and it can be removed in three ways", async () => {
    await using local = await env.startLocal();
    const wrapper = await createWrapper(configurationFor(local));
    const told: string[] = [];
    const { signal, abort } = (() => {
      const controller = new AbortController();
      return { signal: controller.signal, abort: () => controller.abort() };
    })();
    wrapper.addEventListener("ack", () => {
      throw new Error("mine");
    });
    const remove = wrapper.addEventListener("ack", () => told.push("removed"));
    wrapper.addEventListener("ack", () => told.push("aborted"), { signal });
    wrapper.addEventListener("ack", () => told.push("once"), { once: true });
    await wrapper.sendBatch(numbers(1));
    remove();
    abort();
    await wrapper.sendBatch(numbers(1));
    await wrapper.shutdown();
    assertEquals(told, ["removed", "aborted", "once"]);
  });

  test("log lines have a level, codes and the table; below the level there are none", async () => {
    const lines: { level: string; message: string; fields: Record<string, unknown> }[] = [];
    const write = (level: string) => (message: string, fields: object) =>
      void lines.push({ level, message, fields: { ...fields } });
    const logger = {
      debug: write("debug"),
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
    };
    for (
      const [logLevel, levels] of [
        ["warn", ["warn", "warn", "error"]],
        ["error", ["error"]],
        ["debug", ["debug", "warn", "warn", "error", "info"]],
      ] as const
    ) {
      await using local = await env.startLocal({
        faults: [{ kind: "error", at: "creation", status: "UNAVAILABLE", times: 3 }],
      });
      const wrapper = await createWrapper({
        ...configurationFor(local),
        logger,
        observability: { logLevel },
      });
      await wrapper.sendBatch(numbers(3));
      await wrapper.shutdown().catch(() => {});
      assertEquals(lines.map(({ level }) => level), [...levels]);
      for (const { fields } of lines) assertEquals(fields.table, "main.iot.readings");
      const failure = lines.find(({ level }) => level === "error")!;
      assertEquals(failure.fields.error, "retry_exhausted");
      lines.length = 0;
    }
  });

  test("spans need no library: a provider of the same shape will do, and all spans end", async () => {
    const { spans, tracerProvider } = recordingTracer();
    await using local = await env.startLocal({ faults: LOST_ONCE });
    const observability = { tracerProvider };
    const wrapper = await createWrapper({ ...configurationFor(local), observability });
    await wrapper.sendBatch(numbers(10));
    await wrapper.shutdown();
    assertEquals(spans.map(({ name }) => name).sort(), [
      "zerobus.convert",
      "zerobus.send_batch",
      "zerobus.stream.open",
      "zerobus.stream.open",
    ]);
    assert(spans.every(({ ended }) => ended));
  });

  test("a wrapper without observability makes no spans", async () => {
    const { spans, tracerProvider } = recordingTracer();
    await using local = await env.startLocal();
    const observability = { enabled: false, tracerProvider };
    const wrapper = await createWrapper({ ...configurationFor(local), observability });
    await wrapper.sendBatch(numbers(10));
    await wrapper.shutdown();
    assertEquals(spans, []);
  });

  test("holding back is told, with its reason", async () => {
    await using local = await env.startLocal({
      faults: [{ kind: "error", at: "creation", status: "UNAVAILABLE", serviceCode: 6006 }],
    });
    const wrapper = await createWrapper({ ...configurationFor(local), logger: SILENT });
    const told: { reason: string; untilMs: number }[] = [];
    wrapper.addEventListener("backoff", (event) => told.push(event));
    await wrapper.sendBatch(numbers(1));
    await wrapper.shutdown().catch(() => {});
    assertEquals(told.map(({ reason }) => reason), ["service"]);
    assertGreater(told[0]!.untilMs, 50_000);
  });
}
