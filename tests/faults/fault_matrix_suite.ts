import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { SILENT } from "../behaviour/stage.ts";
import { type Table, tableFromArrays } from "apache-arrow";
import type { TransmissionResult, WrapperConfiguration } from "@zerobus/wrapper";
import { configurationFor, TABLE } from "../behaviour/stage.ts";
import type { LocalHandle, Road, TestEnvironment } from "../harness/environment.ts";
import { test, testUnless } from "../harness/mod.ts";
import { Tap, transportOf } from "../harness/tap.ts";
import { balance } from "./accounting.ts";
import { FAULT_LINES } from "./catalogue.ts";
import { type FaultCase, type FaultLine, type Phase, PHASES, SIZES } from "./fault_line.ts";
import { overRest } from "./over_rest.ts";

/** What no case may exceed, in milliseconds. */
const LONGEST_MS = 8_000;
const BATCH_ROWS = SIZES.requestsPerBatch * SIZES.rowsPerRequest;

/**
 * Fault × road × phase: no row is lost, none is sent again that was acknowledged, every result
 * adds up, in time.
 */
export function faultMatrixSuite(env: TestEnvironment): void {
  let count = 0;
  let skipped = 0;
  for (const road of env.roads) {
    for (const line of FAULT_LINES) {
      const inPhases = PHASES.map((phase) => ({ phase, faultCase: caseOver(road, line, phase) }));
      const cases = inPhases.filter((entry): entry is PhaseCase =>
        typeof entry.faultCase !== "string"
      );
      count += cases.length;
      skipped += PHASES.length - cases.length;
      const name = `faults over ${road.name}: ${line.title}`;
      if (cases.length === 0) {
        testUnless(String(inPhases.at(-1)?.faultCase), name, () => {});
        continue;
      }
      // At the same time, since most of them do little but wait; each has a server of its own.
      test(name, async () => {
        const ended = await Promise.allSettled(
          cases.map(({ phase, faultCase }) => runCase(env, road, phase, faultCase)),
        );
        const problems = ended.flatMap((end, index) =>
          end.status === "fulfilled" ? [] : [new Error(cases[index]!.phase, { cause: end.reason })]
        );
        if (problems.length > 0) throw new AggregateError(problems, whatFailed(problems));
      });
    }
  }
  console.log(`fault matrix on ${env.runtime}: ${count} cases, ${skipped} that make no sense`);
}

/** A case, and what the client is doing meanwhile. */
interface PhaseCase {
  readonly phase: Phase;
  readonly faultCase: FaultCase;
}

/** The case of a line in a phase, or the reason why there is none. */
function caseOver(road: Road, line: FaultLine, phase: Phase): FaultCase | string {
  const usual = line.in(phase);
  return road.protocol === "rest" && typeof usual !== "string" ? overRest(usual) : usual;
}

async function runCase(
  env: TestEnvironment,
  road: Road,
  phase: Phase,
  faultCase: FaultCase,
): Promise<void> {
  const { faults, outcome, poison, downMs, once } = faultCase;
  await using local = await env.startLocal({ faults });
  const tap = new Tap();
  const transport = transportOf(env.library, road.protocol, { endpoint: local.url });
  const wrapper = await env.library.createWrapper({
    logger: SILENT,
    ...configuration(local, road, faultCase),
    transport: tap.on(transport),
  });
  const startedAt = performance.now();
  const firstRows = Array.from({ length: SIZES.batches }, (_, batch) => batch * BATCH_ROWS);
  const sent = firstRows.map((from) => wrapper.sendBatch(numbered(from)));
  const flushed = phase === "flush" ? settled(wrapper.flush()) : undefined;
  const closed = phase === "close" ? settled(wrapper.shutdown()) : undefined;
  if (downMs !== undefined) {
    await faultStrikes(local);
    await local.restart({ downMs });
  }
  const results = await Promise.all(sent);
  const isFlushed = await flushed;
  const handedBack = wrapper.unacknowledged();
  const isClosed = await (closed ?? settled(wrapper.shutdown()));
  await transport.close();
  assertLess(performance.now() - startedAt, LONGEST_MS, "bounded time");

  const landed = await local.requests(TABLE);
  const { successful, failed, durable, duplicates } = balance({
    sent: results.map((result, batch) => ({ from: firstRows[batch]!, result })),
    handedBack,
    landed,
    tap,
  });
  assertEquals(successful.size + failed.size, SIZES.batches * BATCH_ROWS);
  await assertStruck(local);
  if (outcome === "delivered") assertEquals(reasons(results), [], "every row arrives");
  if (outcome === "refused") assertGreater(failed.size, 0, "some rows are refused");
  if (failed.size === 0) {
    assertEquals([isFlushed ?? true, isClosed], [true, true]);
    assertEquals(handedBack, []);
  }
  if (once) assertEquals(duplicates, [], "nothing is sent again");
  if (poison !== undefined) assert(failed.has(poison) && !durable.has(poison), "poison is refused");
}

/** Says it in one text: not every runner shows causes. */
function whatFailed(problems: readonly Error[]): string {
  return problems.map(({ message, cause }) => `${message}: ${cause}`).join("\n");
}

function configuration(
  local: LocalHandle,
  road: Road,
  { stream, downMs }: FaultCase,
): WrapperConfiguration {
  return {
    ...configurationFor(local),
    ...road.configuration,
    // Nobody listens for a while when the server restarts, and every attempt then fails at once.
    retry: { maxAttempts: downMs === undefined ? 8 : 1_000, baseDelayMs: 1, maxDelayMs: 10 },
    stream: {
      maxRequestRecords: SIZES.rowsPerRequest,
      connectTimeoutMs: 3_000,
      ackTimeoutMs: 3_000,
      flushTimeoutMs: 5_000,
      drainTimeoutMs: 100,
      ...stream,
    },
  };
}

/** A batch whose rows have the numbers from `from` on. */
function numbered(from: number): Table {
  return tableFromArrays({ n: Int32Array.from({ length: BATCH_ROWS }, (_, row) => from + row) });
}

/** Every scripted fault has happened: the case has tested what it says. */
async function assertStruck(local: LocalHandle): Promise<void> {
  const { left, fired } = await local.faults();
  assertEquals(
    left.filter(({ times, kind }) => times !== "always" && kind !== "reject_record"),
    [],
  );
  assertGreater(Object.values(fired).reduce((sum, times) => sum + times, 0), 0);
}

/** Waits until the server has begun to misbehave. */
async function faultStrikes(local: LocalHandle): Promise<void> {
  while ((await local.faults()).left.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Whether a promise is fulfilled, once it is settled. */
function settled(promise: Promise<void>): Promise<boolean> {
  return promise.then(() => true, () => false);
}

function reasons(results: readonly TransmissionResult[]): string[] {
  return results.flatMap(({ error, failedRows }) =>
    failedRows.length === 0 ? [] : [String(error ?? failedRows[0]?.error)]
  );
}
