import { create, toBinary } from "@bufbuild/protobuf";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { JsonRecordBatchSchema } from "../../src/gen/zerobus_pb.ts";
import { jsonArray } from "../../src/transport/json_array.ts";
import { test } from "../harness/mod.ts";

function batchOf(records: string[]): Uint8Array {
  return toBinary(JsonRecordBatchSchema, create(JsonRecordBatchSchema, { records }));
}

function arrayOf(records: string[]): unknown {
  return JSON.parse(new TextDecoder().decode(jsonArray(batchOf(records))));
}

test("the records of a batch are the elements of an array, whatever their lengths", () => {
  fc.assert(fc.property(fc.array(fc.object()), (objects) => {
    const records = objects.map((object) => JSON.stringify(object));
    assertEquals(arrayOf(records), records.map((record) => JSON.parse(record)));
  }));
});

test("lengths of one to four bytes are replaced as a whole, and records may hold their bytes", () => {
  // 0x0a, the tag, is a line break, which JSON allows between values.
  const records = [0, 1, 125, 126, 16_382, 16_383, 2_097_150, 2_097_151].map((size) =>
    `{"a":\n"${"\u00e9,[]{} ".padEnd(size, "x")}"}`
  );
  assertEquals(arrayOf(records), records.map((record) => JSON.parse(record)));
});

test("the batch stays what it was", () => {
  const batch = batchOf(["{}", '{"a":1}']);
  const before = batch.slice();
  jsonArray(batch);
  assertEquals(batch, before);
});
