import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { BACKOFF_DEFAULTS } from "../../src/core/defaults.ts";
import type { ResolvedBackoff } from "../../src/core/resolved_configuration.ts";
import { ConnectionError, RetryExhaustedError, type ZerobusError } from "../../src/core/errors.ts";
import { ProtectiveBackoff } from "../../src/core/protective_backoff.ts";
import { test } from "../harness/mod.ts";
import { FakeClock } from "../ingest/fake_clock.ts";

function stage(options: Partial<ResolvedBackoff> = {}, chance = 0) {
  const clock = new FakeClock();
  clock.chances = [chance];
  return { clock, backoff: new ProtectiveBackoff({ ...BACKOFF_DEFAULTS, ...options }, clock) };
}

const state = ({ active, reason, untilMs }: ProtectiveBackoff) => ({ active, reason, untilMs });
const FREE = { active: false, reason: undefined, untilMs: 0 };
const blocked = new ConnectionError("blocked", { details: { serviceCode: 6006 } });

const RATES: [what: string, counts: [rows: number, failures: number][], active: boolean][] = [
  ["nothing at all", [[0, 0]], false],
  ["99 rows, all failed", [[99, 99]], false],
  ["100 rows, exactly 1 %", [[100, 1]], false],
  ["100 rows, 2 %", [[100, 2]], true],
  ["the 100th row completes them", [[99, 2], [1, 0]], true],
  ["success dilutes failure", [[50, 2], [950, 0]], false],
  ["few of many", [[1_000, 0], [1_000, 20]], false],
  ["one too many of many", [[1_000, 0], [1_000, 21]], true],
];
for (const [what, counts, active] of RATES) {
  test(`failure rate: ${what}: ${active ? "holds back" : "goes on"}`, () => {
    const { backoff } = stage();
    for (const [rows, failures] of counts) backoff.count(rows, failures);
    assertEquals(backoff.active, active);
  });
}

test("shares that have no exact binary form are exact thresholds", () => {
  for (let percent = 1; percent < 100; percent++) {
    const failureRate = { ...BACKOFF_DEFAULTS.failureRate, threshold: percent / 100 };
    const { backoff } = stage({ failureRate });
    backoff.count(100, percent);
    assertEquals(backoff.active, false, `${percent} %`);
    backoff.count(100, percent + 1);
    assertEquals(backoff.active, true, `${percent} %`);
  }
});

const LENGTHS: [reason: "failure-rate" | "service", chance: number, ms: number][] = [
  ["failure-rate", 0, 30_000],
  ["failure-rate", 0.5, 37_500],
  ["service", 0, 60_000],
  ["service", 0.5, 75_000],
];
for (const [reason, chance, ms] of LENGTHS) {
  test(`${reason}: holds back for ${ms} ms when chance says ${chance}`, async () => {
    const { clock, backoff } = stage({}, chance);
    if (reason === "service") backoff.note(blocked);
    else backoff.count(100, 100);
    assertEquals(state(backoff), { active: true, reason, untilMs: ms });
    await clock.advance(ms - 1);
    assertEquals(backoff.refusal()?.details.retryAfterMs, 1);
    await clock.advance(1);
    assertEquals(state(backoff), FREE);
    assertEquals(backoff.refusal(), undefined);
  });
}

test("a refusal is retryable and tells how long and why", () => {
  const { backoff } = stage();
  backoff.note(blocked);
  const refusal = backoff.refusal();
  assertEquals([refusal?.code, refusal?.retryable], ["connection", true]);
  assertEquals(refusal?.details, { retryAfterMs: 60_000 });
  assertStringIncludes(refusal?.message ?? "", "Error Code: 6006");
});

test("what fails while it holds back is not held against the time after", async () => {
  const { clock, backoff } = stage();
  backoff.count(100, 100);
  backoff.count(10_000, 10_000);
  await clock.advance(30_000);
  backoff.count(1_000, 0);
  assertEquals(state(backoff), FREE);
  backoff.count(1_000, 21);
  assertEquals(backoff.active, true);
});

test("failures that have left the window are forgotten, though something went on", async () => {
  const { clock, backoff } = stage();
  backoff.count(99, 99);
  for (let minute = 0; minute < 5; minute++) {
    await clock.advance(60_000);
    assert(!backoff.active);
    if (minute === 4) backoff.count(99, 0);
  }
  backoff.count(1, 0);
  assertEquals(state(backoff), FREE);
});

test("the longer of two reasons counts", async () => {
  const { clock, backoff } = stage();
  backoff.note(blocked);
  await clock.advance(10_000);
  backoff.count(100, 100);
  assertEquals(state(backoff), { active: true, reason: "service", untilMs: 50_000 });
  const other = stage();
  other.backoff.count(100, 100);
  other.backoff.note(blocked);
  assertEquals(state(other.backoff), { active: true, reason: "service", untilMs: 60_000 });
});

test("reset forgets the pause and what was counted", () => {
  const { backoff } = stage();
  backoff.note(blocked);
  backoff.reset();
  assertEquals(state(backoff), FREE);
  backoff.count(99, 99);
  backoff.reset();
  backoff.count(1, 0);
  assertEquals(state(backoff), FREE);
});

test("only the number itself is the service's word", () => {
  const { backoff } = stage();
  const others: ZerobusError[] = [
    new ConnectionError("row 6006, id 6006-6006: Error Code: 6006"),
    new ConnectionError("x", { details: { serviceCode: 60061, row: 6006, actual: 6006 } }),
  ];
  for (const error of others) backoff.note(error);
  assertEquals(state(backoff), FREE);
  backoff.note(new RetryExhaustedError("x", { details: { serviceCode: 6006, attempts: 5 } }));
  assertEquals(backoff.reason, "service");
});

test("each of the two can be switched off", () => {
  const { backoff } = stage({ failureRate: undefined, service: undefined });
  backoff.count(1_000, 1_000);
  backoff.note(blocked);
  assertEquals(state(backoff), FREE);
});
