/**
 * From the body of a `JsonRecordBatch` to a JSON array.
 *
 * @module
 */

const COMMA = 0x2c;
const SPACE = 0x20;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/**
 * The records as one array. They are copied once, all together: what stands between them, a tag of
 * one byte and a length of one to five, becomes a comma and blanks, so nothing has to move.
 *
 * @param records for each record the tag 0x0A, its length as a varint, and its text
 */
export function jsonArray(records: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = records.length;
  if (size === 0) return Uint8Array.of(OPEN, CLOSE);
  const array = new Uint8Array(size + 1);
  array.set(records);
  for (let at = 0; at < size;) {
    array[at++] = COMMA;
    let length = 0;
    for (let scale = 1;; scale *= 0x80) {
      const byte = array[at]!;
      array[at++] = SPACE;
      length += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    at += length;
  }
  array[0] = OPEN;
  array[size] = CLOSE;
  return array;
}
