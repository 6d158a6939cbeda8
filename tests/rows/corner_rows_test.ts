/**
 * Values that are seldom: odd scales, names as keys, columns of nothing, members that are inherited.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  Bool,
  type DataType,
  Decimal,
  Field,
  FixedSizeBinary,
  Int32,
  Int64,
  Map_,
  Null,
  Struct,
  Utf8,
} from "apache-arrow";
import { Inference } from "../../src/rows/inference.ts";
import { test } from "../harness/mod.ts";
import { converted, messagesOf, valuesOf } from "./convert.ts";

function mapOf(key: DataType, value: DataType): DataType {
  const entries = new Struct([new Field("key", key, false), new Field("value", value, true)]);
  return new Map_(new Field("entries", entries, false) as never);
}

test("a decimal of a negative scale holds whole hundreds, and nothing in between", () => {
  const type = new Decimal(-2, 5, 128);
  const words = ({ batch }: ReturnType<typeof converted>) =>
    Array.from(batch!.data.children[0]!.values as Uint32Array).filter((_, at) => at % 4 === 0);
  const result = converted({ x: type }, [{ x: "1200" }, { x: 0 }, { x: 300n }]);
  assertEquals([messagesOf(result), words(result)], [[], [12, 0, 3]]);
  for (const x of ["1250", "100.5", 1]) {
    const [said = ""] = messagesOf(converted({ x: type }, [{ x }]));
    assertStringIncludes(said, "digits that a scale of -2 has no place for");
  }
  const [tooLarge = ""] = messagesOf(converted({ x: type }, [{ x: "12345600" }]));
  assertStringIncludes(tooLarge, "more than 5 digits");
});

test("the members of an object are the entries of a map, by names that its keys can have", () => {
  const table: [DataType, Record<string, number>, unknown][] = [
    [new Int64(), { "-5": 1, "7": 2 }, { "-5": 1, "7": 2 }],
    [new Bool(), { true: 1, false: 2 }, { true: 1, false: 2 }],
    [new Utf8(), { a: 1 }, { a: 1 }],
  ];
  for (const [key, x, expected] of table) {
    const result = converted({ x: mapOf(key, new Int32()) }, [{ x }]);
    assertEquals([messagesOf(result), valuesOf(result, "x")], [[], [expected]]);
  }
  const wrong: [DataType, string, string][] = [
    [new Int64(), "five", 'column "x.key": '],
    [new Bool(), "yes", 'column "x.key": expected a boolean, got string'],
  ];
  for (const [key, name, message] of wrong) {
    const said = messagesOf(converted({ x: mapOf(key, new Int32()) }, [{ x: { [name]: 1 } }]));
    assertStringIncludes(said[0] ?? "", message);
    assertEquals(said[0]!.includes(name), false, "the name is content");
  }
});

test("bytes of one length are bytes, and of that length", () => {
  const type = new FixedSizeBinary(2);
  const result = converted({ x: type }, [{ x: Uint8Array.of(1, 2) }, { x: null }]);
  assertEquals(valuesOf(result, "x"), [Uint8Array.of(1, 2), null]);
  const said = messagesOf(converted({ x: type }, [{ x: "ab" }, { x: Uint8Array.of(1) }]));
  assertStringIncludes(said[0]!, "expected a Uint8Array, got string");
  assertStringIncludes(said[1]!, "1 bytes, where there must be 2");
});

test("a column of nothing takes nothing into the batch", () => {
  const result = converted({ id: new Int32(), x: new Null() }, [{ id: 1, x: null }, { id: 2 }]);
  assertEquals([messagesOf(result), valuesOf(result, "id")], [[], [1, 2]]);
});

test("what an object has not of its own is no member too many", () => {
  const inheriting = Object.assign(Object.create({ other: 5 }), { id: 1 });
  assertEquals(messagesOf(converted({ id: new Int32() }, [inheriting])), []);
  const [said = ""] = messagesOf(converted({ id: new Int32() }, [{ id: 1, other: 5 }]));
  assertStringIncludes(said, '"other"');
});

test("nesting without end is looked into only so far", () => {
  let deep: unknown = 1;
  for (let depth = 0; depth < 100; depth++) deep = [deep];
  const { columns, endless } = new Inference().learn([{ deep }, { deep: "no list" }]);
  assertEquals([columns.map(({ name }) => name), endless.size], [["deep"], 0]);
});
