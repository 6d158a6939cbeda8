import { assertEquals } from "@std/assert";
import { Dictionary, Int32, RecordBatchReader, Utf8 } from "apache-arrow";
import fc from "fast-check";
import { END_OF_STREAM, streamParts } from "../../src/debug/arrow_stream.ts";
import type { ArrowBatch } from "../../src/core/arrow.ts";
import { encodeBatch } from "../../src/encode/encode_batch.ts";
import { arrayOf, batchOf } from "../encode/build.ts";
import { test } from "../harness/mod.ts";
import { arbitraryBatch } from "../oracle/arbitrary_batches.ts";
import { foreign } from "../oracle/foreign_batch.ts";

/** Several parts of a batch, as one stream. */
function streamOf(batches: readonly ArrowBatch[]): Uint8Array<ArrayBuffer> {
  const parts = batches.map(streamParts);
  const headers = parts.map(({ header }) => header);
  for (const header of headers) assertEquals(header, headers[0]);
  const all = [headers[0]!, ...parts.map(({ messages }) => messages), END_OF_STREAM];
  const stream = new Uint8Array(all.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of all) {
    stream.set(part, at);
    at += part.byteLength;
  }
  return stream;
}

test("slices of any batch, one behind the other, are a stream with their rows", () => {
  const seed = Math.trunc(Math.random() * 2 ** 31);
  console.log(`streams: seed ${seed}`);
  fc.assert(
    fc.property(arbitraryBatch({ maxRows: 20 }), fc.nat({ max: 20 }), (batch, at) => {
      if (batch.numRows === 0) return;
      const cut = Math.min(at, batch.numRows);
      const slices = [batch.slice(0, cut), batch.slice(cut), batch.slice(0, cut)]
        .filter(({ numRows }) => numRows > 0);
      const read = [...RecordBatchReader.from(streamOf(slices))];
      assertEquals(read.map(({ numRows }) => numRows), slices.map(({ numRows }) => numRows));
      // Equal values make equal records, and the encoder has oracles of its own.
      for (const [index, slice] of slices.entries()) {
        const [one, other] = [encodeBatch(slice), encodeBatch(read[index]!)];
        assertEquals(other.bytes, one.bytes);
        assertEquals(
          other.failedRows.map(({ row }) => row),
          one.failedRows.map(({ row }) => row),
        );
      }
    }),
    { seed, numRuns: 300, interruptAfterTimeLimit: 60_000 },
  );
}, { timeoutMs: 120_000 });

test("a batch of another copy of apache-arrow is written like one of this", () => {
  const seed = Math.trunc(Math.random() * 2 ** 31);
  console.log(`foreign batches: seed ${seed}`);
  fc.assert(
    fc.property(arbitraryBatch({ maxRows: 20 }), (batch) => {
      assertEquals(streamParts(foreign(batch)), streamParts(batch));
    }),
    { seed, numRuns: 200, interruptAfterTimeLimit: 60_000 },
  );
}, { timeoutMs: 120_000 });

test("batches bring dictionaries of their own, whenever those were made", () => {
  const texts = [["a", "b", "a"], ["c", "d", "d"], ["b"]];
  const batches = texts.map((values) => {
    const coded = () => arrayOf(new Dictionary(new Utf8(), new Int32()), values);
    return batchOf({ one: coded(), other: coded() });
  });
  const read = [...RecordBatchReader.from(streamOf([...batches, foreign(batches[0]!)]))];
  for (const column of ["one", "other"]) {
    assertEquals(read.map((batch) => [...batch.getChild(column)!]), [...texts, texts[0]!]);
  }
});
