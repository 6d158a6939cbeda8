/**
 * Whether the books of the client and of the server agree.
 *
 * @module
 */
import type { RecordBatch } from "apache-arrow";
import { assert, assertEquals } from "@std/assert";
import type { TransmissionResult } from "@zerobus/wrapper";
import { type Duplicate, duplicatesIn, type Landing } from "../harness/duplicates.ts";
import type { LandedRequest } from "../harness/environment.ts";
import type { Tap } from "../harness/tap.ts";

/** What a case has left behind. Rows are known by their number, all different. */
export interface Books {
  /** Batch by batch: the number of its first row, and what was reported. */
  readonly sent: readonly { readonly from: number; readonly result: TransmissionResult }[];
  /** What `unacknowledged()` gave. */
  readonly handedBack: readonly RecordBatch[];
  /** What the server says. */
  readonly landed: readonly LandedRequest[];
  /** What the client was told. */
  readonly tap: Tap;
}

/** Rows by what became of them. */
export interface Balance {
  /** Reported successful. */
  readonly successful: ReadonlySet<number>;
  /** Reported failed. */
  readonly failed: ReadonlySet<number>;
  /** In a table of the server. */
  readonly durable: ReadonlySet<number>;
  /** Those that landed more than once, for want of an acknowledgement. */
  readonly duplicates: readonly Duplicate[];
}

/** Draws up the balance; throws where it does not add up. */
export function balance({ sent, handedBack, landed, tap }: Books): Balance {
  const successful = new Set<number>();
  const failed = new Set<number>();
  for (const { from, result } of sent) {
    const reported = [...result.successfulRows, ...result.failedRowIndices()];
    assertEquals(
      reported.toSorted((a, b) => a - b),
      Array.from({ length: result.totalRows }, (_, row) => row),
      "every row is successful or failed exactly once",
    );
    for (const row of result.successfulRows) successful.add(from + row);
    for (const row of result.failedRowIndices()) failed.add(from + row);
  }
  const durable = new Set(landed.flatMap(numbersOf));
  const returned = new Set(handedBack.flatMap((batch) => [...batch.getChild("n")!] as number[]));
  const all = new Set([...successful, ...failed]);

  for (const n of successful) assert(durable.has(n), `row ${n} is reported, but not durable`);
  for (const n of successful) assert(!returned.has(n), `row ${n} is reported, and handed back`);
  for (const n of durable) assert(all.has(n), `row ${n} was never sent`);
  for (const n of returned) {
    assert(failed.has(n), `row ${n} is handed back, but not reported failed`);
  }
  const duplicates = [...duplicatesIn(landed.map(landingOf), tap)];
  for (const { number, cause } of duplicates) {
    assert(cause !== "needless", `row ${number} was sent again after it had been acknowledged`);
  }
  return { successful, failed, durable, duplicates };
}

function landingOf(request: LandedRequest): Landing {
  return { ...request, cut: request.cutAfterMs !== undefined, numbers: numbersOf(request) };
}

function numbersOf({ rows }: LandedRequest): number[] {
  return rows.map(({ n }) => Number(n));
}
