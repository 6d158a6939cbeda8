import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ConnectionError } from "../../src/core/errors.ts";
import type { TransmissionResult } from "../../src/core/result.ts";
import type { ZerobusWrapper } from "../../src/wrapper.ts";
import { test } from "../harness/mod.ts";
import { FakeClock, settle } from "../ingest/fake_clock.ts";
import { held } from "../ingest/stage.ts";
import { batchOf, handedBack, MemoryService, range, wrapperOn } from "./stage.ts";

const LIMIT = 1_000;

interface Scene {
  readonly clock: FakeClock;
  readonly service: MemoryService;
  readonly wrapper: ZerobusWrapper;
  /** How often the transport was closed. */
  readonly closed: () => number;
}

function stage(stream: Record<string, unknown> = {}): Scene {
  const clock = new FakeClock();
  const service = new MemoryService();
  let closed = 0;
  const wrapper = wrapperOn(service, {
    clock,
    onClose: () => void closed++,
    stream: { flushTimeoutMs: LIMIT, ackTimeoutMs: 60_000, ...stream },
  });
  return { clock, service, wrapper, closed: () => closed };
}

function assertTooLate(error: unknown): void {
  assertInstanceOf(error, ConnectionError);
  assertEquals(error.details, { status: "DEADLINE_EXCEEDED", limit: LIMIT });
}

/** Situations in which nothing ever becomes durable by itself. */
const STUCK: [what: string, stream: Record<string, unknown>, set: (scene: Scene) => void][] = [
  ["nothing is acknowledged", {}, ({ service }) => {
    service.habit = "never";
  }],
  ["senders wait for room and for their turn", { maxInflightRequests: 1 }, ({ service }) => {
    service.habit = "never";
  }],
  ["no connection comes about", {}, ({ service }) => {
    service.transport.answers.push("hang");
  }],
  ["the wire takes nothing", {}, ({ service }) => {
    service.habit = "never";
    service.onRequest = (_, connection) => connection.stall();
  }],
  ["refused rows are looked for", {}, ({ service }) => {
    service.poison.add(3);
    service.onRequest = (numbers) => {
      if (!numbers.includes(3)) service.habit = "never";
    };
  }],
  ["streams are many", { streams: 3, maxInflightRequests: 1 }, ({ service }) => {
    service.habit = "never";
  }],
];
for (const [what, stream, set] of STUCK) {
  test(`shutdown gives up in time when ${what}`, async () => {
    const scene = stage(stream);
    set(scene);
    const { clock, service, wrapper, closed } = scene;
    const sent = range(0, 5).map((sender) => wrapper.sendBatch(batchOf(range(sender * 4, 4))));
    await settle();
    const down = held(wrapper.shutdown());
    assertEquals(wrapper.shutdown(), down);
    await clock.advance(LIMIT - 1);
    assertEquals(closed(), 0);
    await clock.advance(1);
    assertTooLate(await down.catch((reason) => reason));
    const results = await Promise.all(sent);
    const failed = results.flatMap((result, sender) => {
      assertTooLate(result.error);
      return result.failedRowIndices().map((row) => sender * 4 + row);
    });
    assertEquals(handedBack(wrapper), failed);
    assertEquals(failed, range(0, 20));
    assertEquals([closed(), clock.timers], [1, 0]);
    assert(service.transport.connections.every(({ dropped }) => dropped));
    await wrapper[Symbol.asyncDispose]();
    await assertRejects(() => wrapper.sendBatch(batchOf([1])), Error, "shut down");
  });
}

test("shutdown waits for what is on its way, admitted or not", async () => {
  const { clock, service, wrapper, closed } = stage({ maxInflightRequests: 1 });
  service.habit = "never";
  const sent = range(0, 3).map((number) => wrapper.sendBatch(batchOf([number])));
  await settle();
  const down = wrapper.shutdown();
  await clock.advance(LIMIT / 2);
  service.habit = "promptly";
  service.transport.latest.acknowledgeAll();
  await down;
  assertEquals((await Promise.all(sent)).map(({ success }) => success), [true, true, true]);
  assertEquals([closed(), clock.timers, service.durable], [1, 0, [0, 1, 2]]);
});

test("shutdown reports a failure that happens meanwhile, disposal does not repeat it", async () => {
  const { service, wrapper, closed } = stage();
  service.habit = "never";
  const sent = wrapper.sendBatch(batchOf([1]));
  await settle();
  const down = held(wrapper.shutdown());
  const failure = new ConnectionError("over", { retryable: false });
  service.transport.latest.fail(failure);
  assertEquals(await assertRejects(() => down), failure);
  assertEquals((await sent).error, failure);
  await wrapper[Symbol.asyncDispose]();
  assertEquals(closed(), 1);
});

test("rows that failed each by itself are no failure of shutdown or flush", async () => {
  const { service, wrapper } = stage();
  service.poison.add(2);
  const sent = wrapper.sendBatch(batchOf([1, 2, 3]));
  await wrapper.flush();
  await wrapper.shutdown();
  assertEquals((await sent).failedRowIndices(), [1]);
});

test("a batch that its sender withdrew is no failure of shutdown or flush", async () => {
  const { clock, service, wrapper } = stage({ maxInflightRequests: 1 });
  service.habit = "never";
  const impatient = new AbortController();
  const first = wrapper.sendBatch(batchOf([1]));
  const given = assertRejects(() => wrapper.sendBatch(batchOf([2]), { signal: impatient.signal }));
  await settle();
  const flushed = wrapper.flush();
  impatient.abort();
  await given;
  service.transport.latest.acknowledgeAll();
  await flushed;
  await wrapper.shutdown();
  assertEquals([(await first).success, service.durable, clock.timers], [true, [1], 0]);
});

test("flush gives up in time, and what is on its way stays there", async () => {
  const { clock, service, wrapper } = stage({ maxInflightRequests: 1 });
  service.habit = "never";
  const sent = range(0, 3).map((number) => wrapper.sendBatch(batchOf([number])));
  await settle();
  const flushed = held(wrapper.flush());
  await clock.advance(LIMIT);
  assertTooLate(await flushed.catch((reason) => reason));
  service.habit = "promptly";
  service.transport.latest.acknowledgeAll();
  await wrapper.flush();
  const results: TransmissionResult[] = await Promise.all(sent);
  assertEquals(results.map(({ successfulCount }) => successfulCount), [1, 1, 1]);
  await wrapper.shutdown();
  assertEquals(clock.timers, 0);
});

test("flush reports what kept a batch from arriving", async () => {
  const { service, wrapper } = stage();
  service.habit = "never";
  const sent = wrapper.sendBatch(batchOf([1]));
  await settle();
  const flushed = held(wrapper.flush());
  const failure = new ConnectionError("over", { retryable: false });
  service.transport.latest.fail(failure);
  assertEquals(await assertRejects(() => flushed), failure);
  await sent;
  await wrapper.shutdown();
});
