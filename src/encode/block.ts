/**
 * Rows in blocks.
 *
 * @module
 */
import type { Column } from "./column.ts";
import {
  HEAP,
  HEAP_I32,
  HEAP_U8,
  MOST_ROWS,
  OVERRUN,
  PROGRAM_START,
  STAGE_START,
  StageFullError,
} from "./heap.ts";
import type { OtherWriter } from "./inner_loop.ts";
import { BASE, compile, type Program, START, STRIDE } from "./program.ts";
import { Refusal } from "./refusal.ts";
import { writeField } from "./row_writer.ts";
import { rowWriterInUse } from "./row_writer_in_use.ts";
import { Sink } from "./sink.ts";
import { Stage } from "./stage.ts";

/** Tag and longest length of a record. */
const FRAME = 6;
/** Bytes of records to aim for; twice that is what a block has in the cache. */
const GOOD_SIZE = 128 * 1024;
/**
 * Rows to have in any case, if they fit: a block costs something for each column, and each column's
 * slice a line of the cache. With this and the heap that holds so many rows, 2,000 columns are written
 * 1.7 to 2 times as fast as 8 rows at a time on half the heap.
 */
const GOOD_ROWS = 32;
/** For fewer rows the preparations cost more than they save. */
export const FEWEST_ROWS = 4;
/** When not even those fit on the heap, so many go the general way before the next attempt. */
const SKIPPED_ROWS = 64;

/** Where each row of the block in hand begins, and where the last one ends. */
const bounds = new Int32Array(HEAP, PROGRAM_START, MOST_ROWS + 1);
/** Whose block it is. */
let owner: Block | undefined;

/**
 * Writes a batch's rows to the heap, a block at a time. What it cannot write it leaves to the general
 * writer: a column of the block that holds something odd, a row that is refused, rows too large for
 * the heap. So whatever can go wrong is found and reported there and only there.
 */
export class Block implements OtherWriter {
  readonly #program: Program;
  readonly #stage: Stage;
  readonly #maxRecordBytes: number;
  /** Where the general writer puts single values. */
  readonly #scratch = new Sink(256, Infinity);
  #rowsAtOnce: number;
  /** The block's first row; the rows before `#written` are on the heap; the row after the block. */
  #first = 0;
  #written = 0;
  #end = 0;
  /** Rows before this one are the general writer's. */
  #skipTo = 0;
  /** Bytes that the general writer's values may take in this block. */
  #spare = 0;

  /** Prepares for a batch whose records take about so many bytes each. */
  constructor(columns: readonly Column[], bytesPerRecord: number, maxRecordBytes: number) {
    this.#program = compile(columns);
    this.#stage = new Stage(this.#program);
    this.#maxRecordBytes = maxRecordBytes;
    const rows = Math.ceil(GOOD_SIZE / Math.max(bytesPerRecord, 1));
    this.#rowsAtOnce = Math.max(GOOD_ROWS, Math.min(rows, MOST_ROWS));
    if (!this.#program.fits) this.#skipTo = Infinity;
  }

  /**
   * Sees to it that there are rows on the heap from `row` on; valid until something is yielded.
   *
   * @param end where the batch ends.
   * @returns how many there are; 0 if the general writer must write `row`.
   */
  prepare(row: number, end: number): number {
    if (row < this.#skipTo || end - row < FEWEST_ROWS) return 0;
    const isMine = owner === this && row >= this.#first;
    if (isMine && row < this.#written) return this.#written - row;
    if ((!isMine || row >= this.#end) && !this.#load(row, end)) {
      this.#skipTo = row + SKIPPED_ROWS;
      return 0;
    }
    this.#write(row);
    return this.#written - row;
  }

  /** The `count` records from `row` on, framed. */
  bytes(row: number, count: number): Uint8Array {
    const from = row - this.#first;
    return HEAP_U8.subarray(bounds[from]!, bounds[from + count]!);
  }

  /** How many bytes those are. */
  size(row: number, count: number): number {
    const from = row - this.#first;
    return bounds[from + count]! - bounds[from]!;
  }

  /** Brings the columns of the next rows to the heap, of as many rows as fit. */
  #load(row: number, end: number): boolean {
    if (owner !== this) HEAP_I32.set(this.#program.code, START);
    owner = this;
    this.#first = this.#written = this.#end = row;
    bounds[0] = 0;
    for (;;) {
      const count = Math.min(this.#rowsAtOnce, end - row);
      try {
        this.#stage.load(row, row + count);
        this.#spare = STAGE_START - OVERRUN - this.#stage.bound - count * FRAME;
        if (this.#spare >= 0) {
          this.#end = row + count;
          return true;
        }
      } catch (reason) {
        if (!(reason instanceof StageFullError)) throw reason;
      }
      if (count <= FEWEST_ROWS) return false;
      this.#rowsAtOnce = Math.max(count >> 1, FEWEST_ROWS);
    }
  }

  /** Writes rows from this one on, until one cannot be written or the block ends. */
  #write(from: number): void {
    const { record } = this.#program;
    bounds[from - this.#first] = bounds[this.#written - this.#first]!;
    const rows = {
      first: START,
      record,
      bounds: (PROGRAM_START >> 2) + from - this.#first,
      maxRecordBytes: this.#maxRecordBytes,
    };
    let row: number;
    try {
      row = rowWriterInUse().writeRows(rows, from, this.#end, this);
    } catch (reason) {
      if (!(reason instanceof Refusal)) throw reason;
      row = HEAP_I32[record + BASE]!;
    }
    if (row < this.#end) this.#skipTo = row + 1;
    this.#written = row;
  }

  /** See {@linkcode OtherWriter}. */
  writeOther(node: number, index: number, at: number): number {
    const column = this.#program.columns[(node - START) / STRIDE]!;
    const scratch = this.#scratch;
    scratch.position = 0;
    writeField(scratch, column, index);
    const size = scratch.position;
    this.#spare -= size;
    // Not the value's fault; but it ends the block there, and the general writer has more room.
    if (this.#spare < 0) throw new Refusal(column.path, "no room");
    const { bytes } = scratch;
    for (let from = 0; from < size; from++) HEAP_U8[at + from] = bytes[from]!;
    return at + size;
  }

  /** See {@linkcode OtherWriter}. */
  refuseNull(node: number): void {
    const { path, nullError } = this.#program.columns[(node - START) / STRIDE]!;
    throw new Refusal(path, nullError);
  }
}
