/**
 * What all record formats have in common once they were read and checked.
 *
 * @module
 */
import type { LocalRow } from "./row.ts";

/** The records of one request. */
export interface Records {
  /** How many there are. */
  readonly count: number;
  /** Bytes of the records themselves, without what lies between them. */
  readonly byteCount: number;
  /** One of them as a plain object. */
  row(index: number): LocalRow;
  /** One of them as it came; where formats have no bytes of a record, a text that stands for it. */
  record(index: number): Uint8Array;
}
