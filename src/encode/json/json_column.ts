/**
 * The columns of a batch with what JSON needs to know of them besides.
 *
 * @module
 */
import type { FieldPlan } from "../../schema/field_plan.ts";
import { Source } from "../../schema/field_plan.ts";
import type { Column } from "../column.ts";
import { PlainText } from "./plain_text.ts";

/** A field as its objects name it; worked out once for a plan. */
export interface JsonField {
  /** `,"name":` as words, the lowest byte first. The comma of a first member becomes its brace. */
  readonly key: Int32Array;
  /** How many bytes that is. */
  readonly keySize: number;
  /** Why a null fails its row; empty where a null is left out. */
  readonly nullError: string;
  /** Members, elements, key and value, or what a dictionary's values are. */
  readonly children: readonly JsonField[];
}

/** An array of a batch, ready to be written as JSON. */
export interface JsonColumn extends JsonField {
  /** The array. */
  readonly column: Column;
  /** Its text, if that is in one array and read from front to back. */
  readonly text: PlainText | undefined;
  /** Members, elements, key and value, or the chunks of a dictionary. */
  readonly children: readonly JsonColumn[];
}

const NULL_ELEMENT = "null element, which a list in a JSON record may not have";
const NULL_KEY = "null key, which a JSON object cannot have";
const NULL_VALUE = "null value, which a map in a JSON record may not have";

const fieldsOf = new WeakMap<readonly FieldPlan[], readonly JsonField[]>();

/** Pairs the columns with their names. */
export function jsonColumns(
  plans: readonly FieldPlan[],
  columns: readonly Column[],
): readonly JsonColumn[] {
  let fields = fieldsOf.get(plans);
  if (fields === undefined) {
    fields = plans.map((plan) => jsonField(plan, plan.nullError));
    fieldsOf.set(plans, fields);
  }
  return columns.map((column, index) => jsonColumn(fields[index]!, column));
}

function jsonField(plan: FieldPlan, nullError: string): JsonField {
  // Names are letters, digits and underscores, so the last part of a path is one, and is ASCII.
  const name = plan.path.slice(plan.path.lastIndexOf(".") + 1);
  const key = new TextEncoder().encode(`,"${name}":`);
  return {
    key: wordsOf(key),
    keySize: key.length,
    nullError,
    children: plan.children.map((child, index) =>
      jsonField(child, childNullError(plan, index, nullError))
    ),
  };
}

/** What a null means depends on what it is in. */
function childNullError(parent: FieldPlan, index: number, nullError: string): string {
  switch (parent.source) {
    case Source.List:
    case Source.LargeList:
    case Source.FixedSizeList:
      return NULL_ELEMENT;
    case Source.Map:
      return index === 0 ? NULL_KEY : NULL_VALUE;
    case Source.Dictionary:
      return nullError;
    default:
      return parent.children[index]!.nullError;
  }
}

/** Bytes as words, filled up with zeros. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const view = new DataView(new ArrayBuffer(bytes.length + 3 & ~3));
  bytes.forEach((byte, at) => view.setUint8(at, byte));
  return Int32Array.from({ length: view.byteLength / 4 }, (_, at) => view.getInt32(4 * at, true));
}

function jsonColumn(field: JsonField, column: Column): JsonColumn {
  const { key, keySize, nullError, children } = field;
  const { source, bytes } = column;
  return {
    key,
    keySize,
    nullError,
    column,
    text: source === Source.Binary || source === Source.LargeBinary
      ? new PlainText(bytes)
      : undefined,
    // All chunks of a dictionary are of one kind, and read in any order.
    children: column.children.map((child, index) => {
      const below = jsonColumn(children[Math.min(index, children.length - 1)]!, child);
      return source === Source.Dictionary ? { ...below, text: undefined } : below;
    }),
  };
}
