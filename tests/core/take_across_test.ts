import { assertEquals, assertStrictEquals } from "@std/assert";
import { type RecordBatch, tableFromArrays } from "apache-arrow";
import fc from "fast-check";
import type { ArrowBatch } from "../../src/core/arrow.ts";
import type { RowRange } from "../../src/core/row_range.ts";
import { takeAcross } from "../../src/core/take_across.ts";
import { test } from "../harness/mod.ts";

/** Batches of the given sizes; the values count through all of them. */
function batchesOf(sizes: readonly number[]): RecordBatch[] {
  let next = 0;
  return sizes.map((size) =>
    tableFromArrays({ n: Int32Array.from({ length: size }, () => next++) }).batches[0]!
  );
}

const valuesOf = (batch: RecordBatch): number[] => [...batch.getChild("n")!];

const sizes = fc.array(fc.nat(5), { maxLength: 6 });
/** Lengths of stretches, in turn left out and taken. */
const stretches = fc.array(fc.nat(6), { maxLength: 8 });

test("the rows of the ranges, from the batches they are in; whole batches as they are", () => {
  fc.assert(fc.property(sizes, stretches, (sizes, stretches) => {
    const batches = batchesOf(sizes);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const ranges: RowRange[] = [];
    let row = 0;
    for (const [index, length] of stretches.entries()) {
      const endRow = Math.min(row + length, total);
      if (index % 2 === 1 && endRow > row) ranges.push({ firstRow: row, endRow });
      row = endRow;
    }
    const isWanted = (value: number) =>
      ranges.some(({ firstRow, endRow }) => value >= firstRow && value < endRow);
    const wanted = batches
      .map((batch) => ({ batch, values: valuesOf(batch).filter(isWanted) }))
      .filter(({ values }) => values.length > 0);
    const taken = takeAcross(batches, ranges);
    assertEquals(taken.map(valuesOf), wanted.map(({ values }) => values));
    for (const [index, { batch, values }] of wanted.entries()) {
      if (values.length === batch.numRows) assertStrictEquals(taken[index], batch);
    }
  }));
});

test("what is wanted as a whole is not looked at row by row", () => {
  const numRows = 2 ** 50;
  const schema = { fields: [], metadata: new Map() };
  const huge = { schema, data: { children: [] }, numRows } as unknown as ArrowBatch;
  const ranges = [{ firstRow: 0, endRow: 5 }, { firstRow: 5, endRow: numRows }];
  assertStrictEquals(takeAcross([huge], ranges)[0], huge);
});
