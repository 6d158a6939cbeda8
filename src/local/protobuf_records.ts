/**
 * Protobuf records in a request, where they lie.
 *
 * @module
 */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import type { RowType } from "./descriptor.ts";
import { type RecordChecker, RecordProblem } from "./record_check.ts";
import type { Records } from "./records.ts";
import { type LocalRow, readRow } from "./row.ts";

/** Records in one buffer, in order: record `i` lies between `bounds[2 * i]` and `bounds[2 * i + 1]`. */
export interface Frames {
  /** Holds the records and perhaps other bytes. */
  readonly bytes: Uint8Array;
  /** Start and end of each. */
  readonly bounds: readonly number[];
}

/** A single record. */
export function oneRecord(record: Uint8Array): Frames {
  return { bytes: record, bounds: [0, record.length] };
}

/**
 * The records of a serialized `ProtoEncodedRecordBatch`, or nothing if the bytes are no such
 * message.
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

/** Messages of one type. */
export class ProtobufRecords implements Records {
  readonly #frames: Frames;
  readonly #type: RowType;

  /** Takes them as they are; see {@linkcode ProtobufRecords.problem}. */
  constructor(frames: Frames, type: RowType) {
    this.#frames = frames;
    this.#type = type;
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

  /** What is wrong with the first record that is no message of the type, if one is not. */
  problem(
    checker: RecordChecker,
  ): { readonly index: number; readonly message: string } | undefined {
    const { bytes, bounds } = this.#frames;
    for (let at = 0; at < bounds.length; at += 2) {
      try {
        checker.check(bytes, bounds[at]!, bounds[at + 1]!);
      } catch (reason) {
        if (!(reason instanceof RecordProblem)) throw reason;
        return { index: at / 2, message: reason.message };
      }
    }
    return undefined;
  }

  row(index: number): LocalRow {
    return readRow(this.#type.message, this.record(index));
  }

  record(index: number): Uint8Array {
    const { bytes, bounds } = this.#frames;
    return bytes.subarray(bounds[2 * index]!, bounds[2 * index + 1]!);
  }
}
