import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { SlidingTally } from "../../src/core/sliding_tally.ts";
import { test } from "../harness/mod.ts";
import { FakeClock } from "../ingest/fake_clock.ts";

const WINDOW_MS = 300_000;
const PART_MS = 1_000;

test("rows leave the window one by one, as they came, and not all at once", async () => {
  const clock = new FakeClock();
  const tally = new SlidingTally(WINDOW_MS, clock);
  tally.add(10, 1);
  await clock.advance(200_000);
  tally.add(20, 2);
  assertEquals([tally.rows, tally.failures], [30, 3]);
  await clock.advance(99_000);
  assertEquals([tally.rows, tally.failures], [30, 3]);
  await clock.advance(1_000);
  assertEquals([tally.rows, tally.failures], [20, 2]);
  await clock.advance(200_000);
  assertEquals([tally.rows, tally.failures], [0, 0]);
});

test("what is forgotten stays so", async () => {
  const clock = new FakeClock();
  const tally = new SlidingTally(WINDOW_MS, clock);
  tally.add(10, 1);
  tally.clear();
  await clock.advance(WINDOW_MS);
  tally.add(3, 1);
  assertEquals([tally.rows, tally.failures], [3, 1]);
});

const event = fc.record({
  afterMs: fc.oneof(fc.nat(5_000), fc.nat(2 * WINDOW_MS)),
  rows: fc.nat(1_000),
  failures: fc.nat(1_000),
});

test("what it counts is what a list of everything says, to a second", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (events) => {
      const clock = new FakeClock();
      const tally = new SlidingTally(WINDOW_MS, clock);
      const all: { at: number; rows: number; failures: number }[] = [];
      for (const { afterMs, rows, failures } of events) {
        await clock.advance(afterMs);
        tally.add(rows, failures);
        all.push({ at: clock.now(), rows, failures });
        const sum = (what: "rows" | "failures", ms: number) =>
          all.filter(({ at }) => at > clock.now() - ms).reduce((sum, one) => sum + one[what], 0);
        for (const what of ["rows", "failures"] as const) {
          const counted = tally[what];
          const bounds = [sum(what, WINDOW_MS - PART_MS), sum(what, WINDOW_MS)];
          assertEquals([Math.max(counted, bounds[0]!), Math.min(counted, bounds[1]!)], [
            counted,
            counted,
          ]);
        }
      }
    }),
    { numRuns: 50 },
  );
});
