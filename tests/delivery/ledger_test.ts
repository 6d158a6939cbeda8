import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Table } from "apache-arrow";
import fc from "fast-check";
import type { ArrowBatch } from "../../src/core/arrow.ts";
import { ConnectionError, ConversionError, type ZerobusError } from "../../src/core/errors.ts";
import { Ledger } from "../../src/delivery/ledger.ts";
import { EncodedRows } from "../../src/encode/encoded_rows.ts";
import { test } from "../harness/mod.ts";
import { batchOf, range } from "./stage.ts";

const gone = new ConnectionError("gone");
const rest = new ConnectionError("never begun");
const bad = new ConversionError("no such luck");

/** Rows `firstRow` to `endRow`, of which some could not be converted. */
function encoded(firstRow: number, endRow: number, failed: readonly number[]): EncodedRows {
  const failedRows = failed.map((row) => ({ row, error: bad }));
  const rowCount = endRow - firstRow - failed.length;
  return new EncodedRows({ bytes: new Uint8Array(), rowCount, firstRow, endRow, failedRows });
}

/** What a row was found to be. */
type Found = "bad" | "durable" | "gone" | "unknown" | "unencoded";

const requests = fc.array(
  fc.record({
    /** For each row whether it is bad. */
    rows: fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
    /** How many rows are durable, and whether those after them are lost. */
    durable: fc.nat(6),
    isLost: fc.boolean(),
  }),
  { maxLength: 5 },
);

test("rows are reported and handed back for what was found of each", () => {
  fc.assert(fc.property(requests, fc.nat(4), (requests, unencoded) => {
    const found: Found[] = requests.flatMap(({ rows, durable, isLost }) =>
      rows.map((isBad, row): Found =>
        isBad ? "bad" : row < durable ? "durable" : isLost ? "gone" : "unknown"
      )
    );
    found.push(...range(0, unencoded).map((): Found => "unencoded"));
    if (found.length === 0) return;
    // Two batches: the second begins in the middle of things.
    const middle = found.length >>> 1;
    const numbers = range(0, found.length);
    const parts = [numbers.slice(0, middle), numbers.slice(middle)].filter(({ length }) => length);
    const ledger = new Ledger(parts.map(batchOf));
    let first = 0;
    for (const { rows, durable, isLost } of requests) {
      const failed = rows.flatMap((isBad, row) => isBad ? [first + row] : []);
      const segment = ledger.add(0, encoded(first, first + rows.length, failed));
      segment.settle("durable", first + Math.min(durable, rows.length));
      if (isLost) segment.settle(gone);
      first += rows.length;
    }
    const errors: Partial<Record<Found, ZerobusError>> = { bad, gone, unencoded: rest };
    assertEquals(
      ledger.failures(rest).flatMap(({ firstRow, endRow, error }) =>
        range(firstRow, endRow - firstRow).map((row) => ({ row, error: error.message }))
      ),
      found.flatMap((what, row) => {
        const error = errors[what];
        return error === undefined ? [] : [{ row, error: error.message }];
      }),
    );
    const open = found.flatMap((what, row) => what === "bad" || what === "durable" ? [] : [row]);
    const back = ledger.undelivered() as unknown as Table["batches"];
    assertEquals(back.flatMap((batch) => [...batch.getChild("n")!].map(Number)), open);
  }));
});

test("a batch that is lost as a whole costs nothing per row", () => {
  const numRows = 2 ** 50; // whatever did something for each would not come back
  const schema = { fields: [], metadata: new Map() };
  const huge = { schema, data: { children: [] }, numRows } as unknown as ArrowBatch;
  const ledger = new Ledger([huge]);
  ledger.add(0, encoded(0, 1_000, [])).settle(gone);
  assertEquals(ledger.failures(rest), [
    { firstRow: 0, endRow: 1_000, error: gone },
    { firstRow: 1_000, endRow: numRows, error: rest },
  ]);
  assertStrictEquals(ledger.undelivered()[0], huge);
});
