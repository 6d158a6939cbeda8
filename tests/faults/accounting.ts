/**
 * Whether the books of the client and of the server agree.
 *
 * @module
 */
import type { RecordBatch } from "apache-arrow";
import { assert, assertEquals } from "@std/assert";
import type { TransmissionResult } from "@zerobus/wrapper";
import type { LandedRequest } from "../harness/environment.ts";

/** What a case has left behind. Rows are known by their number, all different. */
export interface Books {
  /** Batch by batch: the number of its first row, and what was reported. */
  readonly sent: readonly { readonly from: number; readonly result: TransmissionResult }[];
  /** What `unacknowledged()` gave. */
  readonly handedBack: readonly RecordBatch[];
  /** What the server says. */
  readonly landed: readonly LandedRequest[];
}

/** Rows by what became of them. */
export interface Balance {
  /** Reported successful. */
  readonly successful: ReadonlySet<number>;
  /** Reported failed. */
  readonly failed: ReadonlySet<number>;
  /** In a table of the server. */
  readonly durable: ReadonlySet<number>;
}

/**
 * An acknowledgement that was sent so shortly before the connection broke may never have been read,
 * in milliseconds.
 */
const IN_FLIGHT_MS = 25;

/** Draws up the balance; throws where it does not add up. */
export function balance({ sent, handedBack, landed }: Books): Balance {
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
  assertNothingResentInVain(landed);
  return { successful, failed, durable };
}

/** Nothing was sent again that had been acknowledged. */
function assertNothingResentInVain(landed: readonly LandedRequest[]): void {
  const seen = new Map<number, { readonly request: LandedRequest; readonly row: number }>();
  for (const request of landed) {
    for (const [row, n] of numbersOf(request).entries()) {
      const earlier = seen.get(n);
      assert(
        earlier === undefined || mayBeSentAgain(earlier.request, earlier.row),
        `row ${n} was sent again ${
          earlier?.request.cutAfterMs ?? ""
        } after it had been acknowledged`,
      );
      seen.set(n, { request, row });
    }
  }
}

function mayBeSentAgain(
  { acknowledgedRows, cutAfterMs = Infinity }: LandedRequest,
  row: number,
): boolean {
  return row >= acknowledgedRows || cutAfterMs < IN_FLIGHT_MS;
}

function numbersOf({ rows }: LandedRequest): number[] {
  return rows.map(({ n }) => Number(n));
}
