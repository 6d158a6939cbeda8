/**
 * The records in a request, where they lie.
 *
 * @module
 */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Records in one buffer, in order: record `i` lies between `bounds[2 * i]` and `bounds[2 * i + 1]`. */
export interface Records {
  /** Holds the records and perhaps other bytes. */
  readonly bytes: Uint8Array;
  /** Start and end of each. */
  readonly bounds: readonly number[];
}

/** A single record. */
export function oneRecord(record: Uint8Array): Records {
  return { bytes: record, bounds: [0, record.length] };
}

/**
 * The records of a serialized `ProtoEncodedRecordBatch`, or nothing if the bytes are no such
 * message.
 */
export function recordsOfBatch(batch: Uint8Array): Records | undefined {
  const bounds: number[] = [];
  const reader = new BinaryReader(batch);
  try {
    while (reader.pos < batch.length) {
      const [number, wireType] = reader.tag();
      if (number !== 1 || wireType !== WireType.LengthDelimited) return undefined;
      const length = reader.uint32();
      const end = reader.pos + length;
      if (end > batch.length) return undefined;
      bounds.push(reader.pos, end);
      reader.pos = end;
    }
  } catch {
    return undefined;
  }
  return { bytes: batch, bounds };
}

/** Bytes of the records themselves, without what lies between them. */
export function bytesIn({ bounds }: Records): number {
  let count = 0;
  for (let at = 0; at < bounds.length; at += 2) count += bounds[at + 1]! - bounds[at]!;
  return count;
}
