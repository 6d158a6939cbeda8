import { context, trace } from "@opentelemetry/api";
import { type ReadableSpan, StackContextManager, TracerProvider } from "@opentelemetry/sdk-trace";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { systemClock } from "../../src/core/clock.ts";
import { ConnectionError } from "../../src/core/errors.ts";
import { Telemetry } from "../../src/telemetry/telemetry.ts";
import { test } from "../harness/mod.ts";

/** Telemetry whose spans can be looked at. */
function recorded() {
  const spans: ReadableSpan[] = [];
  const nothing = () => Promise.resolve();
  const tracerProvider = new TracerProvider({
    spanProcessors: [{
      onStart() {},
      onEnd: (span) => void spans.push(span),
      forceFlush: nothing,
      shutdown: nothing,
    }],
  });
  const telemetry = new Telemetry({
    tableName: "a.b.c",
    protocol: "grpc",
    tracerProvider,
    meterProvider: undefined,
    legacyMetricNames: false,
    clock: systemClock,
    holdsBack: () => false,
  });
  return { telemetry, spans, tracer: tracerProvider.getTracer("tests") };
}

test("a delivery is a child of the caller's active span, and a connection one of the delivery", () => {
  const { telemetry, spans, tracer } = recorded();
  const manager = new StackContextManager().enable();
  context.setGlobalContextManager(manager);
  try {
    const caller = tracer.startSpan("caller");
    const delivery = context.with(
      trace.setSpan(context.active(), caller),
      () => telemetry.delivery(),
    );
    const stream = telemetry.stream();
    stream.connecting({ attempt: 1 });
    stream.connected({ attempt: 1, streamId: "s" });
    delivery.span.end();
    caller.end();
    const [open, batch, root] = spans;
    assertEquals(batch!.parentSpanContext?.spanId, root!.spanContext().spanId);
    assertEquals(open!.parentSpanContext?.spanId, batch!.spanContext().spanId);
    assertEquals(open!.attributes["zerobus.stream_id"], "s");
  } finally {
    context.disable();
    manager.disable();
  }
});

test("a connection's headers carry its place in the trace, unless there is none", () => {
  const { telemetry } = recorded();
  const stream = telemetry.stream();
  assert(!stream.traced({ authorization: "x" }).has("traceparent"));
  stream.connecting({ attempt: 1 });
  const headers = stream.traced({ authorization: "x" });
  assertMatch(headers.get("traceparent")!, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  assertEquals(headers.get("authorization"), "x");
  // What the user's own provider says counts more.
  assertEquals(stream.traced({ traceparent: "mine" }).get("traceparent"), "mine");
});

test("an attempt that fails ends with codes, and never with a message", () => {
  const { telemetry, spans } = recorded();
  const stream = telemetry.stream();
  stream.connecting({ attempt: 1 });
  const error = new ConnectionError("row 7 holds a secret", { details: { status: "UNAVAILABLE" } });
  stream.retrying({ error, delayMs: 5 });
  const [span] = spans;
  assertEquals(span!.status, { code: 2, message: "connection" });
  assertEquals(span!.attributes["rpc.grpc.status"], "UNAVAILABLE");
  assert(!JSON.stringify([span!.attributes, span!.events]).includes("secret"));
});

test("nothing registered, nothing recorded, nothing added to headers", () => {
  const telemetry = new Telemetry({
    tableName: "a.b.c",
    protocol: "grpc",
    tracerProvider: undefined,
    meterProvider: undefined,
    legacyMetricNames: true,
    clock: systemClock,
    holdsBack: () => false,
  });
  const stream = telemetry.stream();
  telemetry.delivery();
  stream.connecting({ attempt: 1 });
  stream.sent({ rows: 1, bytes: 1 });
  stream.acknowledged({ requests: 1, rows: 1, bytes: 1 });
  assertEquals([...stream.traced({ a: "b" })], [["a", "b"]]);
});
