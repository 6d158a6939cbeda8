/**
 * Rows of plain objects → an Arrow record batch.
 *
 * @module
 */
import { makeData, RecordBatch, Schema, Struct } from "apache-arrow";
import { kindOf } from "../core/kind.ts";
import { buildMembers, isObject } from "./build_column.ts";
import { Conversion, type RowProblem, Values } from "./conversion.ts";
import { checkMembers } from "./extra_members.ts";
import { fieldsOf, type RowColumn } from "./row_column.ts";

/** Rows that were converted, and those that were not. */
export interface ConvertedRows {
  /** The rows that could be; absent if none could, or none has anything in it. */
  readonly batch: RecordBatch | undefined;
  /** Which rows those are, counted from the first that was given; absent if all are. */
  readonly kept: Uint32Array | undefined;
  /** Why the others could not. */
  readonly problems: readonly RowProblem[];
}

/** What to do with members that have no column. */
export type ExtraMembers = "error" | "drop";

const NONE: ReadonlySet<number> = new Set();
const FIRST: ReadonlySet<number> = new Set([0]);
const CYCLE = "it contains itself, so there is no end to it: leave out the members that lead back";

/**
 * Converts rows, in their order. A row of which one value cannot be converted is left out as a whole
 * and the others are not touched by that.
 *
 * @param base what number the first row has, for messages
 * @param endless the rows that are known to contain themselves, counted from the first that is given
 */
export function convertRows(
  rows: readonly unknown[],
  columns: readonly RowColumn[],
  extraMembers: ExtraMembers,
  base: number,
  endless: ReadonlySet<number> = NONE,
): ConvertedRows {
  const conversion = new Conversion(base);
  const objects: object[] = [];
  const indices: number[] = [];
  rows.forEach((row, index) => {
    if (endless.has(index)) conversion.refuseRow(index, CYCLE);
    else if (!isObject(row)) conversion.refuseRow(index, `expected an object, got ${kindOf(row)}`);
    else {
      objects.push(row);
      indices.push(index);
    }
  });
  try {
    if (extraMembers === "error") checkMembers(objects, indices, columns, conversion);
    return convertSound(rows.length, objects, indices, columns, conversion);
  } catch (cause) {
    // Something that is no value but code of its owner's, such as a getter, has thrown.
    if (rows.length > 1) {
      return convertOneByOne(rows, columns, extraMembers, base, endless);
    }
    conversion.refuseRow(0, "one of its members cannot be read", cause);
    return { batch: undefined, kept: new Uint32Array(0), problems: conversion.problems };
  }
}

/** Finds the rows that cannot even be read, and converts the others. */
function convertOneByOne(
  rows: readonly unknown[],
  columns: readonly RowColumn[],
  extraMembers: ExtraMembers,
  base: number,
  endless: ReadonlySet<number>,
): ConvertedRows {
  const problems: RowProblem[] = [];
  const readable: number[] = [];
  rows.forEach((row, index) => {
    const isEndless = endless.has(index) ? FIRST : NONE;
    const alone = convertRows([row], columns, extraMembers, base + index, isEndless);
    if (alone.problems.length > 0) problems.push(...alone.problems);
    else readable.push(index);
  });
  const sound = readable.map((index) => rows[index]);
  const { batch } = convertRows(sound, columns, extraMembers, base);
  return { batch, kept: Uint32Array.from(readable), problems };
}

function convertSound(
  count: number,
  objects: readonly object[],
  indices: readonly number[],
  columns: readonly RowColumn[],
  conversion: Conversion,
): ConvertedRows {
  for (;;) {
    const kept = indices.length === count && conversion.count === 0
      ? undefined
      : Uint32Array.from(indices.filter((index) => !conversion.has(index)));
    const sound = kept === undefined
      ? objects
      : objects.filter((_, at) => !conversion.has(indices[at]!));
    const before = conversion.count;
    const batch = build(sound, kept, columns, conversion);
    // What was built around refused values is built again without their rows.
    if (conversion.count === before) return { batch, kept, problems: conversion.problems };
  }
}

function build(
  objects: readonly object[],
  rows: Uint32Array | undefined,
  columns: readonly RowColumn[],
  conversion: Conversion,
): RecordBatch | undefined {
  if (objects.length === 0) return undefined;
  const values = new Values(objects, rows, conversion, "");
  const fields = fieldsOf(columns);
  if (fields.length === 0) {
    objects.forEach((_, at) => {
      const row = values.rowAt(at);
      conversion.refuseRow(row, "none of its members has a value to make a column of");
    });
    return undefined;
  }
  const children = buildMembers(columns, objects, values);
  const type = new Struct(fields as never);
  const data = makeData({ type, length: objects.length, nullCount: 0, children } as never);
  return new RecordBatch(new Schema(fields), data as never);
}
