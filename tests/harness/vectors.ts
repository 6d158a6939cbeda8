/**
 * Arrow vectors for suites that run in workers too. apache-arrow's builders (`vectorFromArray` of
 * anything but a typed array, `tableFromArrays` of the same) compile code, which a worker forbids.
 * Numbers need no help: `makeVector(Int32Array.of(1, 2))`.
 *
 * @module
 */
import { makeData, makeVector, Utf8, type Vector } from "apache-arrow";

/** A vector of texts; null marks a missing one. */
export function textVector(texts: readonly (string | null)[]): Vector<Utf8> {
  const encoder = new TextEncoder();
  const encoded = texts.map((text) => encoder.encode(text ?? ""));
  const valueOffsets = new Int32Array(texts.length + 1);
  encoded.forEach(({ length }, row) => valueOffsets[row + 1] = valueOffsets[row]! + length);
  const data = new Uint8Array(valueOffsets.at(-1)!);
  encoded.forEach((bytes, row) => data.set(bytes, valueOffsets[row]));
  const nullBitmap = new Uint8Array(Math.ceil(texts.length / 64) * 8);
  texts.forEach((text, row) => {
    if (text !== null) nullBitmap[row >> 3]! |= 1 << (row & 7);
  });
  const nullCount = texts.filter((text) => text === null).length;
  return makeVector(
    makeData({ type: new Utf8(), length: texts.length, nullCount, nullBitmap, valueOffsets, data }),
  );
}
