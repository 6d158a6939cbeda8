/**
 * What became of every row of the soak. Rows are numbered, so a byte for each is all it takes.
 *
 * @module
 */
import { type DuplicateCause, duplicatesIn, type Landing } from "../../tests/harness/duplicates.ts";
import type { Tap } from "../../tests/harness/tap.ts";

const SUCCESSFUL = 1;
const FAILED = 2;
const HANDED_BACK = 4;
const LANDED = 8;
const POISON = 16;
const REFUSED = 32;

/** The totals of a soak. */
export interface Totals {
  /** Rows given to the client. */
  readonly sent: number;
  /** Reported successful. */
  readonly acknowledged: number;
  /** Reported failed, each by itself, because the service refuses them. */
  readonly refused: number;
  /** Reported failed, together with others. */
  readonly failed: number;
  /** Of those, handed back by `unacknowledged()`. */
  readonly handedBack: number;
  /** Landings beyond the first, by cause. */
  readonly duplicates: Readonly<Record<DuplicateCause, number>>;
  /** Reported successful, but not on the server. */
  readonly lost: number;
  /** Reported refused, but the service has nothing against them. */
  readonly wronged: number;
  /** Reported neither successful nor failed, reported twice, or landed without being sent. */
  readonly unaccounted: number;
}

/** What was reported of a row. */
export type Report = "successful" | "failed" | "refused";

const MARKS: Readonly<Record<Report, number>> = {
  successful: SUCCESSFUL,
  failed: FAILED,
  refused: REFUSED,
};
const REPORTED = SUCCESSFUL | FAILED | REFUSED;

/** Keeps the books. */
export class Books {
  #rows = new Uint8Array(1 << 20);
  #sent = 0;
  #unaccounted = 0;

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

  /** The service will refuse this row. */
  poison(row: number): void {
    this.#rows[row]! |= POISON;
  }

  /** A row was reported. */
  report(row: number, report: Report): void {
    if ((this.#rows[row]! & REPORTED) !== 0) this.#unaccounted++;
    this.#rows[row]! |= MARKS[report];
  }

  /** A row came back; that of one that was not reported failed means nothing yet. */
  handBack(row: number): void {
    if ((this.#rows[row]! & FAILED) !== 0) this.#rows[row]! |= HANDED_BACK;
  }

  /** Compares with what landed, in the order of arrival. */
  close(landings: Iterable<Landing>, tap: Tap): Totals {
    const duplicates: Record<DuplicateCause, number> = {
      withheld: 0,
      lost: 0,
      unheard: 0,
      needless: 0,
    };
    for (const { cause } of duplicatesIn(this.#noteLanded(landings), tap)) duplicates[cause]++;
    let acknowledged = 0;
    let refused = 0;
    let failed = 0;
    let handedBack = 0;
    let lost = 0;
    let wronged = 0;
    for (const marks of this.#rows.subarray(0, this.#sent)) {
      const has = (wanted: number) => (marks & wanted) === wanted;
      if (has(SUCCESSFUL)) acknowledged++;
      if (has(REFUSED)) refused++;
      if (has(FAILED)) failed++;
      if (has(HANDED_BACK)) handedBack++;
      if (has(SUCCESSFUL) && !has(LANDED)) lost++;
      if (has(REFUSED) && !has(POISON)) wronged++;
      if ((marks & REPORTED) === 0) this.#unaccounted++;
    }
    const sent = this.#sent;
    const unaccounted = this.#unaccounted;
    return {
      ...{ sent, acknowledged, refused, failed, handedBack, duplicates },
      ...{ lost, wronged, unaccounted },
    };
  }

  *#noteLanded(landings: Iterable<Landing>): Generator<Landing> {
    for (const landing of landings) {
      for (const row of landing.numbers) {
        if (row < this.#sent) this.#rows[row]! |= LANDED;
        else this.#unaccounted++;
      }
      yield landing;
    }
  }
}

/** What must not be, in words. */
export function problemsOf(totals: Totals): string[] {
  const { lost, unaccounted, wronged, failed, handedBack, duplicates } = totals;
  const found: readonly (readonly [number, string])[] = [
    [lost, "rows are lost"],
    [unaccounted, "rows are unaccounted for"],
    [wronged, "rows are blamed for others"],
    [failed - handedBack, "failed rows were not handed back"],
    [duplicates.needless, "rows were sent again without need"],
  ];
  return found.filter(([count]) => count !== 0).map(([count, what]) => `${count} ${what}`);
}
