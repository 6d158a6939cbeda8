/**
 * From a range of an array, as it lies in memory, to the array that is sent. Buffers that are as the
 * service wants them are passed on as they are.
 *
 * @module
 */
import type { ArrowData } from "../core/arrow.ts";
import { bytesOf } from "../core/bytes.ts";
import { ConversionError } from "../core/errors.ts";
import type { RowRange } from "../core/row_range.ts";
import { bitAt, bitsFrom, isNull, nullsIn, validityOf } from "./bits.ts";
import type { ColumnPlan } from "./column_plan.ts";
import { lookUp } from "./dictionary.ts";
import { emptyOf } from "./empty_plain.ts";
import {
  dayOf,
  daysIn,
  scaled32,
  scaled64,
  scales,
  singles,
  thousandths,
  widened32,
} from "./numbers.ts";
import { gather, NONE, type Plain, type Report } from "./plain.ts";
import { type Blobs, checkText, decimalTexts, gatherViews } from "./text.ts";
import { assertNulls, bytesIn, evenBounds, extentOf, wordsIn, wordsOf } from "./values.ts";

/**
 * Converts the values of a range.
 *
 * @throws {ConversionError} if the array's buffers are not as Arrow has them
 */
export function makePlain(
  plan: ColumnPlan,
  data: ArrowData,
  range: RowRange,
  report: Report,
): Plain {
  checkLength(plan, data, range);
  let isMasked = false;
  const reportPresent: Report = (index, path, reason) => {
    if (isNull(data, index)) isMasked = true;
    else report(index, path, reason);
  };
  let plain: Plain = plan.layout === "dictionary"
    ? lookUp(plan, data, range, report, makePlain)
    : { ...valuesOf(plan, data, range, reportPresent), ...nulls(data, range) };
  // What is under a null is of no interest, but readers look at it nevertheless.
  if (isMasked) plain = gather(plain, presentIn(plain));
  if (!plan.nullable && plain.nullCount > 0) {
    for (let at = 0; at < plain.length; at++) {
      if (bitAt(plain.validity!, at)) continue;
      report(range.firstRow + at, plan.path, "null in a column that is not nullable");
    }
  }
  return plain;
}

function checkLength(plan: ColumnPlan, data: ArrowData, { endRow }: RowRange): void {
  const bits = data === undefined ? 0 : 8 * (validityOf(data)?.length ?? Infinity) - data.offset;
  const actual = Math.min(data?.length ?? 0, bits);
  if (actual >= endRow) return;
  throw new ConversionError(
    `column "${plan.path}" holds ${actual} of ${endRow} values: the batch is damaged`,
    { details: { column: plan.path, limit: endRow, actual } },
  );
}

/** The positions of an array, but for those of its nulls. */
function presentIn({ length, validity }: Plain): Uint32Array {
  return Uint32Array.from({ length }, (_, at) => bitAt(validity!, at) ? at : NONE);
}

function nulls(data: ArrowData, range: RowRange): Pick<Plain, "length" | "nullCount" | "validity"> {
  const { firstRow, endRow } = range;
  const length = endRow - firstRow;
  const nullCount = nullsIn(data, range);
  if (nullCount === 0) return { length, nullCount };
  const { offset } = data;
  return {
    length,
    nullCount,
    validity: bitsFrom(validityOf(data)!, offset + firstRow, offset + endRow),
  };
}

type Values = Omit<Plain, "length" | "nullCount" | "validity">;

function fixed(width: number, values: ArrayBufferView): Values {
  return { kind: "fixed", width, values: bytesOf(values) };
}

/** One case for each layout. */
function valuesOf(plan: ColumnPlan, data: ArrowData, range: RowRange, report: Report): Values {
  const { width, factor } = plan;
  const { firstRow, endRow } = range;
  switch (plan.layout) {
    case "fixed": {
      const bytes = bytesIn(plan, data, range, width);
      if (plan.mayFail) { // 64 bits without a sign
        reportEach(
          plan,
          range,
          wordsOf(bytes),
          report,
          (_, high) => high < 0 ? "a number above 2^63 - 1, the largest of a BIGINT" : undefined,
        );
      }
      return fixed(width, bytes);
    }
    case "widened": {
      const bytes = bytesIn(plan, data, range, width);
      if (width === 1) return fixed(2, Int16Array.from(bytes));
      const { buffer } = bytes.slice();
      return fixed(4, Int32Array.from(new Uint16Array(buffer, 0, endRow - firstRow)));
    }
    case "widened32":
      return fixed(8, widened32(wordsIn(plan, data, range, 1)));
    case "half": {
      const { buffer } = bytesIn(plan, data, range, 2).slice();
      return fixed(4, singles(new Uint16Array(buffer, 0, endRow - firstRow)));
    }
    case "date": {
      const words = wordsIn(plan, data, range, 2);
      reportEach(plan, range, words, report, (low, high) => {
        const day = dayOf(low, high);
        return day === (day | 0) ? undefined : "a date that does not fit into 32 bits of days";
      });
      return fixed(4, daysIn(words));
    }
    case "scaled32":
      return fixed(8, scaled32(wordsIn(plan, data, range, 1), factor));
    case "scaled64": {
      const words = wordsIn(plan, data, range, 2);
      reportEach(
        plan,
        range,
        words,
        report,
        (low, high) =>
          scales(low, high, factor)
            ? undefined
            : "a time that does not fit into 64 bits of microseconds",
      );
      return fixed(8, scaled64(words, factor));
    }
    case "nanoseconds":
      return fixed(8, thousandths(wordsIn(plan, data, range, 2)));
    case "bits": {
      const bits = bytesOf(data.values);
      const available = 8 * bits.length - data.offset;
      if (available < endRow) assertNulls(plan, data, Math.max(available, firstRow), endRow);
      const values = bitsFrom(bits, data.offset + firstRow, data.offset + endRow);
      const size = (endRow - firstRow + 7) >> 3;
      if (values.length >= size) return { kind: "bits", values };
      const padded = new Uint8Array(size);
      padded.set(values);
      return { kind: "bits", values: padded };
    }
    case "variable": {
      const bytes = bytesOf(data.values);
      const { start, end, bounds } = extentOf(plan, data, range, bytes.length);
      return blobs(plan, data, range, report, { bounds, bytes: bytes.subarray(start, end) });
    }
    case "fixed_bytes":
      return {
        kind: "blobs",
        bounds: evenBounds(endRow - firstRow, width),
        values: bytesIn(plan, data, range, width),
      };
    case "view":
      return blobs(plan, data, range, report, gatherViews(plan, data, range));
    case "decimal": {
      const { bounds, bytes } = decimalTexts(plan, data, range);
      return { kind: "blobs", bounds, values: bytes };
    }
    case "list":
    case "map": {
      const { start, end, bounds } = extentOf(plan, data, range, data.children[0]?.length ?? 0);
      return list(plan, data, range, report, bounds, { firstRow: start, endRow: end });
    }
    case "fixed_list": {
      const bounds = evenBounds(endRow - firstRow, width);
      const elements = { firstRow: firstRow * width, endRow: endRow * width };
      return list(plan, data, range, report, bounds, elements);
    }
    default:
      return {
        kind: "struct",
        children: plan.children.map((child) =>
          makeMember(plan, data, child, data.children[child.index], range, report)
        ),
      };
  }
}

/**
 * A member of a struct or the elements of a list. Arrow's own tools pad a short column with nulls and
 * do not lengthen what is in it.
 */
function makeMember(
  parent: ColumnPlan,
  parentData: ArrowData,
  plan: ColumnPlan,
  data: ArrowData | undefined,
  { firstRow, endRow }: RowRange,
  report: Report,
): Plain {
  const available = Math.max(firstRow, Math.min(endRow, data?.length ?? 0));
  const plain = available === firstRow
    ? emptyOf(plan)
    : makePlain(plan, data!, { firstRow, endRow: available }, report);
  if (available === endRow) return plain;
  const perValue = parent.layout === "fixed_list" ? parent.width : 1;
  assertNulls(parent, parentData, Math.floor(available / perValue), Math.ceil(endRow / perValue));
  const length = endRow - firstRow;
  return gather(plain, Uint32Array.from({ length }, (_, at) => at < plain.length ? at : NONE));
}

function list(
  plan: ColumnPlan,
  data: ArrowData,
  { firstRow }: RowRange,
  report: Report,
  bounds: Float64Array,
  elements: RowRange,
): Values {
  const reportElement: Report = (index, path, reason) =>
    report(firstRow + rowOf(bounds, index - elements.firstRow), path, reason);
  const [child] = data.children;
  if (plan.layout !== "map") {
    const [element] = plan.children;
    return {
      kind: "list",
      bounds,
      children: [makeMember(plan, data, element!, child, elements, reportElement)],
    };
  }
  const entries: Plain = {
    kind: "struct",
    length: elements.endRow - elements.firstRow,
    nullCount: 0,
    children: plan.children.map((member) =>
      makeMember(plan, data, member, child?.children[member.index], elements, reportElement)
    ),
  };
  return { kind: "list", bounds, children: [entries] };
}

/** The value that an element belongs to: the last one that begins at it or before, and is not empty. */
function rowOf(bounds: Float64Array, element: number): number {
  let low = 0;
  let high = bounds.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (bounds[middle]! <= element) low = middle;
    else high = middle;
  }
  return low;
}

function blobs(
  plan: ColumnPlan,
  data: ArrowData,
  range: RowRange,
  report: Report,
  given: Blobs,
): Values {
  const { bounds, bytes } = !plan.mayFail ? given : checkText(
    given,
    nulls(data, range).validity,
    (index) => report(range.firstRow + index, plan.path, "text that is not valid UTF-8"),
  );
  return { kind: "blobs", bounds, values: bytes };
}

function reportEach(
  { path }: ColumnPlan,
  { firstRow }: RowRange,
  words: Int32Array,
  report: Report,
  problem: (low: number, high: number) => string | undefined,
): void {
  for (let at = 0; at < words.length; at += 2) {
    const found = problem(words[at]!, words[at + 1]!);
    if (found !== undefined) report(firstRow + (at >> 1), path, found);
  }
}
