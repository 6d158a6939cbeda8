/**
 * Records of a batch as delimited messages.
 *
 * @module
 */

/**
 * The body of a `ProtoEncodedRecordBatch` without the tag in front of each record: what is left are
 * messages behind their lengths.
 */
export function withoutTags(batch: Uint8Array, records: number): Uint8Array {
  const output = new Uint8Array(batch.byteLength - records);
  let from = 0;
  let to = 0;
  while (from < batch.byteLength) {
    const start = ++from; // behind the tag
    let length = 0;
    for (let scale = 1;; scale *= 0x80) {
      const byte = batch[from++]!;
      length += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    from += length;
    output.set(batch.subarray(start, from), to);
    to += from - start;
  }
  return output;
}
