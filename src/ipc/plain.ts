/**
 * Arrays as they are sent: in the service's types, from the first value to the last and nothing
 * else.
 *
 * @module
 */
import { joined } from "../core/bytes.ts";
import type { BatchBody } from "./batch_body.ts";
import { bitAt, countZeros } from "./bits.ts";
import { wideOffsets } from "./values.ts";

/** An array; which members there are follows from what kind it is. */
export interface Plain {
  /**
   * `width` bytes a value, one bit a value, bytes between offsets, elements (`children[0]`) between
   * offsets, or members.
   */
  readonly kind: "fixed" | "bits" | "blobs" | "list" | "struct";
  /** Number of values. */
  readonly length: number;
  /** Number of nulls. */
  readonly nullCount: number;
  /** One bit a value; absent when none is null. */
  readonly validity?: Uint8Array | undefined;
  /** Bytes of a value. */
  readonly width?: number;
  /** Values, bits, or the bytes between the offsets. */
  readonly values?: Uint8Array;
  /** Where the first value begins, which is 0, and where each ends. */
  readonly bounds?: Float64Array;
  /** The element, or the members. */
  readonly children?: readonly Plain[];
}

/**
 * Told of values that cannot be sent.
 *
 * @param index position in the array that is converted
 * @param path of the column
 * @param reason what is wrong with the value
 */
export type Report = (index: number, path: string, reason: string) => void;

/** Stands for a null among the indices of {@linkcode gather}. */
export const NONE = 0xffff_ffff;

/** Adds an array to a body. */
export function emit(plain: Plain, body: BatchBody): void {
  const { kind, length, nullCount, validity, values, bounds, children = [] } = plain;
  body.array(length, nullCount);
  body.buffer(validity);
  if (kind === "list") body.buffer(Int32Array.from(bounds!));
  if (kind === "blobs") body.buffer(wideOffsets(bounds!));
  if (values !== undefined) body.buffer(values);
  for (const child of children) emit(child, body);
}

/** The values at the given indices, or nulls, in their order. */
export function gather(plain: Plain, indices: Uint32Array): Plain {
  const { kind, width = 0, values, bounds, children = [] } = plain;
  const length = indices.length;
  const common = { kind, length, ...gatherValidity(plain, indices) };
  switch (kind) {
    case "fixed":
      return { ...common, width, values: gatherFixed(values!, width, indices) };
    case "bits":
      return { ...common, values: gatherBits(values!, indices) };
    case "struct":
      return { ...common, children: children.map((child) => gather(child, indices)) };
    default: {
      const taken = new Float64Array(length + 1);
      for (let at = 0; at < length; at++) {
        const index = indices[at]!;
        taken[at + 1] = taken[at]! + (index === NONE ? 0 : bounds![index + 1]! - bounds![index]!);
      }
      if (kind === "blobs") {
        const bytes = new Uint8Array(taken[length]!);
        for (let at = 0; at < length; at++) {
          if (taken[at] === taken[at + 1]) continue;
          const index = indices[at]!;
          bytes.set(values!.subarray(bounds![index], bounds![index + 1]), taken[at]);
        }
        return { ...common, bounds: taken, values: bytes };
      }
      const elements = new Uint32Array(taken[length]!);
      for (let at = 0; at < length; at++) {
        const shift = taken[at] === taken[at + 1] ? 0 : bounds![indices[at]!]! - taken[at]!;
        for (let to = taken[at]!; to < taken[at + 1]!; to++) elements[to] = to + shift;
      }
      return { ...common, bounds: taken, children: [gather(children[0]!, elements)] };
    }
  }
}

/** Arrays of one kind, one after the other; at least one. */
export function concatenate(plains: readonly Plain[]): Plain {
  const [first] = plains;
  if (plains.length === 1 || first === undefined) return first!;
  const length = plains.reduce((sum, plain) => sum + plain.length, 0);
  const nullCount = plains.reduce((sum, plain) => sum + plain.nullCount, 0);
  const { kind, width = 0, children = [] } = first;
  const common = {
    kind,
    length,
    nullCount,
    ...(nullCount === 0 ? {} : { validity: joinBits(plains, ({ validity }) => validity) }),
    ...(kind === "fixed" ? { width } : {}),
    children: children.map((_, index) =>
      concatenate(plains.map(({ children }) => children![index]!))
    ),
  };
  if (kind === "struct") return common;
  if (kind === "bits") return { ...common, values: joinBits(plains, ({ values }) => values) };
  const bounds = kind === "fixed" ? {} : { bounds: joinBounds(plains) };
  if (kind === "list") return { ...common, ...bounds };
  return { ...common, ...bounds, values: joined(plains.map(({ values }) => values!)) };
}

function gatherValidity(
  { validity }: Plain,
  indices: Uint32Array,
): Pick<Plain, "nullCount" | "validity"> {
  if (validity === undefined && !indices.includes(NONE)) return { nullCount: 0 };
  const bits = new Uint8Array((indices.length + 7) >> 3);
  for (let at = 0; at < indices.length; at++) {
    const index = indices[at]!;
    if (index !== NONE && (validity === undefined || bitAt(validity, index))) {
      bits[at >> 3]! |= 1 << (at & 7);
    }
  }
  const nullCount = countZeros(bits, 0, indices.length);
  return nullCount === 0 ? { nullCount } : { nullCount, validity: bits };
}

function gatherFixed(values: Uint8Array, width: number, indices: Uint32Array): Uint8Array {
  const taken = new Uint8Array(width * indices.length);
  for (let at = 0; at < indices.length; at++) {
    if (indices[at] === NONE) continue;
    const from = indices[at]! * width;
    for (let byte = 0; byte < width; byte++) taken[at * width + byte] = values[from + byte]!;
  }
  return taken;
}

function gatherBits(values: Uint8Array, indices: Uint32Array): Uint8Array {
  const taken = new Uint8Array((indices.length + 7) >> 3);
  for (let at = 0; at < indices.length; at++) {
    const index = indices[at]!;
    if (index !== NONE && bitAt(values, index)) taken[at >> 3]! |= 1 << (at & 7);
  }
  return taken;
}

function joinBounds(plains: readonly Plain[]): Float64Array {
  const joined: number[] = [0];
  for (const { bounds } of plains) {
    const start = joined.at(-1)!;
    for (let at = 1; at < bounds!.length; at++) joined.push(start + bounds![at]!);
  }
  return Float64Array.from(joined);
}

/** Absent bits are all set. */
function joinBits(
  plains: readonly Plain[],
  bitsOf: (plain: Plain) => Uint8Array | undefined,
): Uint8Array {
  const joined = new Uint8Array((plains.reduce((sum, { length }) => sum + length, 0) + 7) >> 3);
  let to = 0;
  for (const plain of plains) {
    const bits = bitsOf(plain);
    for (let at = 0; at < plain.length; at++, to++) {
      if (bits === undefined || bitAt(bits, at)) joined[to >> 3]! |= 1 << (to & 7);
    }
  }
  return joined;
}
