import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  DescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { readDescriptor } from "../../src/local/descriptor.ts";
import { RecordChecker, RecordProblem } from "../../src/local/record_check.ts";
import { test } from "../harness/mod.ts";
import { field } from "./reading.ts";

/** A row with a field of every kind. */
const TYPE = readDescriptor(toBinary(
  DescriptorProtoSchema,
  create(DescriptorProtoSchema, {
    name: "Row",
    field: [
      field("id", 1, Type.INT64, Label.REQUIRED),
      field("name", 2, Type.STRING),
      field("ratio", 3, Type.DOUBLE),
      field("share", 4, Type.FLOAT),
      field("blob", 5, Type.BYTES),
      field("sizes", 6, Type.INT32, Label.REPEATED),
      field("place", 7, Type.MESSAGE, Label.OPTIONAL, ".Row.Place"),
      field("tags", 8, Type.MESSAGE, Label.REPEATED, ".Row.TagsEntry"),
      field("colour", 9, Type.ENUM, Label.OPTIONAL, ".Row.Colour"),
      field("words", 10, Type.STRING, Label.REPEATED),
      field("child", 11, Type.MESSAGE, Label.OPTIONAL, ".Row"),
      field("weights", 100, Type.FIXED64, Label.REPEATED),
    ],
    nestedType: [
      {
        name: "Place",
        field: [
          field("x", 1, Type.SINT32, Label.REQUIRED),
          field("y", 2, Type.SFIXED32, Label.REQUIRED),
        ],
      },
      {
        name: "TagsEntry",
        field: [field("key", 1, Type.STRING), field("value", 2, Type.BOOL)],
        options: { mapEntry: true },
      },
    ],
    enumType: [{
      name: "Colour",
      value: [{ name: "RED", number: 1 }, { name: "OLD", number: -1 }],
    }],
  }),
));
const { Varint, Bit32, Bit64, LengthDelimited } = WireType;
const checker = new RecordChecker(TYPE);

function check(record: Uint8Array): void {
  checker.check(record, 0, record.length);
}

/** A record with the required field, and what else is written to it. */
function row(write: (writer: BinaryWriter) => BinaryWriter = (writer) => writer): Uint8Array {
  return write(new BinaryWriter().tag(1, Varint).int64(1)).finish();
}

const place = (x = true, y = true) => {
  const writer = new BinaryWriter();
  if (x) writer.tag(1, Varint).sint32(-1);
  if (y) writer.tag(2, Bit32).sfixed32(-1);
  return writer.finish();
};

/** `count` rows, each within the one before. */
function nest(count: number): Uint8Array {
  let record = row();
  for (let depth = 0; depth < count; depth++) {
    const inner = record;
    record = row((w) => w.tag(11, LengthDelimited).bytes(inner));
  }
  return record;
}

const accepted: Record<string, Uint8Array> = {
  "required field only": row(),
  "negative numbers": new BinaryWriter().tag(1, Varint).int64(-1).finish(),
  "text beyond ASCII": row((w) => w.tag(2, LengthDelimited).string("übermäßig 🦆")),
  "empty text": row((w) => w.tag(2, LengthDelimited).string("")),
  "fixed widths": row((w) => w.tag(3, Bit64).double(NaN).tag(4, Bit32).float(1)),
  "bytes that are no text": row((w) => w.tag(5, LengthDelimited).bytes(Uint8Array.of(0xff))),
  "repeated, one by one": row((w) => w.tag(6, Varint).int32(1).tag(6, Varint).int32(-2)),
  "repeated, packed": row((w) => w.tag(6, LengthDelimited).fork().int32(1).int32(-2).join()),
  "packed and empty": row((w) => w.tag(100, LengthDelimited).bytes(new Uint8Array(0))),
  "packed fixed": row((w) => w.tag(100, LengthDelimited).bytes(new Uint8Array(24))),
  "message": row((w) => w.tag(7, LengthDelimited).bytes(place())),
  "map entries, one without value": row((w) =>
    w.tag(8, LengthDelimited).fork().tag(1, LengthDelimited).string("k").tag(2, Varint).bool(true)
      .join().tag(8, LengthDelimited).fork().join()
  ),
  "known enum numbers": row((w) => w.tag(9, Varint).int32(1).tag(9, Varint).int32(-1)),
  "a row within a row": nest(1),
  "a hundred levels of rows": nest(99),
};

for (const [name, record] of Object.entries(accepted)) {
  test(`record accepted: ${name}`, () => {
    check(record);
    fromBinary(TYPE.message, record);
  });
}

const refused: Record<string, [record: Uint8Array, message: string]> = {
  "empty": [new Uint8Array(0), "required field id is missing"],
  "required field missing": [
    new BinaryWriter().tag(2, LengthDelimited).string("x").finish(),
    "required field id is missing",
  ],
  "required field of a message missing": [
    row((w) => w.tag(7, LengthDelimited).bytes(place(true, false))),
    "required field y is missing",
  ],
  "required field of an inner row missing, the outer one there": [
    row((w) => w.tag(11, LengthDelimited).bytes(new Uint8Array(0))),
    "required field id is missing",
  ],
  "required field of the outer row missing, the inner one there": [
    new BinaryWriter().tag(11, LengthDelimited).bytes(row()).finish(),
    "required field id is missing",
  ],
  "unknown field": [row((w) => w.tag(12, Varint).int32(1)), "unknown field number 12"],
  "unknown field in a message": [
    row((w) => w.tag(7, LengthDelimited).fork().raw(place()).tag(3, Varint).bool(true).join()),
    "Place: unknown field number 3",
  ],
  "field number 0": [row((w) => w.raw(Uint8Array.of(0, 0))), "unknown field number 0"],
  "wrong wire type": [row((w) => w.tag(2, Varint).int32(1)), "name: wire type 0 where 2 belongs"],
  "packed where it cannot be": [
    row((w) => w.tag(3, LengthDelimited).bytes(new Uint8Array(8))),
    "ratio: wire type 2 where 1 belongs",
  ],
  "a group": [row((w) => w.raw(Uint8Array.of(0x3b, 0x3c))), "place: wire type 3 where 2 belongs"],
  "text that is not UTF-8": [
    row((w) => w.tag(2, LengthDelimited).bytes(Uint8Array.of(0x61, 0xc3))),
    "name: text that is not UTF-8",
  ],
  "a surrogate in text": [
    row((w) => w.tag(10, LengthDelimited).bytes(Uint8Array.of(0xed, 0xa0, 0x80))),
    "words: text that is not UTF-8",
  ],
  "an enum number that is none": [row((w) => w.tag(9, Varint).int32(2)), "colour: a number"],
  "a varint cut short": [Uint8Array.of(0x08, 0x80), "id: cut short"],
  "a varint without end": [
    row((w) => w.tag(6, Varint).raw(new Uint8Array(11).fill(0x80))),
    "sizes: a varint of more than 10 bytes",
  ],
  "fixed width cut short": [row((w) => w.tag(3, Bit64).raw(new Uint8Array(7))), "ratio: cut short"],
  "packed fixed of a wrong length": [
    row((w) => w.tag(100, LengthDelimited).bytes(new Uint8Array(12))),
    "weights: cut short",
  ],
  "a length beyond the record": [
    row((w) => w.tag(5, LengthDelimited).uint32(5).raw(new Uint8Array(4))),
    "blob: cut short",
  ],
  "a length beyond the message": [
    row((w) => w.tag(8, LengthDelimited).fork().tag(1, LengthDelimited).uint32(9).join()),
    "key: cut short",
  ],
  "more than a hundred levels of rows": [nest(100), "nested too deeply"],
};

for (const [name, [record, message]] of Object.entries(refused)) {
  test(`record refused: ${name}`, () => {
    assertStringIncludes(assertThrows(() => check(record), RecordProblem).message, message);
    // A refusal leaves nothing behind.
    check(row());
  });
}

test("a record is checked within its bounds only", () => {
  const bytes = new BinaryWriter().raw(Uint8Array.of(0xff)).raw(row()).raw(Uint8Array.of(0xff));
  const buffer = bytes.finish();
  checker.check(buffer, 1, buffer.length - 1);
  assertThrows(() => checker.check(buffer, 1, buffer.length), RecordProblem);
});

test("damaged records are refused, or still read; nothing else is thrown", () => {
  const whole = row((w) =>
    w.tag(2, LengthDelimited).string("name").tag(3, Bit64).double(1)
      .tag(6, LengthDelimited).bytes(Uint8Array.of(1, 2, 3))
      .tag(7, LengthDelimited).bytes(place())
      .tag(8, LengthDelimited).fork().tag(1, LengthDelimited).string("k").join()
      .tag(9, Varint).int32(1)
      .tag(11, LengthDelimited).bytes(row())
  );
  const damage = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }));
  let survived = 0;
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (places) => {
      const record = whole.slice();
      for (const [at, byte] of places) record[at] = byte;
      try {
        check(record);
      } catch (reason) {
        if (reason instanceof RecordProblem) return;
        throw reason;
      }
      survived++;
      fromBinary(TYPE.message, record);
    }),
    { numRuns: 3000 },
  );
  assertEquals(survived > 0, true);
});
