/**
 * Dictionaries: what is sent are the values that the indices mean.
 *
 * @module
 */
import type { ArrowData } from "../core/arrow.ts";
import { ConversionError } from "../core/errors.ts";
import type { RowRange } from "../core/row_range.ts";
import { isNull } from "./bits.ts";
import type { ColumnPlan } from "./column_plan.ts";
import { emptyOf } from "./empty_plain.ts";
import { concatenate, gather, NONE, type Plain, type Report } from "./plain.ts";
import { bytesIn, wordsOf } from "./values.ts";

/** A dictionary's values as they are sent, and what is wrong with some. */
interface Values {
  /** How many chunks there were: dictionaries may grow. */
  readonly chunks: number;
  /** The values of all chunks. */
  readonly plain: Plain;
  /** Path and reason by index. */
  readonly problems: ReadonlyMap<number, readonly [path: string, reason: string]>;
}

/** By dictionary and plan: a table's batches share dictionaries, and a batch has many requests. */
const known = new WeakMap<object, WeakMap<ColumnPlan, Values>>();

/** Converts an array of values: `makePlain`. */
type Convert = (plan: ColumnPlan, data: ArrowData, range: RowRange, report: Report) => Plain;

/** The values of a range. */
export function lookUp(
  plan: ColumnPlan,
  data: ArrowData,
  range: RowRange,
  report: Report,
  convert: Convert,
): Plain {
  const { plain, problems } = valuesOf(plan, data, convert);
  const indices = indicesIn(plan, data, range, plain.length);
  if (problems.size > 0) {
    for (const [at, index] of indices.entries()) {
      const problem = problems.get(index);
      if (problem !== undefined) report(range.firstRow + at, ...problem);
    }
  }
  return gather(plain, indices);
}

function valuesOf(plan: ColumnPlan, data: ArrowData, convert: Convert): Values {
  const { dictionary } = data;
  const chunks = dictionary?.data ?? [];
  const values = plan.children[0]!;
  const byPlan = dictionary && known.get(dictionary);
  const cached = byPlan?.get(plan);
  if (cached?.chunks === chunks.length) return cached;
  const problems = new Map<number, [string, string]>();
  let first = 0;
  const plains = chunks.map((chunk) => {
    const base = first;
    first += chunk.length;
    return convert(values, chunk, { firstRow: 0, endRow: chunk.length }, (index, ...problem) => {
      problems.set(base + index, problem);
    });
  });
  const plain = plains.length === 0 ? emptyOf(values) : concatenate(plains);
  const made = { chunks: chunks.length, plain, problems };
  if (dictionary !== undefined) {
    const variants = byPlan ?? new WeakMap<ColumnPlan, Values>();
    variants.set(plan, made);
    known.set(dictionary, variants);
  }
  return made;
}

function indicesIn(
  plan: ColumnPlan,
  data: ArrowData,
  range: RowRange,
  limit: number,
): Uint32Array {
  const { firstRow, endRow } = range;
  const width = data.values?.BYTES_PER_ELEMENT ?? 4;
  const bytes = bytesIn(plan, data, range, width);
  const indices = new Uint32Array(endRow - firstRow);
  const words = width < 4 ? undefined : wordsOf(bytes);
  for (let at = 0; at < indices.length; at++) {
    if (isNull(data, firstRow + at)) {
      indices[at] = NONE;
      continue;
    }
    let index: number;
    if (words === undefined) {
      index = width === 1 ? bytes[at]! : bytes[2 * at]! | (bytes[2 * at + 1]! << 8);
    } else {
      index = width === 4 || words[2 * at + 1] === 0 ? words[width / 4 * at]! >>> 0 : NONE;
    }
    if (index >= limit) {
      throw new ConversionError(
        `column "${plan.path}" has indices beyond the ${limit} values of its dictionary: the batch ` +
          "is damaged",
        { details: { column: plan.path, limit } },
      );
    }
    indices[at] = index;
  }
  return indices;
}
