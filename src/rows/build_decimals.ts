/**
 * Decimals.
 *
 * @module
 */
import { type Data, type Decimal, makeData } from "apache-arrow";
import { kindOf } from "../core/kind.ts";
import type { Values } from "./conversion.ts";
import { Validity } from "./validity.ts";

const PLAIN = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Strings such as `"19.99"`, whole numbers and bigints, and numbers by their shortest text. */
export function buildDecimals(values: Values, type: Decimal): Data {
  const { items } = values;
  const width = type.bitWidth / 32;
  const data = new Uint32Array(width * items.length);
  const validity = new Validity(items.length);
  for (let at = 0; at < items.length; at++) {
    const value = items[at];
    if (value === null || value === undefined) {
      validity.clear(at);
      continue;
    }
    const unscaled = unscaledOf(value, type);
    if (typeof unscaled === "string") {
      values.refuse(at, unscaled);
      continue;
    }
    for (let word = 0; word < width; word++) {
      data[width * at + word] = Number(BigInt.asUintN(32, unscaled >> BigInt(32 * word)));
    }
  }
  return makeData({ type, ...validity.properties, data } as never);
}

/** The value times ten to the scale, or why there is none. */
function unscaledOf(value: unknown, { precision, scale }: Decimal): bigint | string {
  const isNumeric = typeof value === "string" || typeof value === "number" ||
    typeof value === "bigint";
  if (!isNumeric) return `expected a string, a number or a bigint, got ${kindOf(value)}`;
  const parts = PLAIN.exec(String(value));
  if (parts === null) return `expected plain decimal digits, got a ${typeof value} of another form`;
  const [, sign = "", whole = "", fraction = ""] = parts;
  const digits = fraction.replace(/0+$/, "");
  let unscaled: bigint;
  if (scale >= 0) {
    if (digits.length > scale) return `more than ${scale} digits after the point`;
    unscaled = BigInt(whole + digits.padEnd(scale, "0"));
  } else {
    const zeros = "0".repeat(-scale);
    if (digits !== "" || (!whole.endsWith(zeros) && BigInt(whole) !== 0n)) {
      return `digits that a scale of ${scale} has no place for`;
    }
    unscaled = BigInt(whole) / 10n ** BigInt(-scale);
  }
  if (unscaled >= 10n ** BigInt(precision)) return `more than ${precision} digits`;
  return sign === "-" ? -unscaled : unscaled;
}
