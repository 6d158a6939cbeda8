import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { countRows, type RowRange, rowsBetween, rowsIn } from "../../src/core/row_range.ts";
import { test } from "../harness/mod.ts";

/** Ranges of the rows that are marked, one for each stretch of them. */
function rangesOf(marks: readonly boolean[]): RowRange[] {
  const rows = marks.flatMap((marked, row) => marked ? [{ firstRow: row, endRow: row + 1 }] : []);
  return rows.reduce<RowRange[]>((ranges, { firstRow, endRow }) => {
    const last = ranges.at(-1);
    if (last?.endRow !== firstRow) return [...ranges, { firstRow, endRow }];
    return [...ranges.slice(0, -1), { firstRow: last.firstRow, endRow }];
  }, []);
}

test("ranges and what is between them are all rows, each once", () => {
  fc.assert(fc.property(fc.array(fc.boolean()), (marks) => {
    const marked = rangesOf(marks);
    const between = rowsBetween(marked, { firstRow: 0, endRow: marks.length });
    assertEquals(between, rangesOf(marks.map((mark) => !mark)));
    assertEquals(countRows(marked) + countRows(between), marks.length);
    assertEquals(rowsIn(marked).length, countRows(marked));
    assert(rowsIn(marked).every((row) => marks[row]));
    assert(rowsIn(between).every((row) => !marks[row]));
  }));
});

test("adjoining ranges have nothing between them", () => {
  const ranges = [{ firstRow: 2, endRow: 4 }, { firstRow: 4, endRow: 5 }];
  assertEquals(rowsBetween(ranges, { firstRow: 2, endRow: 5 }), []);
  assertEquals(rowsBetween(ranges, { firstRow: 0, endRow: 9 }), [
    { firstRow: 0, endRow: 2 },
    { firstRow: 5, endRow: 9 },
  ]);
  assertEquals([...rowsIn(ranges)], [2, 3, 4]);
});
