/**
 * What the types of Arrow add to {@linkcode ArrowType}, by structure.
 *
 * @module
 */
import { Type } from "../core/arrow_numbers.ts";
import type { ArrowField, ArrowType } from "../core/arrow.ts";

/** The parameters of every Arrow type in one place; each type has its own few. */
export interface ParametricType extends ArrowType {
  /** Int, Time, Decimal: bits per value. */
  readonly bitWidth?: number;
  /** Int: whether it is signed. */
  readonly isSigned?: boolean;
  /** Float: apache-arrow's `Precision`. Decimal: digits. */
  readonly precision?: number;
  /** Decimal: digits after the point; may be negative. */
  readonly scale?: number;
  /** Date: apache-arrow's `DateUnit`. Time, Timestamp, Duration: its `TimeUnit`. */
  readonly unit?: number;
  /** FixedSizeBinary: bytes per value. */
  readonly byteWidth?: number;
  /** FixedSizeList: elements per value. */
  readonly listSize?: number;
  /** Dictionary: type of the indices. */
  readonly indices?: ArrowType;
  /** Dictionary: type of the values. */
  readonly dictionary?: ArrowType;
}

/** The values' type of a dictionary (also of a dictionary of dictionaries), or the type itself. */
export function valueTypeOf(type: ArrowType): ArrowType {
  const values = (type as ParametricType).dictionary;
  return type.typeId === Type.Dictionary && values !== undefined ? valueTypeOf(values) : type;
}

/** Whether values are lists, of any of the three layouts. */
export function isList(type: ArrowType): boolean {
  return type.typeId === Type.List || type.typeId === Type.LargeList ||
    type.typeId === Type.FixedSizeList;
}

/** The only member of a list (its elements) or of a map (its entries). */
export function elementOf(type: ArrowType): ArrowField {
  return childAt(type, 0);
}

/** Key and value of a map type. */
export function entryOf(type: ArrowType): { key: ArrowField; value: ArrowField } {
  const entries = elementOf(type).type;
  return { key: childAt(entries, 0), value: childAt(entries, 1) };
}

function childAt(type: ArrowType, index: number): ArrowField {
  const child = type.children?.[index];
  if (child === undefined) throw new TypeError(`Arrow type ${type} lacks its child ${index}`);
  return child;
}
