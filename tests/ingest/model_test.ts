/**
 * Random interleavings of everything that can happen to a stream, against a model.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { test } from "../harness/mod.ts";
import { settle } from "./fake_clock.ts";
import { type Event, Model, type Step } from "./model.ts";
import { held, invalid, outcomeOf } from "./stage.ts";

const events: fc.Arbitrary<Event> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("ingest" as const), size: sizes() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("acknowledge" as const),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("wait" as const), which: fc.nat() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("announceEnd" as const),
      ms: fc.constantFrom(0, 100, 50_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("freeze" as const),
      ms: fc.constantFrom(50, 600, 25_000),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "withdraw" as const,
        "flush" as const,
        "acknowledgeAgain" as const,
        "loseAcknowledgement" as const,
        "fail" as const,
        "end" as const,
        "breakSending" as const,
        "stall" as const,
        "resume" as const,
        "ignoreHalfClose" as const,
        "refuseNext" as const,
        "refuseCredentials" as const,
        "failProvider" as const,
        "hangNext" as const,
      ),
    }),
  },
);

function steps(maxLength: number): fc.Arbitrary<Step[]> {
  return fc.array(
    fc.oneof(
      { weight: 20, arbitrary: events },
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constant("together" as const),
          events: fc.array(events, { minLength: 2, maxLength: 4 }),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant("advance" as const),
          ms: fc.constantFrom(1, 100, 600, 4_000, 30_000),
        }),
      },
    ),
    { maxLength, size: "max" },
  );
}

function sizes(): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 4, max: 30 }) },
    { weight: 1, arbitrary: fc.integer({ min: 61, max: 90 }) },
  );
}

const PATIENT = { timeoutMs: Infinity };

/** How a run comes to its end. */
const ends = fc.constantFrom("drain", "close", "abort", "fatal");

const course = fc.record({
  happening: steps(60),
  end: ends,
  /** What happens between the call of `close` and the server's recovery. */
  meanwhile: steps(10),
  chance: fc.constantFrom(0, 0.5, 0.99),
});

test("whatever happens, every request is durable once, in order, or handed back", async () => {
  let runs = 0;
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(course, async ({ happening, end, meanwhile, chance }) => {
      runs++;
      const model = new Model(chance);
      const { stream, clock, transport } = model.set;
      for (const step of happening) await model.apply(step);
      for (const [hook] of model.set.events) seen.add(hook);

      if (end === "drain" || end === "close") {
        const done = held(end === "close" ? stream.close(PATIENT) : stream.flush(PATIENT));
        if (end === "close") { for (const step of meanwhile) await model.apply(step); }
        model.heal();
        await clock.advance(200_000);
        for (const promise of [done, ...model.promises]) {
          assertEquals((await outcomeOf(promise)).status, "fulfilled");
        }
        assertEquals(stream.unacknowledged(), []);
        assertEquals(model.landed, model.ingested, "landed in order, without a gap");
        assertEquals(model.durable, model.ingested.length);
      } else if (end === "abort") {
        stream.abort();
      } else {
        const server = transport.connections.at(-1);
        if (server?.isOpen) server.fail(invalid());
        else transport.answers.splice(0, Infinity, invalid());
        await clock.advance(200_000);
      }
      await settle();
      assertEquals(model.violations, []);
      model.checkUnacknowledged();
      if (end === "drain") await Promise.all([stream.close(), clock.advance(1_000)]);
      // Whoever waited has been told, and nothing is left running.
      stream.abort();
      await Promise.allSettled(model.promises);
      await settle();
      assertEquals(clock.timers, 0);
      assert(transport.connections.every(({ dropped }) => dropped));
    }),
    { numRuns: 1_000 },
  );
  assert(runs >= 1_000);
  for (const hook of ["connected", "acknowledged", "retrying", "paused"]) assert(seen.has(hook));
});
