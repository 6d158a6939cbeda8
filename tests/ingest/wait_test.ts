import { assertEquals, assertRejects } from "@std/assert";
import { ConnectionError, TransmissionError } from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";
import { settle } from "./fake_clock.ts";
import { assertPending, held, invalid, payload, stage, strike, unacknowledged } from "./stage.ts";

test("waiting for an offset that was never given out is a RangeError", async () => {
  const set = stage();
  await assertRejects(() => set.stream.waitForOffset(0n), RangeError, "nothing was ingested");
  await set.ingest(0, 1);
  for (const offset of [2n, -1n, 2n ** 60n]) {
    await assertRejects(() => set.stream.waitForOffset(offset), RangeError, "last one is 1");
  }
  await assertRejects(() => set.stream.waitForOffset(1 as never), RangeError);
  await strike(set);
});

test("a durable offset is durable, also after a failure and after close", async () => {
  const set = stage();
  await set.ingest(0, 1);
  set.transport.latest.acknowledge(0);
  set.transport.latest.fail(invalid());
  await settle();
  assertEquals(set.stream.state, "failed");
  await set.stream.waitForOffset(0n);
  await assertRejects(() => set.stream.waitForOffset(1n), TransmissionError);
  await assertRejects(() => set.stream.close(), TransmissionError);
  await set.stream.waitForOffset(0n);
  await assertRejects(() => set.stream.waitForOffset(1n), TransmissionError);
  await strike(set);
});

test("flush returns at once when nothing was ingested, and connects nothing", async () => {
  const set = stage();
  await set.stream.flush();
  assertEquals([set.transport.opened.length, set.clock.timers], [0, 0]);
  await strike(set);
});

test("flush waits for what came before it and not for what came after", async () => {
  const set = stage();
  await set.ingest(0, 1);
  const flush = set.stream.flush();
  await set.ingest(2);
  set.transport.latest.acknowledge(0);
  await assertPending(flush);
  set.transport.latest.acknowledge(1);
  await flush;
  assertEquals(unacknowledged(set.stream), [2]);
  await strike(set);
});

test("flush includes requests that wait in line, and those only that came before", async () => {
  const set = stage({ limits: { maxInflightRequests: 1 } });
  const withdrawal = new AbortController();
  const ingested = [
    set.stream.ingest(payload(0)),
    set.stream.ingest(payload(1)),
    held(set.stream.ingest(payload(2), { signal: withdrawal.signal })),
  ];
  const flush = set.stream.flush();
  const later = set.stream.ingest(payload(3));
  await settle();
  withdrawal.abort();
  set.transport.latest.acknowledge(0);
  await assertPending(flush);
  set.transport.latest.acknowledge(1);
  await flush;
  assertEquals(await later, 2n);
  assertEquals((await Promise.allSettled(ingested)).map(({ status }) => status), [
    "fulfilled",
    "fulfilled",
    "rejected",
  ]);
  await strike(set);
});

const WAITS: {
  name: string;
  wait: (stream: ReturnType<typeof stage>["stream"], ms?: number) => Promise<void>;
}[] = [
  {
    name: "flush",
    wait: (stream, timeoutMs) => stream.flush({ timeoutMs }),
  },
  {
    name: "waitForOffset",
    wait: (stream, timeoutMs) => stream.waitForOffset(0n, { timeoutMs }),
  },
];
for (const { name, wait } of WAITS) {
  test(`${name} gives up after its time, and the stream goes on`, async () => {
    const set = stage({ limits: { ackTimeoutMs: 1e9, flushTimeoutMs: 300_000 } });
    await set.ingest(0);
    const [short, standard, endless] = [
      held(wait(set.stream, 10)),
      held(wait(set.stream)),
      wait(set.stream, Infinity),
    ];
    await set.clock.advance(9);
    await assertPending(short);
    await set.clock.advance(1);
    const error = await assertRejects(() => short, ConnectionError, "within 10 ms");
    assertEquals(error.details, { status: "DEADLINE_EXCEEDED", limit: 10 });
    await set.clock.advance(299_989);
    await assertPending(standard);
    await set.clock.advance(1);
    await assertRejects(() => standard, ConnectionError, "300000 ms");
    await set.clock.advance(1e8);
    await assertPending(endless);
    assertEquals(set.stream.state, "open");
    set.transport.latest.acknowledge(0);
    await endless;
    await wait(set.stream);
    await strike(set);
  });

  test(`${name} ends with its signal's reason, and the stream goes on`, async () => {
    const set = stage();
    await set.ingest(0);
    const impatience = new AbortController();
    const { signal } = impatience;
    const waiting = name === "flush"
      ? set.stream.flush({ signal })
      : set.stream.waitForOffset(0n, { signal });
    await assertPending(waiting);
    impatience.abort(new Error("enough"));
    await assertRejects(() => waiting, Error, "enough");
    await assertRejects(() => set.stream.flush({ signal }), Error, "enough");
    set.transport.latest.acknowledge(0);
    await wait(set.stream);
    await strike(set);
  });
}
