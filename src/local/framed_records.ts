/**
 * Records in a request that have bytes of their own, where they lie.
 *
 * @module
 */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import type { Records } from "./records.ts";
import type { LocalRow } from "./row.ts";

/** Records in one buffer, in order: record `i` lies between `bounds[2 * i]` and `bounds[2 * i + 1]`. */
export interface Frames {
  /** Holds the records and perhaps other bytes. */
  readonly bytes: Uint8Array;
  /** Start and end of each. */
  readonly bounds: readonly number[];
}

/** What is wrong with one record of several. */
export interface FrameProblem {
  /** Which one. */
  readonly index: number;
  /** Shows nothing of what is in it. */
  readonly message: string;
}

/** A single record. */
export function oneRecord(record: Uint8Array): Frames {
  return { bytes: record, bounds: [0, record.length] };
}

/**
 * The records of a serialized `ProtoEncodedRecordBatch` or `JsonRecordBatch`, or nothing if the
 * bytes are no such message.
 */
export function recordsOfBatch(batch: Uint8Array): Frames | undefined {
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

/** What records of all such formats have in common. */
export abstract class FramedRecords implements Records {
  readonly #frames: Frames;

  /** Takes them as they are. */
  constructor(frames: Frames) {
    this.#frames = frames;
  }

  get count(): number {
    return this.#frames.bounds.length / 2;
  }

  get byteCount(): number {
    const { bounds } = this.#frames;
    let bytes = 0;
    for (let at = 0; at < bounds.length; at += 2) bytes += bounds[at + 1]! - bounds[at]!;
    return bytes;
  }

  abstract row(index: number): LocalRow;

  record(index: number): Uint8Array {
    const { bytes, bounds } = this.#frames;
    return bytes.subarray(bounds[2 * index]!, bounds[2 * index + 1]!);
  }

  /** What is wrong with the first record that is not as it must be, if one is not. */
  problem(): FrameProblem | undefined {
    const { bytes, bounds } = this.#frames;
    for (let at = 0; at < bounds.length; at += 2) {
      const message = this.problemAt(bytes, bounds[at]!, bounds[at + 1]!);
      if (message !== undefined) return { index: at / 2, message };
    }
    return undefined;
  }

  /** What is wrong with the record at a place, if anything is. */
  protected abstract problemAt(bytes: Uint8Array, start: number, end: number): string | undefined;
}
