import { assertEquals, assertRejects } from "@std/assert";
import {
  ConfigurationError,
  ConnectionError,
  TransmissionError,
  type ZerobusError,
} from "../../src/core/errors.ts";
import { DEFAULT_RETRYABLE_STATUSES } from "../../src/core/status.ts";
import { STATUS_NAMES, type StatusName } from "../../src/core/status_name.ts";
import { test } from "../harness/mod.ts";
import { settle } from "./fake_clock.ts";
import {
  assertPending,
  held,
  invalid,
  received,
  type Stage,
  stage,
  strike,
  unacknowledged,
  unavailable,
} from "./stage.ts";

for (const status of STATUS_NAMES.filter((name) => name !== "OK")) {
  for (const retryable of [true, false]) {
    for (const listed of [true, false]) {
      const isStandard = DEFAULT_RETRYABLE_STATUSES.includes(status);
      const expected = listed && (retryable || !isStandard) ? "waiting" : "failed";
      const facts = `${retryable ? "retryable" : "final"} ${listed ? "and" : "but not"} listed`;
      test(`a failure with ${status}, ${facts}: ${expected}`, async () => {
        const set = stage({ retryableStatuses: listed ? [status] : otherThan(status) });
        await set.ingest(0);
        set.transport.latest.fail(new ConnectionError("x", { retryable, details: { status } }));
        await settle();
        assertEquals(set.stream.state, expected);
        await strike(set);
      });
    }
  }
}

function otherThan(status: StatusName): StatusName[] {
  return STATUS_NAMES.filter((name) => name !== status);
}

test("without OK among the retryable statuses a clean end with requests pending is final", async () => {
  const set = stage({ retryableStatuses: ["UNAVAILABLE"] });
  await set.ingest(0);
  set.transport.latest.acknowledge(0);
  set.transport.latest.end();
  await settle();
  assertEquals(set.stream.state, "idle");
  await set.ingest(1);
  set.transport.latest.end();
  await settle();
  assertEquals([set.stream.state, set.stream.failure?.details.status], ["failed", "OK"]);
  await strike(set);
});

const FINAL: { name: string; error: ZerobusError }[] = [
  { name: "an error without a status that is not retryable", error: new ConfigurationError("x") },
  { name: "a refusal of records", error: invalid() },
];
for (const { name, error } of FINAL) {
  for (const when of ["while opening", "on the stream"] as const) {
    test(`${name} ${when} is final`, async () => {
      const set = stage();
      if (when === "while opening") set.transport.answers.push(error);
      await set.ingest(0);
      if (when === "on the stream") set.transport.latest.fail(error);
      await settle();
      assertEquals([set.stream.failure, set.stream.attempts], [error, 1]);
      await set.clock.advance(1_000_000);
      assertEquals(set.transport.opened.length, 1);
      await strike(set);
    });
  }
}

const FIRST_FAILURES: { name: string; fail: (set: Stage) => void | Promise<void> }[] = [
  { name: "a retryable failure", fail: ({ transport }) => transport.latest.fail(unavailable()) },
  { name: "a clean end with requests pending", fail: ({ transport }) => transport.latest.end() },
  { name: "a lack of acknowledgement", fail: ({ clock }) => clock.advance(60_000) },
];
for (const { name, fail } of FIRST_FAILURES) {
  test(`without recovery ${name} is final`, async () => {
    const set = stage({ recovery: false });
    await set.ingest(0, 1);
    set.transport.latest.acknowledge(0);
    await settle();
    await fail(set);
    await settle();
    assertEquals([set.stream.state, set.stream.failure?.code], ["failed", "connection"]);
    assertEquals([set.stream.attempts, unacknowledged(set.stream)], [1, [1]]);
    await set.stream.waitForOffset(0n);
    await assertRejects(() => set.stream.waitForOffset(1n), ConnectionError);
    await strike(set);
  });
}

test("without recovery a slow creation is final", async () => {
  const set = stage({ recovery: false, limits: { connectTimeoutMs: 1000 } });
  set.transport.answers.push("hang");
  await set.ingest(0);
  await set.clock.advance(1000);
  assertEquals(set.stream.failure?.details.status, "DEADLINE_EXCEEDED");
  await strike(set);
});

test("without recovery a clean end with nothing pending is no failure", async () => {
  const set = stage({ recovery: false });
  await set.ingest(0);
  set.transport.latest.acknowledge(0);
  set.transport.latest.end();
  await settle();
  await set.ingest(1);
  assertEquals([set.stream.state, received(set.transport.latest)], ["open", [1]]);
  await strike(set);
});

test("a failure wakes a sender that waits for the wire", async () => {
  const set = stage();
  set.transport.onConnection = (server) => server.stall();
  await set.ingest(0, 1);
  const flush = held(set.stream.flush());
  await assertPending(flush);
  set.transport.latest.fail(invalid());
  await assertRejects(() => flush, TransmissionError);
  await strike(set);
});
