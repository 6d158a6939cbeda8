import { assert, assertEquals } from "@std/assert";
import { Table } from "apache-arrow";
import type { BackoffOptions } from "../../src/core/configuration.ts";
import { AuthenticationError, ConnectionError } from "../../src/core/errors.ts";
import type { ZerobusWrapper } from "../../src/wrapper.ts";
import { test } from "../harness/mod.ts";
import { FakeClock, settle } from "../ingest/fake_clock.ts";
import {
  batchOf,
  handedBack,
  MemoryService,
  range,
  unsignedBatchOf,
  wrapperOn,
  type WrapperSetting,
} from "./stage.ts";

function stage(setting: WrapperSetting = {}) {
  const clock = new FakeClock();
  const service = new MemoryService();
  return { clock, service, wrapper: wrapperOn(service, { clock, ...setting }) };
}

const stateOf = ({ backoff: { active, reason, untilMs } }: ZerobusWrapper) => ({
  active,
  reason,
  untilMs,
});
const FREE = { active: false, reason: undefined, untilMs: 0 };
const over = new ConnectionError("over", { retryable: false });
const blocked = (retryable: boolean) =>
  new ConnectionError("blocked", {
    retryable,
    details: { status: "UNAVAILABLE", serviceCode: 6006 },
  });

test("6006 refuses what follows, unencoded and unsent, until its time is over", async () => {
  const { clock, service, wrapper } = stage();
  service.transport.answers.push(blocked(false));
  const first = await wrapper.sendBatch(batchOf([1, 2]));
  assertEquals(first.error?.details.serviceCode, 6006);
  assertEquals(stateOf(wrapper), { active: true, reason: "service", untilMs: 75_000 });

  await clock.advance(5_000);
  const bad = new Set([3]);
  const second = await wrapper.sendBatch(unsignedBatchOf([3, 4, 5], bad));
  assertEquals([second.failedCount, second.encodedBytes, second.attempts], [3, 0, 1]);
  assertEquals([second.error?.name, second.error?.retryable], ["ConnectionError", true]);
  assertEquals(second.error?.details.retryAfterMs, 70_000);
  assert(second.failedRows.every(({ error }) => error === second.error));
  assertEquals(service.transport.opened.length, 1);
  assertEquals(handedBack(wrapper), [1, 2], "those it had taken, not those it refused");

  await clock.advance(70_000);
  assertEquals(stateOf(wrapper), FREE);
  assertEquals((await wrapper.sendBatch(batchOf([3, 4, 5]))).successfulCount, 3);
  await wrapper.shutdown();
  assertEquals(clock.timers, 0);
});

test("6006 is heeded when a retry would get over it, and on an open stream", async () => {
  const { service, wrapper, clock } = stage();
  service.transport.answers.push(blocked(true));
  const sent = wrapper.sendBatch(batchOf([1]));
  await clock.advance(1);
  assertEquals((await sent).successfulCount, 1);
  assertEquals(wrapper.backoff.reason, "service");
  wrapper.backoff.reset();
  assertEquals(stateOf(wrapper), FREE);
  service.onRequest = (_, connection) => connection.fail(blocked(false));
  await wrapper.sendBatch(batchOf([2]));
  assertEquals(wrapper.backoff.reason, "service");
  await wrapper.shutdown();
});

test("an outage of a hundred rows refuses what follows; refusals do not prolong it", async () => {
  const { clock, service, wrapper } = stage();
  service.transport.answers.push(over);
  assertEquals((await wrapper.sendBatch(batchOf(range(0, 100)))).failedCount, 100);
  assertEquals(stateOf(wrapper), { active: true, reason: "failure-rate", untilMs: 37_500 });
  for (let round = 0; round < 5; round++) {
    await clock.advance(7_000);
    await wrapper.sendBatch(batchOf(range(0, 100)));
  }
  await clock.advance(2_500);
  assertEquals(stateOf(wrapper), FREE);
  assertEquals((await wrapper.sendBatch(batchOf(range(0, 200)))).successfulCount, 200);
  assertEquals(stateOf(wrapper), FREE);
  await wrapper.shutdown();
});

test("what is on its way when it begins goes on", async () => {
  const { service, wrapper } = stage({ stream: { maxRequestRecords: 1, maxInflightRequests: 1 } });
  service.habit = "never";
  const sent = wrapper.sendBatch(batchOf(range(0, 3)));
  await settle();
  const other = new Table({ m: batchOf([1]).getChildAt(0)! }).batches[0]!;
  service.transport.answers.push(blocked(false));
  await wrapper.sendBatch(other);
  assert(wrapper.backoff.active);
  service.habit = "promptly";
  service.transport.connections[0]!.acknowledgeAll();
  assertEquals((await sent).successfulCount, 3);
  await wrapper.shutdown();
});

test("rows that the service refuses one by one count", async () => {
  const { service, wrapper } = stage({ isolateRejectedRows: { maxExtraRequests: 1_000 } });
  service.poison.add(3).add(70);
  const result = await wrapper.sendBatch(batchOf(range(0, 100)));
  assertEquals(result.failedRowIndices(), [3, 70]);
  assertEquals(wrapper.backoff.reason, "failure-rate");
  await wrapper.shutdown();
});

/** Things that go wrong without telling anything about the service. */
const UNCOUNTED: [what: string, run: (scene: ReturnType<typeof stage>) => Promise<unknown>][] = [
  ["rows that cannot be converted", async ({ wrapper }) => {
    const bad = new Set(range(0, 150));
    await wrapper.sendBatch(unsignedBatchOf(range(0, 200), bad));
  }],
  ["refused credentials", async ({ service, wrapper }) => {
    const refused = new AuthenticationError("refused");
    service.transport.answers.push(refused, refused);
    await wrapper.sendBatch(batchOf(range(0, 200)));
  }],
  ["a schema that cannot be sent", async ({ wrapper }) => {
    const column = batchOf(range(0, 200)).getChildAt(0)!;
    await wrapper.sendBatch(new Table({ "no name": column }));
  }],
  ["a batch that was given up", async ({ service, wrapper }) => {
    service.habit = "never";
    const stop = new AbortController();
    const first = wrapper.sendBatch(batchOf([1]));
    const given = wrapper.sendBatch(batchOf(range(0, 200)), { signal: stop.signal })
      .catch(() => {});
    await settle();
    stop.abort();
    await given;
    service.transport.latest.acknowledgeAll();
    await first;
  }],
];
for (const [what, run] of UNCOUNTED) {
  test(`${what}: not counted`, async () => {
    const scene = stage({
      stream: { maxInflightRequests: 1 },
      backoff: { failureRate: { minRows: 1, threshold: 0 } },
    });
    await run(scene);
    assertEquals(stateOf(scene.wrapper), FREE);
    await scene.wrapper.shutdown();
  });
}

test("an empty batch succeeds all the same", async () => {
  const { service, wrapper } = stage();
  service.transport.answers.push(blocked(false));
  await wrapper.sendBatch(batchOf([1]));
  assertEquals((await wrapper.sendBatch(new Table())).success, true);
  await wrapper.shutdown();
});

test("wrappers do not share it, not even for one table", async () => {
  const { clock, service, wrapper } = stage();
  const other = wrapperOn(service, { clock });
  service.transport.answers.push(blocked(false));
  await wrapper.sendBatch(batchOf([1]));
  assert(wrapper.backoff.active);
  assertEquals((await other.sendBatch(batchOf([1]))).successfulCount, 1);
  await wrapper.shutdown();
  await other.shutdown();
});

const SWITCHES: [backoff: BackoffOptions, after: "outage" | "6006", active: boolean][] = [
  [{ failureRate: false }, "outage", false],
  [{ failureRate: false }, "6006", true],
  [{ service: false }, "outage", true],
  [{ service: false }, "6006", false],
  [{ failureRate: { minRows: 201 } }, "outage", false],
  [{ failureRate: { threshold: 1 } }, "outage", false],
];
for (const [backoff, after, active] of SWITCHES) {
  test(`${JSON.stringify(backoff)}: ${active ? "holds back" : "goes on"} after ${after}`, async () => {
    const { service, wrapper } = stage({ backoff });
    service.transport.answers.push(after === "outage" ? over : blocked(false));
    await wrapper.sendBatch(batchOf(range(0, after === "outage" ? 200 : 1)));
    assertEquals(wrapper.backoff.active, active);
    await wrapper.shutdown();
  });
}
