import { assertEquals } from "@std/assert";
import { type RecordBatch, RecordBatchReader } from "apache-arrow";
import fc from "fast-check";
import { END_OF_STREAM, streamParts } from "../../src/debug/arrow_stream.ts";
import { encodeBatch } from "../../src/encode/encode_batch.ts";
import { test } from "../harness/mod.ts";
import { arbitraryBatch } from "../oracle/arbitrary_batches.ts";

/** Several parts of a batch, as one stream. */
function streamOf(batches: readonly RecordBatch[]): Uint8Array<ArrayBuffer> {
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
