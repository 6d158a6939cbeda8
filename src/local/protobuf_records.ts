/**
 * Protobuf records in a request.
 *
 * @module
 */
import type { RowType } from "./descriptor.ts";
import { FramedRecords, type Frames } from "./framed_records.ts";
import { type RecordChecker, RecordProblem } from "./record_check.ts";
import { type LocalRow, readRow } from "./row.ts";

/** Messages of one type. */
export class ProtobufRecords extends FramedRecords {
  readonly #type: RowType;
  readonly #checker: RecordChecker;

  /** Takes them as they are; see {@linkcode FramedRecords.problem}. */
  constructor(frames: Frames, type: RowType, checker: RecordChecker) {
    super(frames);
    this.#type = type;
    this.#checker = checker;
  }

  row(index: number): LocalRow {
    return readRow(this.#type.message, this.record(index));
  }

  protected problemAt(bytes: Uint8Array, start: number, end: number): string | undefined {
    try {
      this.#checker.check(bytes, start, end);
      return undefined;
    } catch (reason) {
      if (!(reason instanceof RecordProblem)) throw reason;
      return reason.message;
    }
  }
}
