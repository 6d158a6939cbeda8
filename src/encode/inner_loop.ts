/**
 * What runs a program over the rows of a block, and what it needs.
 *
 * @module
 */

/** Writes what has no fast way. */
export interface OtherWriter {
  /** Writes one value of an instruction's column, tag included; returns the address after it. */
  writeOther(node: number, index: number, at: number): number;
  /** Called for a null where there may be none; throws. */
  refuseNull(node: number): void;
}

/**
 * Writes the fields whose instructions are the words `[first, end)` of the heap, for one index.
 *
 * Everything has been checked beforehand, for a block of rows at once: that offsets lead somewhere,
 * that text is text, that numbers are in range, that there is room. There is not one test of those
 * in here.
 *
 * @returns the address after the last byte written.
 */
export type WriteFields = (
  first: number,
  end: number,
  index: number,
  at: number,
  other: OtherWriter,
) => number;

/** Some rows to write. */
export interface Rows {
  /** The first instruction; the last is followed by the record's. */
  readonly first: number;
  /** The record's instruction; its base is the row in hand, for whoever catches what is thrown. */
  readonly record: number;
  /** The word that says where the first row begins; those after it will say it of the next ones. */
  readonly bounds: number;
  /** No record may be longer. */
  readonly maxRecordBytes: number;
}

/** The inner loop. */
export interface RowWriter {
  /**
   * Writes rows of a block, each framed as a record, until one is too large.
   *
   * @returns the row after the last one written.
   */
  readonly writeRows: (rows: Rows, from: number, to: number, other: OtherWriter) => number;
  /**
   * Whether the bytes `[from, to)` of the heap are ASCII, if the loop has a fast way to tell. The seven
   * bytes after them must be 0.
   */
  readonly isAscii?: (from: number, to: number) => boolean;
}
