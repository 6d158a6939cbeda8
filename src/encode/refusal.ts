/**
 * Why a row cannot be written.
 *
 * @module
 */

/**
 * Thrown where a value cannot be written and caught where its row is known. Not an `Error`: it
 * becomes a `ConversionError` there, and a batch may have very many.
 */
export class Refusal {
  /** Path of the column. */
  readonly column: string;
  /** What is wrong; never the value itself. */
  readonly reason: string;

  /** Creates a refusal. */
  constructor(column: string, reason: string) {
    this.column = column;
    this.reason = reason;
  }
}
