/**
 * What became of every row of the soak. Rows are numbered, so a byte for each is all it takes.
 *
 * @module
 */
import { ACKNOWLEDGED, CUT } from "./protocol.ts";

const SUCCESSFUL = 1;
const FAILED = 2;
const HANDED_BACK = 4;
const LANDED = 8;

/** The totals of a soak. */
export interface Totals {
  /** Rows given to the client. */
  readonly sent: number;
  /** Reported successful. */
  readonly acknowledged: number;
  /** Reported failed. */
  readonly failed: number;
  /** Of those, handed back by `unacknowledged()`. */
  readonly handedBack: number;
  /** Landings beyond the first. */
  readonly duplicates: number;
  /** Of those, after an acknowledgement that was never sent. */
  readonly withheld: number;
  /** Of those, after an acknowledgement that was on its way when its connection broke. */
  readonly cut: number;
  /** Reported successful, but not on the server. */
  readonly lost: number;
  /** Reported neither successful nor failed, reported both, or landed without being sent. */
  readonly unaccounted: number;
}

/** Keeps the books. */
export class Books {
  #rows = new Uint8Array(1 << 20);
  #sent = 0;
  #reportedTwice = 0;

  /** Rows that were given to the client so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Takes numbers for a batch: the first of them. */
  open(rowCount: number): number {
    const from = this.#sent;
    this.#sent += rowCount;
    if (this.#sent > this.#rows.length) {
      const larger = new Uint8Array(2 * this.#rows.length);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    return from;
  }

  /** A row was reported. */
  report(row: number, successful: boolean): void {
    if ((this.#rows[row]! & (SUCCESSFUL | FAILED)) !== 0) this.#reportedTwice++;
    this.#rows[row]! |= successful ? SUCCESSFUL : FAILED;
  }

  /** A row came back. */
  handBack(row: number): void {
    this.#rows[row]! |= HANDED_BACK;
  }

  /** Compares with what landed: pairs of a row and its flags, in order of arrival. */
  close(landed: Int32Array): Totals {
    const latest = new Uint8Array(this.#sent);
    let duplicates = 0;
    let withheld = 0;
    let cut = 0;
    let unaccounted = this.#reportedTwice;
    for (let at = 0; at < landed.length; at += 2) {
      const row = landed[at]!;
      if (row >= this.#sent) {
        unaccounted++;
        continue;
      }
      if ((this.#rows[row]! & LANDED) !== 0) {
        duplicates++;
        if ((latest[row]! & ACKNOWLEDGED) === 0) withheld++;
        else if ((latest[row]! & CUT) !== 0) cut++;
      }
      this.#rows[row]! |= LANDED;
      latest[row] = landed[at + 1]!;
    }
    let lost = 0;
    let acknowledged = 0;
    let failed = 0;
    let handedBack = 0;
    for (const marks of this.#rows.subarray(0, this.#sent)) {
      if ((marks & SUCCESSFUL) !== 0) acknowledged++;
      if ((marks & FAILED) !== 0) failed++;
      if ((marks & (FAILED | HANDED_BACK)) === (FAILED | HANDED_BACK)) handedBack++;
      if ((marks & (SUCCESSFUL | LANDED)) === SUCCESSFUL) lost++;
      if ((marks & (SUCCESSFUL | FAILED)) === 0) unaccounted++;
    }
    const sent = this.#sent;
    return { sent, acknowledged, failed, handedBack, duplicates, withheld, cut, lost, unaccounted };
  }
}
