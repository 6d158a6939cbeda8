/**
 * Values that become bytes between offsets.
 *
 * @module
 */
import type { ArrowData } from "../core/arrow.ts";
import { bytesOf } from "../core/bytes.ts";
import { ConversionError } from "../core/errors.ts";
import type { RowRange } from "../core/row_range.ts";
import { isUtf8Bytes } from "../encode/utf8.ts";
import { bitAt, isNull } from "./bits.ts";
import type { ColumnPlan } from "./column_plan.ts";
import { bytesIn, wordsOf } from "./values.ts";

/** Values one after the other. */
export interface Blobs {
  /** Where the first begins and each ends. */
  readonly bounds: Float64Array;
  /** The values. */
  readonly bytes: Uint8Array;
}

/** Bytes of a view: length, then the value itself or its first bytes, a buffer and an offset. */
const VIEW_BYTES = 16;
const INLINE_BYTES = 12;

/** The values of views, brought together; nulls are empty. */
export function gatherViews(plan: ColumnPlan, data: ArrowData, range: RowRange): Blobs {
  const { firstRow, endRow } = range;
  const views = bytesIn(plan, data, range, VIEW_BYTES);
  const words = wordsOf(views);
  const buffers = (data.variadicBuffers ?? []).map(bytesOf);
  const count = endRow - firstRow;
  const bounds = new Float64Array(count + 1);
  let total = 0;
  for (let at = 0; at < count; at++) {
    if (!isNull(data, firstRow + at)) total += words[4 * at]! >>> 0;
    bounds[at + 1] = total;
  }
  const bytes = new Uint8Array(total);
  for (let at = 0; at < count; at++) {
    const length = bounds[at + 1]! - bounds[at]!;
    if (length === 0) continue;
    const start = length <= INLINE_BYTES ? VIEW_BYTES * at + 4 : words[4 * at + 3]!;
    const source = length <= INLINE_BYTES ? views : buffers[words[4 * at + 2]!];
    if (source === undefined || start < 0 || start + length > source.length) throw damaged(plan);
    bytes.set(source.subarray(start, start + length), bounds[at]!);
  }
  return { bounds, bytes };
}

/** Decimals as plain text: all digits of the scale, no exponent; nulls are empty. */
export function decimalTexts(plan: ColumnPlan, data: ArrowData, range: RowRange): Blobs {
  const { width, scale } = plan;
  const { firstRow, endRow } = range;
  const words = wordsOf(bytesIn(plan, data, range, 4 * width));
  const count = endRow - firstRow;
  const bounds = new Float64Array(count + 1);
  // A word has at most ten digits; sign, point and a zero before it come on top.
  const bytes = new Uint8Array(count * (10 * width + 3 + Math.abs(scale)));
  let end = 0;
  for (let at = 0; at < count; at++) {
    if (!isNull(data, firstRow + at)) {
      const text = decimalText(words, at * width, width, scale);
      for (let digit = 0; digit < text.length; digit++) bytes[end++] = text.charCodeAt(digit);
    }
    bounds[at + 1] = end;
  }
  return { bounds, bytes: bytes.subarray(0, end) };
}

function decimalText(words: Int32Array, from: number, width: number, scale: number): string {
  const isNegative = words[from + width - 1]! < 0;
  const digits = magnitude(words, from, width);
  const sign = isNegative ? "-" : "";
  if (scale <= 0) return sign + (digits === "0" ? digits : digits + "0".repeat(-scale));
  const padded = digits.padStart(scale + 1, "0");
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

/** The digits of a two's complement integer without its sign; most fit a double. */
function magnitude(words: Int32Array, from: number, width: number): string {
  const low = words[from]! >>> 0;
  const high = words[from + 1]!;
  let fits = high >= -0x10_0000 && high < 0x10_0000;
  for (let word = 2; word < width; word++) fits &&= words[from + word] === high >> 31;
  if (fits) return String(Math.abs(high * 0x1_0000_0000 + low));
  let value = BigInt(words[from + width - 1]!);
  for (let word = width - 2; word >= 0; word--) {
    value = (value << 32n) | BigInt(words[from + word]! >>> 0);
  }
  return String(value < 0n ? -value : value);
}

/**
 * Finds text that is none. What lies under nulls need not be text, and is left out if it is not, so
 * that whoever tests a whole buffer finds nothing.
 *
 * @param report called with each value that is no text
 */
export function checkText(
  blobs: Blobs,
  validity: Uint8Array | undefined,
  report: (index: number) => void,
): Blobs {
  const { bounds, bytes } = blobs;
  if (isTextThroughout(blobs)) return blobs;
  const kept = new Float64Array(bounds.length);
  const compact = new Uint8Array(bytes.length);
  let end = 0;
  for (let index = 0; index + 1 < bounds.length; index++) {
    if (validity === undefined || bitAt(validity, index)) {
      const value = bytes.subarray(bounds[index], bounds[index + 1]);
      if (isUtf8Bytes(value)) {
        compact.set(value, end);
        end += value.length;
      } else {
        report(index); // and if nobody cares, because it is under a null, it is empty
      }
    }
    kept[index + 1] = end;
  }
  return { bounds: kept, bytes: compact.subarray(0, end) };
}

/** What is text as a whole is text in parts unless a character is cut in two. */
function isTextThroughout({ bounds, bytes }: Blobs): boolean {
  if (!isUtf8Bytes(bytes)) return false;
  for (let index = 1; index < bounds.length; index++) {
    if ((bytes[bounds[index]!]! & 0xc0) === 0x80) return false;
  }
  return true;
}

function damaged(plan: ColumnPlan): ConversionError {
  return new ConversionError(
    `column "${plan.path}" has views that lead outside its data: the batch is damaged`,
    { details: { column: plan.path } },
  );
}
