/**
 * The frames of Arrow Flight that are written by hand, read by protobuf-es.
 */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ConfigurationError, ConnectionError } from "../../src/core/errors.ts";
import { FlightDataSchema, PutResultSchema } from "../../src/gen/flight_pb.ts";
import { flightDialect } from "../../src/transport/flight_dialect.ts";
import { recordBatchFrame, schemaFrame } from "../../src/transport/flight_frames.ts";
import { test } from "../harness/mod.ts";

/** The one message in these chunks. */
function messageIn(chunks: readonly Uint8Array[]) {
  const bytes = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
  assertEquals(bytes[0], 0, "flags");
  assertEquals(new DataView(bytes.buffer).getUint32(1), bytes.length - 5, "length");
  return fromBinary(FlightDataSchema, bytes.subarray(5));
}

const filled = (size: number, first = 0) =>
  Uint8Array.from({ length: size }, (_, at) => first + at);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test("a record batch's frame is the message that it says, whatever its buffers", () => {
  const size = fc.oneof(fc.nat(300), fc.constantFrom(127, 128, 16_383, 16_384, 40_000));
  fc.assert(
    fc.property(fc.maxSafeNat(), size, fc.array(size), (offset, headerSize, sizes) => {
      const records = filled(headerSize, 7);
      const buffers = sizes.map(filled);
      const byteLength = sizes.reduce((sum, length) => sum + length, 0);
      const chunks = recordBatchFrame({ offset, records, body: { buffers, byteLength } });
      assert(chunks.every(({ length }) => length > 0), "an empty chunk would end a body");
      const { dataHeader, appMetadata, dataBody } = messageIn(chunks);
      assertEquals(dataHeader, records);
      assertEquals(textOf(appMetadata), `{"offset_id":${offset}}`);
      assertEquals(dataBody, Uint8Array.from(buffers.flatMap((buffer) => [...buffer])));
    }),
    { numRuns: 50 },
  );
});

test("large buffers are not copied, small ones are brought together", () => {
  const large = [filled(20_000), filled(20_001)];
  const small = [filled(3), filled(5)];
  const buffers = [small[0]!, large[0]!, small[1]!, small[0]!, large[1]!];
  const byteLength = buffers.reduce((sum, { length }) => sum + length, 0);
  const chunks = recordBatchFrame({ offset: 0, records: filled(8), body: { buffers, byteLength } });
  assertEquals(chunks.length, 4);
  assertStrictEquals(chunks[1], large[0]);
  assertStrictEquals(chunks[3], large[1]);
});

test("the first frame is the schema, and nothing but an Arrow schema", () => {
  const schema = filled(200);
  const message = messageIn([schemaFrame({ format: { kind: "arrow", schema } })]);
  assertEquals(message.dataHeader, schema);
  assertEquals([message.appMetadata.length, message.dataBody.length], [0, 0]);
  assertThrows(() => schemaFrame({ format: { kind: "json" } }), ConfigurationError, "recordFormat");
});

/** A `PutResult` with this metadata. */
function putResult(metadata: string | object): Uint8Array {
  const text = typeof metadata === "string" ? metadata : JSON.stringify(metadata);
  const appMetadata = new TextEncoder().encode(text);
  return toBinary(PutResultSchema, create(PutResultSchema, { appMetadata }));
}

const READY = { ack_up_to_offset: -1, ack_up_to_records: 0 };

test("the server is ready when it says so, and with nothing else", () => {
  assertEquals(flightDialect.accepted(putResult(READY)), "");
  assertEquals(flightDialect.accepted(putResult({ ...READY, more: 1 })), "");
  const others = [
    { ack_up_to_offset: 0, ack_up_to_records: 1 },
    { ...READY, close_stream_duration_ms: 5 },
    "",
  ];
  for (const other of others) {
    assertThrows(() => flightDialect.accepted(putResult(other)), ConnectionError);
  }
});

const ACKNOWLEDGED = { ack_up_to_offset: 3, ack_up_to_records: 40 };

test("acknowledgements count records, and may announce the end", () => {
  const durable = { kind: "durable_records", count: 40 } as const;
  const close = (durationMs: number) => ({ kind: "close", durationMs } as const);
  const read = (metadata: object) => flightDialect.read(putResult(metadata));
  assertEquals(read(ACKNOWLEDGED), [durable]);
  assertEquals(read({ ...ACKNOWLEDGED, close_stream_duration_ms: null, more: "x" }), [durable]);
  assertEquals(read({ ...ACKNOWLEDGED, close_stream_duration_ms: 1500 }), [durable, close(1500)]);
  assertEquals(read({ ...ACKNOWLEDGED, close_stream_duration_ms: 1e300 }), [
    durable,
    close(2 ** 31 - 1),
  ]);
});

const MALFORMED: readonly (string | object)[] = [
  "",
  "no JSON",
  "null",
  "[]",
  {},
  { ack_up_to_offset: 3 },
  { ack_up_to_records: 3 },
  { ...ACKNOWLEDGED, ack_up_to_records: -1 },
  { ...ACKNOWLEDGED, ack_up_to_records: 1.5 },
  { ...ACKNOWLEDGED, ack_up_to_records: "40" },
  { ...ACKNOWLEDGED, ack_up_to_records: 2 ** 53 },
  { ...ACKNOWLEDGED, close_stream_duration_ms: "soon" },
];
for (const metadata of MALFORMED) {
  test(`${JSON.stringify(metadata)} is no acknowledgement`, () => {
    const error = assertThrows(() => flightDialect.read(putResult(metadata)), ConnectionError);
    assertEquals((error as ConnectionError).retryable, true);
  });
}

test("bytes that are no PutResult break the protocol", () => {
  assertThrows(() => flightDialect.read(Uint8Array.of(0xff, 0xff)), ConnectionError, "PutResult");
});
