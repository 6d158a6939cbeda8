import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { TransmissionError } from "../../src/core/errors.ts";
import type { RequestPayload } from "../../src/ingest/payload.ts";
import { Window } from "../../src/ingest/window.ts";
import { test } from "../harness/mod.ts";
import { settle } from "./fake_clock.ts";
import type { MemoryConnection } from "./memory_transport.ts";
import { assertPending, stage, strike, unavailable } from "./stage.ts";

/** Records that carry a number each, and can do without the first of them. */
class Numbers implements RequestPayload {
  bytes: Uint8Array;

  constructor(...numbers: readonly number[]) {
    this.bytes = Uint8Array.from(numbers);
  }

  get rowCount(): number {
    return this.bytes.length;
  }

  skip(records: number): void {
    this.bytes = this.bytes.slice(records);
  }
}

const received = ({ requests }: MemoryConnection) => requests.map(({ records }) => [...records]);
const left = (payloads: readonly { readonly records: RequestPayload }[]) =>
  payloads.map(({ records }) => [...records.bytes]);

test("a request is durable when all of its records are", async () => {
  const set = stage();
  await set.stream.ingest(new Numbers(0, 1, 2));
  await set.stream.ingest(new Numbers(3, 4));
  const waits = [0n, 1n].map((offset) => set.stream.waitForOffset(offset));
  await settle();
  set.transport.latest.acknowledgeRecords(2);
  await assertPending(...waits);
  assertEquals(left(set.stream.unacknowledged()), [[2], [3, 4]]);
  set.transport.latest.acknowledgeRecords(4);
  await waits[0];
  await assertPending(waits[1]!);
  assertEquals(left(set.stream.unacknowledged()), [[4]]);
  set.transport.latest.acknowledgeRecords(5);
  await waits[1];
  assertEquals([set.stream.inflightRequests, set.stream.inflightBytes], [0, 0]);
  assertEquals(set.events.filter(([hook]) => hook === "acknowledged").map(([, event]) => event), [
    { upTo: -1n, requests: 0, rows: 2, bytes: 0 },
    { upTo: 0n, requests: 1, rows: 2, bytes: 3 },
    { upTo: 1n, requests: 1, rows: 1, bytes: 2 },
  ]);
  await strike(set);
});

test("of 15 records of which 12 are acknowledged, a new connection gets the last 3", async () => {
  const set = stage({ retry: { baseDelayMs: 0, maxDelayMs: 0 } });
  await set.stream.ingest(new Numbers(...Array(10).keys()));
  await set.stream.ingest(new Numbers(10, 11, 12, 13, 14));
  await settle();
  const [first] = set.transport.connections;
  first?.acknowledgeRecords(12);
  await settle();
  first?.fail(unavailable());
  await settle();
  assertEquals(received(set.transport.latest), [[12, 13, 14]]);
  assertEquals(set.transport.latest.requests.map(({ offset }) => offset), [0]);
  const done = set.stream.waitForOffset(1n);
  set.transport.latest.acknowledgeRecords(2);
  await assertPending(done);
  set.transport.latest.acknowledgeRecords(3);
  await done;
  await strike(set);
});

test("a request that cannot be cut is sent again as a whole", async () => {
  const set = stage({ retry: { baseDelayMs: 0, maxDelayMs: 0 } });
  await set.stream.ingest({ bytes: Uint8Array.of(0, 1, 2), rowCount: 3 });
  await settle();
  set.transport.latest.acknowledgeRecords(2);
  await settle();
  set.transport.latest.fail(unavailable());
  await settle();
  assertEquals(received(set.transport.latest), [[0, 1, 2]]);
  set.transport.latest.acknowledgeRecords(3);
  await set.stream.flush();
  await strike(set);
});

test("a number that comes late or twice changes nothing", async () => {
  const set = stage();
  await set.stream.ingest(new Numbers(0, 1, 2));
  await settle();
  for (const count of [2, 2, 1, 0]) set.transport.latest.acknowledgeRecords(count);
  await settle();
  assertEquals(left(set.stream.unacknowledged()), [[2]]);
  assertEquals(set.stream.state, "open");
  await strike(set);
});

for (const count of [4, -1, 1.5, NaN]) {
  test(`an acknowledgement of ${count} records of 3 is not believed`, async () => {
    const set = stage();
    await set.stream.ingest(new Numbers(0, 1, 2));
    await settle();
    set.transport.latest.acknowledgeRecords(count);
    const error = await assertRejects(() => set.stream.flush(), TransmissionError);
    assertStringIncludes(error.message, "3 were sent");
    assertEquals(left(set.stream.unacknowledged()), [[0, 1, 2]]);
    await strike(set);
  });
}

test("records leave the window in order, each once, however they are acknowledged", () => {
  const sizes = fc.array(fc.record({ size: fc.integer({ min: 1, max: 5 }), cuts: fc.boolean() }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(fc.property(sizes, fc.array(fc.integer({ min: 1, max: 7 })), (sizes, steps) => {
    const window = new Window(1_000, 1_000);
    let next = 0;
    for (const { size, cuts } of sizes) {
      const numbers = new Numbers(...Array.from({ length: size }, () => next++));
      const { bytes, rowCount } = numbers;
      window.add(cuts ? numbers : { bytes, rowCount });
      window.takeUnsent();
    }
    let durable = 0;
    for (const step of steps) {
      const rows = Math.min(step, next - durable);
      if (rows === 0) break;
      durable += rows;
      assertEquals(window.releaseRows(rows).rows, rows);
      const open = left(window.unacknowledged()).flat();
      // What cannot be cut is still there as a whole.
      assertEquals(open.filter((number) => number >= durable), rangeTo(durable, next));
    }
    if (durable < next) assertEquals(window.releaseRows(next - durable).rows, next - durable);
    assertEquals([window.requests, window.bytes, window.sent], [0, 0, 0]);
  }));
});

function rangeTo(from: number, end: number): number[] {
  return Array.from({ length: end - from }, (_, index) => from + index);
}
