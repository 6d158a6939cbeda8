/**
 * What results say of the rows against what a server in memory made durable, whatever goes wrong.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Table } from "apache-arrow";
import fc from "fast-check";
import { ConnectionError, TransmissionError } from "../../src/core/errors.ts";
import type { TransmissionResult } from "../../src/core/result.ts";
import { test } from "../harness/mod.ts";
import { settle } from "../ingest/fake_clock.ts";
import { MemoryTransport } from "../ingest/memory_transport.ts";
import { handedBack, numbersIn, range, refusal, unsignedBatchOf, wrapperOn } from "./stage.ts";

/** What the server does when a request has arrived that it has nothing against. */
const ACTIONS = [
  "acknowledge",
  "acknowledge",
  /** It has not stored it yet. */
  "wait",
  /** It has, but does not say so. */
  "store",
  "break",
  "fail",
  "end",
] as const;
type Action = typeof ACTIONS[number];

interface Server {
  readonly transport: MemoryTransport;
  /** Numbers that are stored. */
  readonly durable: Set<number>;
  /** Those of them that were stored once without an acknowledgement. */
  readonly silent: Set<number>;
}

/** A server that follows the script, then acknowledges everything, and never takes poison. */
function scripted(
  actions: readonly Action[],
  poison: ReadonlySet<number>,
  onRequest: (count: number) => void,
): Server {
  const transport = new MemoryTransport();
  const script = [...actions];
  const durable = new Set<number>();
  const silent = new Set<number>();
  let count = 0;
  transport.onConnection = (connection) => {
    let stored = 0;
    const store = () => {
      const numbers = connection.requests.slice(stored)
        .flatMap(({ records }) => numbersIn(records));
      numbers.forEach((number) => durable.add(number));
      stored = connection.requests.length;
      return numbers;
    };
    connection.onRequest = ({ records }) => {
      if (!connection.isOpen) return;
      onRequest(count++);
      if (!connection.isOpen) return;
      if (numbersIn(records).some((number) => poison.has(number))) {
        return connection.fail(refusal());
      }
      const action = script.shift() ?? "acknowledge";
      if (action === "break") connection.fail(new ConnectionError("cable cut"));
      if (action === "fail") connection.fail(new TransmissionError("no more"));
      if (action === "end") connection.end();
      if (action === "store") store().forEach((number) => silent.add(number));
      if (action === "acknowledge") {
        store();
        connection.acknowledgeAll();
      }
    };
  };
  return { transport, durable, silent };
}

const batchSizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 });
const someRows = fc.uniqueArray(fc.nat(99), { maxLength: 8 });
/** After how many requests something happens, if at all. */
const moment = fc.option(fc.nat(20), { nil: undefined });

const situation = fc.record({
  deliveries: fc.array(batchSizes, { minLength: 1, maxLength: 4 }),
  bad: someRows,
  poison: someRows,
  actions: fc.array(fc.constantFrom(...ACTIONS), { maxLength: 20 }),
  maxExtraRequests: fc.constantFrom(0, 3, 64),
  wrapperAbort: fc.option(fc.nat(20), { nil: undefined, freq: 4 }),
  senderAbort: moment,
  stream: fc.record({
    maxRequestBytes: fc.integer({ min: 4, max: 40 }),
    maxInflightRequests: fc.integer({ min: 1, max: 5 }),
    streams: fc.integer({ min: 1, max: 3 }),
  }),
});

/** What a delivery is told to send: the numbers of its rows, which no other has. */
function numbersOf(deliveries: readonly (readonly number[])[]): number[][][] {
  let next = 0;
  return deliveries.map((sizes) =>
    sizes.map((size) => {
      next += size;
      return range(next - size, size);
    })
  );
}

test(
  "every row is reported once, as what the server made of it, and handed back if it is open",
  async () => {
    await fc.assert(
      fc.asyncProperty(situation, async (given) => {
        const bad = new Set(given.bad);
        const poison = new Set(given.poison.filter((number) => !bad.has(number)));
        const stopAll = new AbortController();
        const stopFirst = new AbortController();
        const server = scripted(given.actions, poison, (count) => {
          // Not at once: acknowledgements that were said before are read before.
          if (count === given.wrapperAbort) settle().then(() => stopAll.abort());
          if (count === given.senderAbort) settle().then(() => stopFirst.abort());
        });
        const { durable, silent } = server;
        await using wrapper = wrapperOn(server, {
          signal: stopAll.signal,
          isolateRejectedRows: { maxExtraRequests: given.maxExtraRequests },
          backoff: { failureRate: false },
          // Requests that nobody acknowledges are sent again soon.
          stream: { ...given.stream, ackTimeoutMs: 5 },
        });
        const inputs = numbersOf(given.deliveries);
        const sent = inputs.map((batches, index): Promise<TransmissionResult | undefined> => {
          const table = new Table(batches.map((numbers) => unsignedBatchOf(numbers, bad)));
          if (index > 0) return wrapper.sendBatch(table);
          return wrapper.sendBatch(table, { signal: stopFirst.signal }).catch(() => undefined);
        });
        const results = await Promise.all(sent);
        await wrapper.flush().catch(() => {});

        const open: number[] = [];
        for (const [index, result] of results.entries()) {
          const numbers = inputs[index]!.flat();
          if (result === undefined) {
            // Given up by its sender. What is not handed back is durable or failed by itself.
            const back = new Set(handedBack(wrapper));
            for (const number of numbers) {
              if (back.has(number)) open.push(number);
              else assert(durable.has(number) || bad.has(number) || poison.has(number));
            }
            continue;
          }
          assertEquals(result.totalRows, numbers.length);
          assertEquals(result.successfulCount + result.failedCount, result.totalRows);
          const failed = result.failedRowIndices();
          assertEquals(failed, [...new Set(failed)].sort((a, b) => a - b));
          for (const row of result.successfulRows) assert(durable.has(numbers[row]!), `row ${row}`);
          const together: number[] = [];
          for (const { row, error } of result.failedRows) {
            const number = numbers[row]!;
            if (error.code === "conversion") {
              assert(bad.has(number));
            } else if (error.details.row !== undefined) {
              assertInstanceOf(error, TransmissionError);
              assert(poison.has(number), `row ${row} was not refused`);
              assertEquals(error.details.row, row);
            } else {
              assert(!durable.has(number) || silent.has(number), `row ${row} is durable`);
              together.push(number);
            }
          }
          assertEquals(result.error === undefined, together.length === 0);
          open.push(...together);
        }
        assert([...poison].every((number) => !durable.has(number)));
        assertEquals(handedBack(wrapper), open);
      }),
      { numRuns: 400 },
    );
  },
  { timeoutMs: 120_000 },
);
