import { assertEquals, assertLess } from "@std/assert";
import { test } from "../harness/mod.ts";
import { settle } from "./fake_clock.ts";
import { payload, stage, strike, unacknowledged, unavailable } from "./stage.ts";

const MANY = 100_000;
/** Seconds where work is linear, minutes where it is not; room for a busy machine. */
const PATIENCE = { timeoutMs: 60_000 };
const UNBOUNDED = { maxInflightRequests: Infinity, maxInflightBytes: Infinity };

test("a hundred thousand requests in flight, released by one acknowledgement", async () => {
  const set = stage({ limits: UNBOUNDED });
  for (let id = 0; id < MANY; id++) await set.stream.ingest(payload(id));
  await settle();
  assertEquals(set.transport.latest.requests.length, MANY);
  set.transport.latest.acknowledgeAll();
  await set.stream.flush();
  assertEquals(set.stream.inflightRequests, 0);
  await strike(set);
}, PATIENCE);

test("a hundred thousand requests, each waited for and acknowledged by itself", async () => {
  const set = stage({ limits: UNBOUNDED });
  const waits: Promise<void>[] = [];
  for (let id = 0; id < MANY; id++) {
    const offset = await set.stream.ingest(payload(id));
    waits.push(set.stream.waitForOffset(offset, { timeoutMs: Infinity }));
  }
  await settle();
  for (let offset = 0; offset < MANY; offset++) set.transport.latest.acknowledge(offset);
  await Promise.all(waits);
  await strike(set);
}, PATIENCE);

test(
  "a hundred thousand requests in line for a narrow window, half of them withdrawn",
  async () => {
    const set = stage({ limits: { maxInflightRequests: 10 } });
    set.transport.onConnection = (server) => server.onRequest = () => server.acknowledgeAll();
    const withdrawals: AbortController[] = [];
    const ingested = Promise.allSettled(
      Array.from({ length: MANY }, (_, id) => {
        const withdrawal = new AbortController();
        if (id % 2 === 1 && id > 100) withdrawals.push(withdrawal);
        return set.stream.ingest(payload(id), { signal: withdrawal.signal });
      }),
    );
    for (const withdrawal of withdrawals) withdrawal.abort();
    const admitted = (await ingested).filter(({ status }) => status === "fulfilled").length;
    await set.stream.flush();
    assertEquals(admitted, set.transport.latest.requests.length);
    assertEquals(admitted, MANY / 2 + 50);
    await strike(set);
  },
  PATIENCE,
);

test("a hundred thousand requests are sent again after a failure, once", async () => {
  const set = stage({ limits: UNBOUNDED });
  for (let id = 0; id < MANY; id++) await set.stream.ingest(payload(id));
  await settle();
  set.transport.latest.acknowledge(MANY / 2 - 1);
  set.transport.latest.fail(unavailable());
  await set.clock.advance(50);
  assertEquals(set.transport.latest.requests.length, MANY / 2);
  assertEquals(unacknowledged(set.stream)[0], MANY / 2);
  assertLess(set.clock.slept.length, 100, "no timer per request");
  await strike(set);
}, PATIENCE);
