/**
 * A small batch with the types that flat data lacks, and one row that cannot be sent.
 *
 * @module
 */
import {
  DateDay,
  Decimal,
  Dictionary,
  Field,
  Float64,
  Int32,
  List,
  Map_,
  Struct,
  Table,
  TimestampMicrosecond,
  Uint64,
  Utf8,
  type Vector,
  vectorFromArray,
} from "apache-arrow";

/** The row whose counter is larger than any BIGINT. */
export const BAD_ROW = 2;

const address = new Struct([
  new Field("street", new Utf8(), true),
  new Field("zip", new Int32(), true),
]);
const attributes = new Map_(
  new Field(
    "entries",
    new Struct([
      new Field("key", new Utf8(), false),
      new Field("value", new Float64(), false),
    ]) as never, // apache-arrow types map entries more narrowly than its builders need
    false,
  ),
);

const columns: Record<string, Vector> = {
  counter: vectorFromArray([1n, 2n, 2n ** 63n, 2n ** 63n - 1n], new Uint64()),
  address: vectorFromArray(
    [{ street: "Main St", zip: 1234 }, { street: null, zip: 5 }, { street: "x", zip: 1 }, null],
    address,
  ),
  tags: vectorFromArray(
    [["fast", "late"], [], ["bad"], null],
    new List(new Field("item", new Utf8(), false)),
  ),
  attributes: vectorFromArray(
    [new Map([["wind", 3.5], ["rain", 0]]), new Map(), null, new Map([["snow", -1]])],
    attributes,
  ),
  // 128-bit integers as four words; two of the digits are decimals.
  price: vectorFromArray(
    [Uint32Array.of(1999, 0, 0, 0), Uint32Array.of(5, 0, 0, 0), null, new Uint32Array(4).fill(~0)],
    new Decimal(2, 12, 128),
  ),
  carrier: vectorFromArray(["AA", "UA", "AA", null], new Dictionary(new Utf8(), new Int32())),
  departed: vectorFromArray(
    [1_700_000_000_000, null, 0, -1],
    new TimestampMicrosecond("UTC"),
  ),
  day: vectorFromArray([new Date("2026-01-31"), null, new Date(0), new Date(-1)], new DateDay()),
};

/** Four rows; {@linkcode BAD_ROW} cannot be sent. */
export function oddBatch(): Table {
  return new Table(columns);
}
