import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { ConnectionError, TransmissionError } from "../../src/core/errors.ts";
import { Allowance, isolate, isRefusalOfRecords } from "../../src/delivery/isolation.ts";
import { test } from "../harness/mod.ts";

interface Outcome {
  /** Records by what became of them. */
  readonly accepted: number[];
  readonly alone: number[];
  readonly together: number[][];
  /** Pieces that were offered. */
  readonly offers: readonly number[][];
}

/** Runs the plan against a service that refuses what `refuses` says. */
function run(
  count: number,
  extra: number,
  refuses: (records: readonly number[]) => boolean,
): Outcome {
  const outcome = { accepted: [], alone: [], together: [], offers: [] } as {
    accepted: number[];
    alone: number[];
    together: number[][];
    offers: number[][];
  };
  const steps = isolate({ start: 0, end: count }, { at: "whole" }, new Allowance(extra));
  let next = 0;
  let answer: { at: string } | undefined;
  for (let step = steps.next(); !step.done; step = steps.next(answer)) {
    const { kind, piece: { start, end } } = step.value;
    assertEquals(start, next, "from front to back");
    const records = Array.from({ length: end - start }, (_, index) => start + index);
    if (kind === "give_up") {
      if (records.length === 1) outcome.alone.push(start);
      else outcome.together.push(records);
      next = end;
      continue;
    }
    outcome.offers.push(records);
    answer = refuses(records) ? { at: `${start}-${end}` } : undefined;
    if (answer === undefined) {
      outcome.accepted.push(...records);
      next = end;
    }
  }
  assertEquals(next, count);
  return outcome;
}

const poisoned = fc.integer({ min: 1, max: 200 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    poison: fc.uniqueArray(fc.nat(count - 1), { minLength: 1, maxLength: 12 }),
    extra: fc.nat(80),
  })
);

test("every record is accepted or given up, within the allowance", () => {
  fc.assert(fc.property(poisoned, ({ count, poison, extra }) => {
    const bad = new Set(poison);
    const { accepted, alone, together, offers } = run(
      count,
      extra,
      (records) => records.some((record) => bad.has(record)),
    );
    assertLessOrEqual(offers.length, extra);
    assert(accepted.every((record) => !bad.has(record)));
    assert(alone.every((record) => bad.has(record)));
    assert(together.every((records) => records.some((record) => bad.has(record))));
    const all = [...accepted, ...alone, ...together.flat()].sort((a, b) => a - b);
    assertEquals(all, Array.from({ length: count }, (_, index) => index));
  }));
});

test("with enough to spend, exactly the refused records are given up, one by one", () => {
  fc.assert(fc.property(poisoned, ({ count, poison }) => {
    const bad = new Set(poison);
    const refuses = (records: readonly number[]) => records.some((record) => bad.has(record));
    const { alone, together } = run(count, 2 * count, refuses);
    assertEquals([alone, together], [[...bad].sort((a, b) => a - b), []]);
  }));
});

test("one refused record costs at most two requests for each halving", () => {
  for (const count of [1, 2, 3, 64, 100, 1_000, 100_000]) {
    for (const bad of [0, count >> 1, count - 1]) {
      const { alone, offers } = run(count, 64, (records) => records.includes(bad));
      assertEquals(alone, [bad]);
      assertLessOrEqual(offers.length, 2 * Math.ceil(Math.log2(count)));
    }
  }
});

test("what needs no question costs none", () => {
  const { alone, offers } = run(1_024, 11, (records) => records.includes(1_023));
  assertEquals([alone, offers.length], [[1_023], 11]);
});

test("records that are refused only together are all delivered", () => {
  const tooLarge = (records: readonly number[]) => records.length > 10;
  const { accepted, alone, together } = run(100, 200, tooLarge);
  assertEquals([accepted.length, alone, together], [100, [], []]);
});

test("without anything to spend the whole is given up", () => {
  for (const extra of [0, 1]) {
    const { together, offers } = run(3, extra, () => true);
    assertEquals([together, offers], [[[0, 1, 2]], []]);
  }
});

const invalid = { status: "INVALID_ARGUMENT" } as const;
const CASES: [
  what: string,
  error: ConstructorParameters<typeof TransmissionError>[1],
  is: boolean,
][] = [
  ["refused records", { details: invalid }, true],
  ["refused records with a number", { details: { ...invalid, serviceCode: 4024 } }, true],
  ["a wrong offset", { details: { ...invalid, serviceCode: 4002 } }, false],
  ["another status", { details: { status: "OUT_OF_RANGE" } }, false],
  ["no status", {}, false],
];
for (const [what, options, expected] of CASES) {
  test(`${what}: ${expected ? "worth" : "not worth"} looking for rows`, () => {
    assertEquals(isRefusalOfRecords(new TransmissionError("x", options)), expected);
  });
}

test("a stream that was not accepted is no refusal of records", () => {
  assertEquals(isRefusalOfRecords(new ConnectionError("x", { details: invalid })), false);
});
