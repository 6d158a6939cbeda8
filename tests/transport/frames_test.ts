/**
 * The frames that are written by hand, read by protobuf-es.
 *
 * @module
 */
import { fromBinary, isFieldSet } from "@bufbuild/protobuf";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ConfigurationError } from "../../src/core/errors.ts";
import {
  CreateIngestStreamRequestSchema,
  EphemeralStreamRequestSchema,
  RecordType,
} from "../../src/gen/zerobus_pb.ts";
import { BATCH_TAG, batchFrame, createStreamFrame } from "../../src/transport/frames.ts";
import { test } from "../harness/mod.ts";

/** The one message in these chunks. */
function messageIn(chunks: readonly Uint8Array[]) {
  const bytes = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
  assertEquals(bytes[0], 0, "flags");
  assertEquals(new DataView(bytes.buffer).getUint32(1), bytes.length - 5, "length");
  return fromBinary(EphemeralStreamRequestSchema, bytes.subarray(5)).payload;
}

test("a batch's frame is the request that it says, for any offset and size", () => {
  fc.assert(fc.property(
    fc.oneof(fc.maxSafeNat(), fc.nat(300), fc.constantFrom(2 ** 31, 2 ** 35, 2 ** 53 - 1)),
    fc.oneof(fc.nat(300), fc.constantFrom(127, 128, 16_383, 16_384)),
    fc.constantFrom("protobuf" as const, "json" as const),
    (offset, size, format) => {
      const records = Uint8Array.from({ length: size }, (_, at) => at);
      const payload = messageIn(batchFrame({ offset, records }, BATCH_TAG[format]));
      assert(payload.case === "ingestRecordBatch");
      assertEquals(payload.value.offsetId, BigInt(offset));
      const field = format === "json" ? "jsonBatch" : "protoEncodedBatch";
      assertEquals(payload.value.batch, { case: field, value: records });
    },
  ));
});

test("a batch's records are not copied", () => {
  const records = new Uint8Array(100);
  const [header, body, ...more] = batchFrame({ offset: 3, records }, BATCH_TAG.protobuf);
  assertStrictEquals(body, records);
  assertEquals(more, []);
  assert((header?.length ?? 99) < 30);
});

test("the largest header fits its buffer", () => {
  // Only the length is looked at, so that nobody needs four gigabytes.
  const records = { length: 2 ** 32 - 100 } as Uint8Array;
  const [header] = batchFrame({ offset: Number.MAX_SAFE_INTEGER, records }, BATCH_TAG.json);
  assertEquals(header?.length, 5 + 1 + 5 + 1 + 8 + 1 + 5);
});

test("a stream is created for a table and a descriptor", () => {
  const descriptor = new Uint8Array([1, 2, 3]);
  const format = { kind: "protobuf", descriptor } as const;
  const payload = messageIn([createStreamFrame({ tableName: "main.iot.readings", format })]);
  assert(payload.case === "createStream");
  assertEquals(payload.value.tableName, "main.iot.readings");
  assertEquals(payload.value.descriptorProto, descriptor);
  assertEquals(payload.value.recordType, 1);
});

test("a stream of JSON records is created without a descriptor", () => {
  const format = { kind: "json" } as const;
  const payload = messageIn([createStreamFrame({ tableName: "main.iot.readings", format })]);
  assert(payload.case === "createStream");
  assertEquals(payload.value.recordType, RecordType.JSON);
  assert(!isFieldSet(payload.value, CreateIngestStreamRequestSchema.field.descriptorProto));
});

test("an ephemeral stream does not carry Arrow", () => {
  const format = { kind: "arrow", schema: new Uint8Array(8) } as const;
  assertThrows(
    () => createStreamFrame({ tableName: "main.iot.readings", format }),
    ConfigurationError,
    "recordFormat",
  );
});
