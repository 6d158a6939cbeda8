/**
 * What a result says of the rows against what a server in memory made durable, whatever goes wrong.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { type RecordBatch, Table, Uint64, vectorFromArray } from "apache-arrow";
import fc from "fast-check";
import { ConnectionError, TransmissionError } from "../../src/core/errors.ts";
import { createWrapper } from "../../src/web.ts";
import { test } from "../harness/mod.ts";
import { MemoryTransport } from "../ingest/memory_transport.ts";

/** What the server does when a request has arrived. */
const ACTIONS = ["acknowledge", "wait", "wait", "break", "refuse"] as const;
type Action = typeof ACTIONS[number];

/** Rows from here on are too large for a BIGINT: they cannot be converted. */
const TOO_LARGE = 2n ** 63n;

/** Values of the rows in a request's records, `message { optional int64 n = 1; }` each. */
function rowsIn(records: Uint8Array): number[] {
  const rows: number[] = [];
  const batch = new BinaryReader(records);
  while (batch.pos < batch.len) {
    batch.tag();
    const record = new BinaryReader(batch.bytes());
    record.tag();
    rows.push(Number(record.int64()));
  }
  return rows;
}

/** A server that follows the script, then acknowledges everything. */
function scripted(actions: readonly Action[]): { transport: MemoryTransport; durable: number[] } {
  const transport = new MemoryTransport();
  const script = [...actions];
  const durable: number[] = [];
  transport.onConnection = (connection) => {
    let acknowledged = 0;
    connection.onRequest = () => {
      if (!connection.isOpen) return;
      const action = script.shift() ?? "acknowledge";
      if (action === "break") connection.fail(new ConnectionError("cable cut"));
      if (action === "refuse") connection.fail(new TransmissionError("poison"));
      if (action !== "acknowledge") return;
      for (const { records } of connection.requests.slice(acknowledged)) {
        durable.push(...rowsIn(records));
      }
      acknowledged = connection.requests.length;
      connection.acknowledgeAll();
    };
  };
  return { transport, durable };
}

/** Row numbers as values, spread over batches; the rows in `bad` cannot be converted. */
function tableOf(sizes: readonly number[], bad: ReadonlySet<number>): Table {
  let next = 0;
  return new Table(sizes.map((size): RecordBatch => {
    const values = Array.from({ length: size }, () => {
      const row = next++;
      return BigInt(row) + (bad.has(row) ? TOO_LARGE : 0n);
    });
    return new Table({ n: vectorFromArray(values, new Uint64()) }).batches[0]!;
  }));
}

const situation = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }),
  bad: fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { maxLength: 12 }),
  actions: fc.array(fc.constantFrom(...ACTIONS), { maxLength: 20 }),
  maxRequestBytes: fc.integer({ min: 8, max: 40 }),
  maxInflightRequests: fc.integer({ min: 1, max: 5 }),
});

test("every row is reported once, and as what the server made of it", async () => {
  await fc.assert(
    fc.asyncProperty(situation, async ({ sizes, bad, actions, ...limits }) => {
      const { transport, durable } = scripted(actions);
      await using wrapper = await createWrapper({
        endpoint: "https://memory.example",
        tableName: "main.iot.readings",
        headersProvider: () => ({}),
        transport,
        retry: { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 1 },
        // Requests that nobody acknowledges are sent again soon.
        stream: { ...limits, ackTimeoutMs: 5, drainTimeoutMs: 0 },
      });
      const table = tableOf(sizes, new Set(bad));
      const result = await wrapper.sendBatch(table);

      assertEquals(result.totalRows, table.numRows);
      assertEquals(result.successfulCount + result.failedCount, result.totalRows);
      const failed = result.failedRowIndices();
      assertEquals(failed, [...new Set(failed)].sort((a, b) => a - b));
      const known = new Set(durable);
      for (const row of result.successfulRows) assert(known.has(row), `row ${row} is not durable`);

      const unconvertible = result.failedRowIndicesByErrorType("ConversionError");
      assertEquals(unconvertible.every((row) => bad.includes(row)), true);
      const undelivered = failed.filter((row) => !unconvertible.includes(row));
      for (const row of undelivered) assert(!known.has(row), `row ${row} is durable`);
      assertEquals(result.error === undefined, undelivered.length === 0);

      const inHand = wrapper.unacknowledged().flatMap((batch) => [...batch.getChild("n")!]);
      assertEquals(inHand.map((value) => Number(value % TOO_LARGE)), undelivered);
    }),
    { numRuns: 200 },
  );
}, { timeoutMs: 120_000 });
