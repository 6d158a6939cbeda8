import { assertEquals } from "@std/assert";
import { TransmissionError, ZerobusError } from "../../src/core/errors.ts";
import { Allowance } from "../../src/delivery/isolation.ts";
import { Parcel } from "../../src/delivery/parcel.ts";
import { Segment } from "../../src/delivery/segment.ts";
import { EncodedRows } from "../../src/encode/encoded_rows.ts";
import { refusal } from "./stage.ts";
import { test } from "../harness/mod.ts";

/** Rows 100 to 105 of an input; the first, third and last cannot be converted. */
function stage() {
  const failedRows = [0, 2, 5].map((row) => ({ row: 10 + row, error: refusal() }));
  // Three records of 1, 2 and 3 bytes, somewhere in a larger buffer.
  const bytes = Uint8Array.of(9, 9, 0x0a, 1, 7, 0x0a, 2, 7, 7, 0x0a, 3, 7, 7, 7, 9).subarray(2, 14);
  const rows = new EncodedRows({ bytes, rowCount: 3, firstRow: 10, endRow: 16, failedRows });
  const segment = new Segment(
    100,
    106,
    failedRows.map(({ row, error }) => ({ row: row + 90, error })),
  );
  return { segment, parcel: new Parcel(rows, segment, new Allowance(0)) };
}

const runsOf = (segment: Segment) =>
  [...segment.runs()].map(({ firstRow, endRow, fate }) => [
    firstRow,
    endRow,
    fate instanceof ZerobusError ? fate.code : fate,
  ]);

test("pieces are cut between records, wherever the bytes lie", () => {
  const { parcel } = stage();
  const cut = (start: number, end: number) => [...parcel.piece(start, end).bytes];
  assertEquals(cut(0, 1), [0x0a, 1, 7]);
  assertEquals(cut(1, 2), [0x0a, 2, 7, 7]);
  assertEquals(cut(2, 3), [0x0a, 3, 7, 7, 7]);
  assertEquals(cut(0, 3), [...parcel.bytes]);
  assertEquals(parcel.piece(1, 3).rowCount, 2);
});

test("what becomes of records is put down for the rows they were made of", async () => {
  const { parcel, segment } = stage();
  parcel.deliver(1);
  assertEquals(runsOf(segment), [[100, 103, "durable"], [103, 106, "unknown"]]);
  parcel.refuse(2, refusal());
  const failures = [...segment.parts()].filter(({ isByItself }) => isByItself);
  assertEquals(failures.map(({ firstRow }) => firstRow), [100, 102, 103, 105]);
  const { fate } = failures[2]!;
  assertEquals(fate instanceof ZerobusError && fate.details.row, 103);
  const over = new ZerobusError("over", "closed");
  parcel.lose(over);
  assertEquals(runsOf(segment).at(-1), [104, 106, "closed"]);
  assertEquals(await parcel.done, over);
});

test("records that cannot be told apart fail together, without a row of their own", async () => {
  const { parcel, segment } = stage();
  parcel.refuse(2, refusal());
  parcel.deliver();
  assertEquals(runsOf(segment), [[100, 104, "transmission"], [104, 106, "durable"]]);
  const { fate } = [...segment.runs()][0]!;
  assertEquals(fate instanceof TransmissionError && fate.details.row, undefined);
  assertEquals(await parcel.done, undefined, "nothing was lost on the way");
});

test("what is durable is no part of the request any more", async () => {
  const { parcel, segment } = stage();
  const piece = parcel.piece(0, 2);
  parcel.skip(1);
  assertEquals([[...parcel.bytes], parcel.rowCount], [[0x0a, 2, 7, 7, 0x0a, 3, 7, 7, 7], 2]);
  assertEquals(runsOf(segment), [[100, 103, "durable"], [103, 106, "unknown"]]);
  // The piece had been cut out before; what it says of its first records is known by now.
  piece.skip?.(1);
  assertEquals(parcel.settled, 1);
  parcel.piece(0, 3).skip?.(1);
  assertEquals([parcel.settled, parcel.rowCount], [2, 1]);
  parcel.lose(new ZerobusError("over", "closed"));
  assertEquals(runsOf(segment).map(([, , fate]) => fate), ["durable", "durable", "closed"]);
  await parcel.done;
});
