/**
 * JSON values in great numbers, byte by byte what the engine makes of them.
 */
import { assertEquals, assertGreater } from "@std/assert";
import {
  type Data,
  type DataType,
  Dictionary,
  Float32,
  Float64,
  Int16,
  LargeUtf8,
  Utf8,
  Vector,
} from "apache-arrow";
import fc from "fast-check";
import { BufferPool } from "../../src/encode/buffer_pool.ts";
import { withoutPauses } from "../../src/encode/cut_requests.ts";
import { encodeJsonRequests } from "../../src/encode/json/encode_json_requests.ts";
import { DEFAULT_LIMITS } from "../../src/encode/limits.ts";
import { planFor } from "../../src/schema/plan.ts";
import { test } from "../harness/mod.ts";
import { batchOf, rawArray } from "./build.ts";

const COUNT = 20_000;

/** What a column's values are in JSON. */
function values(column: Data): string[] {
  const batch = batchOf({ x: column });
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const requests = withoutPauses(encodeJsonRequests(planFor(batch.schema), batch, DEFAULT_LIMITS));
  return [...requests].flatMap((rows) =>
    Array.from(
      { length: rows.rowCount },
      (_, row) => decoder.decode(rows.row(row)).slice('{"x":'.length, -1),
    )
  );
}

/** Chance that can be had again. */
function chance(): () => number {
  let state = Math.trunc(Math.random() * 2 ** 31) | 1;
  console.log(`seed ${state}`);
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Numbers of every kind: few digits, many, near the ends of few and many, binary fractions, any bits. */
function numbers(next: () => number): number[] {
  const words = new Uint32Array(2);
  const any = new Float64Array(words.buffer);
  const power = (most: number) => 10 ** Math.floor(next() * most);
  const makers: readonly (() => number)[] = [
    () => Math.round(next() * power(17)) / power(18),
    () => Number((next() * power(12)).toFixed(Math.floor(next() * 7))),
    () => Number((next() * power(10)).toPrecision(1 + Math.floor(next() * 17))),
    () => Number(next().toPrecision(1 + Math.floor(next() * 17))) * power(22) / 1e11,
    () => Math.floor(next() * 2 ** 24) / 2 ** Math.floor(next() * 24),
    () => next(),
    () => {
      words[0] = next() * 2 ** 32;
      words[1] = next() * 2 ** 32;
      return Number.isFinite(any[0]!) ? any[0]! : 0.5;
    },
  ];
  return Array.from({ length: COUNT }, (_, at) => {
    const value = makers[at % makers.length]!();
    return at % 2 === 0 ? value : -value;
  });
}

test("JSON has doubles in the digits that JavaScript has", () => {
  const all = numbers(chance());
  const edges = [0.1, 1e-6, 9.99999e-7, 999_999_999.5, 1e9 + 0.5, 0.1 + 0.2, 1 / 3, 2 ** -1074];
  const data = Float64Array.from([...all, ...edges]);
  const expected = Array.from(data, (value) => Object.is(value, -0) ? "-0.0" : String(value));
  assertEquals(values(rawArray(new Float64(), { data })), expected);
});

test("JSON has singles in the fewest digits that JavaScript rounds to them", () => {
  const all = numbers(chance());
  const data = Float32Array.from(all.filter((value) => Number.isFinite(Math.fround(value))));
  assertEquals(
    values(rawArray(new Float32(), { data })),
    Array.from(data, (value) => Object.is(value, -0) ? "-0.0" : String(shortest(value))),
  );
});

/** Digits are tried one more at a time, by the engine. */
function shortest(value: number): number {
  for (let digits = Math.abs(value) < 2 ** -126 ? 1 : 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number(value.toPrecision(9));
}

/** Texts as an array of any layout between offsets, which does not begin with the first of them. */
function textArray(type: DataType, texts: readonly string[]): Data {
  const pieces = ["\0é", ...texts].map((text) => new TextEncoder().encode(text));
  const offsets = [0];
  for (const { length } of pieces) offsets.push(offsets.at(-1)! + length);
  offsets.shift();
  const data = new Uint8Array(offsets.at(-1)!);
  let at = 0;
  for (const piece of pieces) {
    data.set(piece, at);
    at += piece.length;
  }
  const valueOffsets = type instanceof LargeUtf8
    ? BigInt64Array.from(offsets, BigInt)
    : Int32Array.from(offsets);
  return rawArray(type, { data, valueOffsets, length: texts.length });
}

test("JSON has text with the escapes that JavaScript gives it, however much of it is plain", () => {
  const ascii = String.fromCharCode(...Array(128).keys());
  const rare = fc.oneof(
    {
      weight: 60,
      arbitrary: fc.string({ maxLength: 40, unit: fc.constantFrom(..."abc 012~\x7f") }),
    },
    {
      weight: 1,
      arbitrary: fc.string({ maxLength: 20, unit: fc.constantFrom(...ascii, "é", "𝄞") }),
    },
    { weight: 1, arbitrary: fc.string({ minLength: 90, maxLength: 300, unit: fc.constant("x") }) },
  );
  const texts = fc.array(rare, { minLength: 1, maxLength: 1_000, size: "max" });
  fc.assert(
    fc.property(texts, (all) => {
      for (const type of [new Utf8(), new LargeUtf8()]) {
        assertEquals(values(textArray(type, all)), all.map((text) => JSON.stringify(text)));
      }
    }),
    { numRuns: 40 },
  );
});

test("JSON escapes each character at each place of what is looked at together", () => {
  const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
  for (const character of [...ascii, "é"]) {
    for (let at = 0; at < 20; at++) {
      // Alone in its array, or what is found in another text would do.
      const text = "a".repeat(at) + character + "b".repeat(30);
      assertEquals(values(textArray(new Utf8(), [text])), [JSON.stringify(text)]);
    }
  }
});

test("JSON has a dictionary's text in whatever order it is asked for", () => {
  const words = ['say "so"', "plain", "é", "", "also plain ".repeat(12), "tab\t"];
  const data = Int16Array.from({ length: 600 }, (_, at) => at * 7 % words.length);
  const column = rawArray(new Dictionary(new Utf8(), new Int16()), {
    data,
    dictionary: new Vector([textArray(new Utf8(), words)]),
  });
  assertEquals(values(column), Array.from(data, (at) => JSON.stringify(words[at])));
});

test("JSON requests take their buffers from a pool, and write the same into used ones", () => {
  const texts = Array.from({ length: 3_000 }, (_, row) => `row ${row} `.repeat(row % 40));
  const batch = batchOf({ x: textArray(new Utf8(), texts) });
  const limits = { ...DEFAULT_LIMITS, maxRequestBytes: 100_000 };
  const encode = (pool?: BufferPool) =>
    withoutPauses(encodeJsonRequests(planFor(batch.schema), batch, limits, pool));
  const expected = [...encode()];
  const pool = new BufferPool(1024 * 1024);
  for (let round = 0; round < 3; round++) {
    let next = 0;
    for (const request of encode(pool)) {
      assertEquals(request.bytes, expected[next++]!.bytes);
      request.bytes.fill(0xff);
      pool.release(request);
    }
    assertEquals(next, expected.length);
    assertGreater(pool.freeBytes, 0);
  }
});
