/**
 * Why rows landed more than once.
 *
 * @module
 */
import type { SentRecord, Tap } from "./tap.ts";

/** A request that landed. */
export interface Landing {
  /** The server's name for the connection that brought it. */
  readonly streamId: string;
  /** Its number on the connection. */
  readonly offset: bigint;
  /** How many of its rows were acknowledged: the first so many. */
  readonly acknowledgedRows: number;
  /** Whether the connection ended so that the client may not have heard all that was said. */
  readonly cut: boolean;
  /** Its rows, by numbers of which no two rows have the same. */
  readonly numbers: Iterable<number>;
}

/** Why a row was sent again. */
export type DuplicateCause =
  /** Nobody had acknowledged it. */
  | "withheld"
  /** Its acknowledgement was lost with the connection. */
  | "lost"
  /** The client gave the connection up before it had heard of its acknowledgement. */
  | "unheard"
  /** There was no need: its acknowledgement had come, or could not but come. */
  | "needless";

/** A row that landed again. */
export interface Duplicate {
  /** The row. */
  readonly number: number;
  /** Why, judged by its landing before. */
  readonly cause: DuplicateCause;
}

/** Finds every landing of a row but its first. All that landed on a connection must be given, in order. */
export function* duplicatesIn(landings: Iterable<Landing>, tap: Tap): Generator<Duplicate> {
  const latest = new Map<number, DuplicateCause>();
  const records = new Map<string, number>();
  for (const { streamId, offset, acknowledgedRows, cut, numbers } of landings) {
    const first = records.get(streamId) ?? 0;
    let row = 0;
    for (const number of numbers) {
      const cause = latest.get(number);
      if (cause !== undefined) yield { number, cause };
      const record = { streamId, offset, index: first + row };
      latest.set(number, causeOf(tap, record, row < acknowledgedRows, cut));
      row++;
    }
    records.set(streamId, first + row);
  }
}

function causeOf(
  tap: Tap,
  record: SentRecord,
  isAcknowledged: boolean,
  cut: boolean,
): DuplicateCause {
  if (tap.hasHeardOf(record)) return "needless";
  if (!isAcknowledged) return "withheld";
  if (tap.hasLeft(record.streamId)) return "unheard";
  // A server that ends the stream of a client that is still sending may reset the connection, and
  // what it said last goes with it: for the server the stream has ended, for the client it broke.
  return cut || tap.hasBroken(record.streamId) ? "lost" : "needless";
}
