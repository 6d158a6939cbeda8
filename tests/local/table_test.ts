import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  DescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { readDescriptor } from "../../src/local/descriptor.ts";
import {
  type LocalTable,
  type LocalZerobusOptions,
  startLocalZerobus,
} from "../../src/local/mod.ts";
import { readRow } from "../../src/local/row.ts";
import { test } from "../harness/mod.ts";
import { batch, createStream, openStream, type Payload, single, TABLE } from "./client.ts";
import { field, READING, reading } from "./reading.ts";

/** Sends requests, waits until all are acknowledged, and hands over the table. */
async function landed(
  options: LocalZerobusOptions,
  requests: readonly Payload[],
  look: (table: LocalTable) => void,
): Promise<void> {
  await using local = await startLocalZerobus(options);
  const stream = openStream(local);
  stream.send(createStream(READING));
  await stream.receive();
  for (const request of requests) {
    stream.send(request);
    await stream.receive();
  }
  stream.end();
  await stream.outcome();
  look(local.tables.get(TABLE)!);
}

test("rows: every kind of field", () => {
  const optional = Label.OPTIONAL;
  const repeated = Label.REPEATED;
  const { Varint, Bit32, Bit64, LengthDelimited } = WireType;
  const descriptor = create(DescriptorProtoSchema, {
    name: "Row",
    field: [
      field("big", 1, Type.INT64),
      field("small", 2, Type.SINT32),
      field("flag", 3, Type.BOOL),
      field("double", 4, Type.DOUBLE),
      field("float", 5, Type.FLOAT),
      field("text", 6, Type.STRING),
      field("blob", 7, Type.BYTES),
      field("list", 8, Type.INT32, repeated),
      field("point", 9, Type.MESSAGE, optional, ".Row.Point"),
      field("points", 10, Type.MESSAGE, repeated, ".Row.Point"),
      field("counts", 11, Type.MESSAGE, repeated, ".Row.CountsEntry"),
      field("unsigned", 12, Type.FIXED64),
    ],
    nestedType: [
      { name: "Point", field: [field("x_1", 1, Type.INT32), field("y", 2, Type.INT32)] },
      {
        name: "CountsEntry",
        field: [field("key", 1, Type.INT64), field("value", 2, Type.INT32)],
        options: { mapEntry: true },
      },
    ],
  });
  const { message } = readDescriptor(toBinary(DescriptorProtoSchema, descriptor));
  const nothing = {
    big: null,
    small: null,
    flag: null,
    double: null,
    float: null,
    text: null,
    blob: null,
    list: [],
    point: null,
    points: [],
    counts: new Map(),
    unsigned: null,
  };
  assertEquals(readRow(message, new Uint8Array(0)), nothing);

  const record = new BinaryWriter()
    .tag(1, Varint).int64("-9223372036854775808")
    .tag(2, Varint).sint32(-3)
    .tag(3, Varint).bool(false)
    .tag(4, Bit64).double(0.1)
    .tag(5, Bit32).float(0.5)
    .tag(6, LengthDelimited).string("")
    .tag(7, LengthDelimited).bytes(Uint8Array.of(1, 2))
    .tag(8, LengthDelimited).bytes(Uint8Array.of(7, 8)).tag(8, Varint).int32(9)
    .tag(9, LengthDelimited).fork().tag(1, Varint).int32(5).join()
    .tag(10, LengthDelimited).fork().join()
    .tag(10, LengthDelimited).fork().tag(2, Varint).int32(6).join()
    .tag(11, LengthDelimited).fork().tag(1, Varint).int64("9007199254740993")
    .tag(2, Varint).int32(1).join()
    .tag(12, Bit64).fixed64("18446744073709551615")
    .finish();
  assertEquals(readRow(message, record), {
    big: -(2n ** 63n),
    small: -3,
    flag: false,
    double: 0.1,
    float: 0.5,
    text: "",
    blob: Uint8Array.of(1, 2),
    list: [7, 8, 9],
    point: { x_1: 5, y: null },
    points: [{ x_1: null, y: null }, { x_1: null, y: 6 }],
    counts: new Map([[9007199254740993n, 1]]),
    unsigned: 2n ** 64n - 1n,
  });
});

test("a table shows rows, records, descriptor and counts", async () => {
  const records = [reading(1, "a"), reading(2), reading(3)];
  await landed({}, [single(0, records[0]!), batch(1, records.slice(1))], (table) => {
    assertEquals(table.name, TABLE);
    assertEquals([...table.records()], records);
    assertEquals([...table.rows()].map(({ id }) => id), [1n, 2n, 3n]);
    assertEquals(table.rowCount, 3);
    assertEquals(table.byteCount, records.reduce((sum, record) => sum + record.length, 0));
    const { field } = fromBinary(DescriptorProtoSchema, table.descriptor!);
    assertEquals(field.map(({ name }) => name), ["id", "name"]);
  });
});

const LIMITS: [name: string, options: LocalZerobusOptions, kept: bigint[]][] = [
  ["the server's", { maxRowsKept: 3 }, [1n, 2n, 3n]],
  ["none kept", { maxRowsKept: 0 }, []],
  ["the table's own", { maxRowsKept: 3, tables: [{ name: TABLE, maxRowsKept: 1 }] }, [1n]],
];

for (const [name, options, kept] of LIMITS) {
  test(`the first rows are kept, all are counted: ${name}`, async () => {
    const requests = [
      batch(0, [reading(1), reading(2)]),
      batch(1, [reading(3), reading(4)]),
      single(2, reading(5)),
    ];
    await landed(options, requests, (table) => {
      assertEquals([...table.rows()].map(({ id }) => id), kept);
      assertEquals(table.rowCount, 5);
      assertEquals(table.byteCount, 10);
    });
  });
}

test("declared tables are there from the start, others are not", async () => {
  await using local = await startLocalZerobus({ tables: ["a.b.c", { name: "a.b.d" }] });
  assertEquals([...local.tables.keys()], ["a.b.c", "a.b.d"]);
  assertStrictEquals(local.tables.get("a.b.c")!.descriptor, undefined);
});

test("waitForRows resolves with the request that brings the last of them", async () => {
  await using local = await startLocalZerobus({ tables: [TABLE] });
  const table = local.tables.get(TABLE)!;
  await table.waitForRows(0);
  const arrived = table.waitForRows(2).then(() => table.rowCount);
  const stream = openStream(local);
  stream.send(createStream(READING));
  stream.send(single(0, reading(1)));
  stream.send(batch(1, [reading(2), reading(3)]));
  assertEquals(await arrived, 3);
  await table.waitForRows(3);
  stream.end();
  await stream.outcome();
});

test("waitForRows gives up in time, and when the server closes", async () => {
  await using local = await startLocalZerobus({ tables: [TABLE] });
  const table = local.tables.get(TABLE)!;
  const late = await assertRejects(() => table.waitForRows(1, { timeoutMs: 1 }), DOMException);
  assertEquals(late.name, "TimeoutError");
  assert(late.message.includes(`0 of 1 rows landed in ${TABLE} within 1 ms`));

  const waiting = assertRejects(() => table.waitForRows(1), DOMException);
  await local.close();
  assertEquals((await waiting).name, "AbortError");
  assertEquals((await assertRejects(() => table.waitForRows(1), DOMException)).name, "AbortError");
});
