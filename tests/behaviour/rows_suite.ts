import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  Bool,
  Field,
  Float64,
  Int32,
  Int64,
  List,
  Schema,
  Struct,
  tableFromArrays,
  TimestampMicrosecond,
  Utf8,
} from "apache-arrow";
import fc from "fast-check";
import type { TestEnvironment } from "../harness/environment.ts";
import { test } from "../harness/mod.ts";
import { durable, present } from "./landed_rows.ts";
import { configurationFor, roadPerFormat, TABLE } from "./stage.ts";

interface Reading {
  readonly n: number;
  readonly label?: string | null;
}

const SCHEMA = new Schema([
  new Field("n", new Int32(), false),
  new Field("label", new Utf8(), true),
]);

function readings(count: number, from = 0): Reading[] {
  return Array.from({ length: count }, (_, at) => ({ n: from + at, label: `row ${from + at}` }));
}

/** Values of every kind that all formats give back alike, given how each is landed. */
const ANY_ROW = fc.record({
  a: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  b: fc.option(fc.boolean(), { nil: undefined }),
  c: fc.option(fc.string({ unit: "grapheme", maxLength: 20 })),
  d: fc.option(fc.array(fc.string({ maxLength: 5 }), { maxLength: 4 })),
  e: fc.option(fc.record({ x: fc.option(fc.integer()), y: fc.option(fc.string()) })),
}, { requiredKeys: [] });

const ANY_SCHEMA = new Schema([
  new Field("a", new Float64(), true),
  new Field("b", new Bool(), true),
  new Field("c", new Utf8(), true),
  new Field("d", new List(new Field("item", new Utf8(), true)), true),
  new Field(
    "e",
    new Struct([new Field("x", new Int32(), true), new Field("y", new Utf8(), true)] as never),
    true,
  ),
]);

/** Plain objects arrive, by the thousand and one by one, and each has its outcome. */
export function rowsSuite(env: TestEnvironment): void {
  const { createWrapper, descriptorFromSchema } = env.library;

  for (const { name, configuration: road, recordFormat } of env.roads) {
    test(`${name}: rows arrive in order, those that cannot be converted aside`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const rows: object[] = readings(250);
      rows[7] = { n: "seven" };
      rows[120] = { n: 120, lable: "misspelt" };
      const result = await wrapper.sendRows(rows, { schema: SCHEMA, maxRows: 100 });
      assertEquals([result.totalRows, result.successfulCount], [250, 248]);
      assertEquals(result.error, undefined);
      assertEquals(result.failedRows.map(({ row, error }) => [row, error.name, error.message]), [
        [7, "ConversionError", 'row 7, column "n": expected a whole number, got string'],
        [
          120,
          "ConversionError",
          'row 120, column "lable": there is no such column: add it, leave the member out, or ' +
          'have such members dropped (extraMembers: "drop")',
        ],
      ]);
      assertGreater(result.encodedBytes, 1_000);
      const landed = await local.table(TABLE);
      assertEquals(landed.rows, rows.filter((_, row) => row !== 7 && row !== 120));
      assertGreater((await local.stats()).requests, 2);
    });

    test(`${name}: rows written one by one arrive, each with its outcome`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const writer = wrapper.batchWriter<Reading>({ schema: SCHEMA, maxRows: 40, lingerMs: 5 });
      const outcomes: Promise<unknown>[] = [];
      for (const row of readings(100)) {
        await writer.ready;
        const sent = row.n === 50 ? { n: 1.5 } : row;
        outcomes.push(writer.write(sent).then(() => "durable", (error) => error.details.column));
      }
      const settled = await Promise.all(outcomes);
      assertEquals(settled.filter((outcome) => outcome !== "durable"), ["n"]);
      assertEquals(settled[50], "n");
      assertEquals(writer.pending, 0);
      await assertRejects(() => writer.close(), Error, "1 rows did not arrive");
      const landed = await local.table(TABLE);
      assertEquals(landed.rows, readings(100).filter(({ n }) => n !== 50));
    });

    test(`${name}: random rows land as they are`, async () => {
      await using local = await env.startLocal();
      let table = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(ANY_ROW, { maxLength: 30 }), async (rows) => {
          const tableName = `main.iot.random_${table++}`;
          const configuration = { ...configurationFor(local, tableName), ...road };
          await using wrapper = await createWrapper(configuration);
          const result = await wrapper.sendRows(rows, { schema: ANY_SCHEMA, maxRows: 7 });
          assertEquals([result.successfulCount, result.error], [rows.length, undefined]);
          const landed = (await local.table(tableName)).rows as Record<string, object>[];
          const expected = rows.map((row) => ({ ...row, ...row.e && { e: present([row.e])[0] } }));
          const got = landed.map((row) => ({ ...row, ...row.e && { e: present([row.e])[0] } }));
          assertEquals(present(got), present(expected));
        }),
        { numRuns: 12 },
      );
    }, { timeoutMs: 60_000 });

    test(`${name}: rows without a schema say themselves what they are`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const at = new Date(1_700_000_000_123);
      const rows = [
        { id: 7n, temperature: 21, ok: true, tags: ["a"], at },
        { id: 8n, temperature: 21.5, place: { lat: 1.5 }, label: "new" },
      ];
      const result = await wrapper.sendRows(rows, {});
      assertEquals(result.errorMessages(), []);
      // JSON has no bigints where numbers will do.
      const whole = (value: bigint) => recordFormat === "json" ? Number(value) : value;
      assertEquals(present((await local.table(TABLE)).rows), [
        {
          id: whole(7n),
          temperature: 21,
          ok: true,
          tags: ["a"],
          at: whole(1_700_000_000_123_000n),
        },
        { id: whole(8n), temperature: 21.5, place: { lat: 1.5 }, label: "new" },
      ]);
    });
  }

  for (const { recordFormat: name, configuration: road } of roadPerFormat(env.roads)) {
    test(`${name}: a descriptor says which columns rows have`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const descriptor = descriptorFromSchema(
        new Schema([
          new Field("id", new Int64(), false),
          new Field("at", new TimestampMicrosecond(), true),
          new Field("tags", new List(new Field("item", new Utf8(), true)), true),
        ]),
      );
      const rows = [{ id: 1, at: 5, tags: ["x"] }, { id: 2n ** 60n }, { at: 1 }, { id: 3, q: 1 }];
      const result = await wrapper.sendRows(rows, { descriptor });
      assertEquals(result.failedRowIndices(), [2, 3]);
      assertStringIncludes(result.errorMessages()[0]!, 'row 2, column "id": null');
      assertEquals((await local.table(TABLE)).rowCount, 2);
    });

    test(`${name}: an endless source is cut into batches, and taken from as fast as they go`, async () => {
      await using local = await env.startLocal();
      const stream = { maxInflightRequests: 2 };
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road, stream });
      let taken = 0;
      let isClosed = false;
      async function* source(): AsyncGenerator<Reading> {
        try {
          for (;; taken++) {
            if (taken % 10 === 0) await Promise.resolve();
            yield { n: taken };
          }
        } finally {
          isClosed = true;
        }
      }
      const controller = new AbortController();
      const { signal } = controller;
      const sent = wrapper.sendRows(source(), { schema: SCHEMA, maxRows: 50, signal });
      const rejected = assertRejects(() => sent, Error, "enough");
      await durable(wrapper, 500);
      controller.abort(new Error("enough"));
      await rejected;
      assert(isClosed);
      // What is taken beyond what has landed fits into the window and the next batches.
      await wrapper.flush().catch(() => {});
      const { rowCount } = await local.table(TABLE);
      assert(taken - rowCount <= 50 * 4, `${taken} taken, ${rowCount} landed`);
    });

    test(`${name}: rows of a slow source do not wait for a batch to be full`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      let next: (row: Reading | undefined) => void = () => {};
      async function* source(): AsyncGenerator<Reading> {
        for (;;) {
          const row = await new Promise<Reading | undefined>((resolve) => next = resolve);
          if (row === undefined) return;
          yield row;
        }
      }
      const sent = wrapper.sendRows(source(), { schema: SCHEMA, lingerMs: 1 });
      for (let n = 0; n < 3; n++) {
        const arrived = durable(wrapper, 1);
        next({ n });
        await arrived;
      }
      next(undefined);
      assertEquals((await sent).successfulCount, 3);
    });

    test(`${name}: a source that fails leaves what came before it, and its error`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      function* source(): Generator<Reading> {
        yield* readings(5);
        throw new Error("the file is cut off");
      }
      const result = await wrapper.sendRows(source(), { schema: SCHEMA, maxRows: 2 });
      assertEquals([result.totalRows, result.successfulCount], [5, 5]);
      assertStringIncludes(result.error!.message, "the source of the rows failed");
      assertEquals((result.error!.cause as Error).message, "the file is cut off");
      assertEquals((await local.table(TABLE)).rowCount, 5);
    });

    test(`${name}: shutdown sends what writers have collected, and then there is no more`, async () => {
      await using local = await env.startLocal();
      const wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const writer = wrapper.batchWriter<Reading>({ schema: SCHEMA, lingerMs: 100_000 });
      const written = readings(3).map((row) => writer.write(row));
      await wrapper.shutdown();
      await Promise.all(written);
      assertEquals((await local.table(TABLE)).rowCount, 3);
      const late = writer.write({ n: 3 });
      await assertRejects(() => writer.close(), Error, "shut down");
      await assertRejects(() => late, Error, "shut down");
      await assertRejects(() => wrapper.sendRows([]), Error, "shut down");
    });

    test(`${name}: rows that never arrive are told so, read by somebody or not`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({
        ...configurationFor(local),
        ...road,
        unityCatalogUrl: local.unityCatalogUrl,
        clientSecret: "wrong",
      });
      const writer = wrapper.batchWriter<Reading>({ schema: SCHEMA, maxRows: 2, lingerMs: 0 });
      const written = readings(5).map((row) => writer.write(row));
      const outcomes = await Promise.allSettled(written);
      for (const outcome of outcomes) {
        assert(outcome.status === "rejected");
        assertEquals(outcome.reason.name, "AuthenticationError");
      }
      await assertRejects(() => writer.flush(), Error, "5 rows did not arrive");
      await writer.close();
      const result = await wrapper.sendRows(readings(10), { schema: SCHEMA, maxRows: 4 });
      assertEquals([result.success, result.failedCount], [false, result.totalRows]);
      assertEquals(result.error?.name, "AuthenticationError");
    });

    test(`${name}: what cannot be rows is refused before anything is taken`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const table = tableFromArrays({ n: Int32Array.of(1) });
      for (const source of [undefined, null, 1, "rows", { n: 1 }, table, table.batches[0]]) {
        await assertRejects(() => wrapper.sendRows(source as never), TypeError, "expected");
      }
      const options: [options: object, says: string][] = [
        [{ maxRows: 0 }, "maxRows: expected an integer from 1 to 1000000, got 0"],
        [{ maxBytes: 1.5 }, "maxBytes"],
        [{ lingerMs: -1 }, "lingerMs"],
        [{ extraMembers: "ignore" }, 'extraMembers: expected one of "error", "drop"'],
        [{ schema: {} }, "schema: expected an Arrow Schema, got an object"],
        [{ signal: 1 }, "options.signal: expected an AbortSignal, got number"],
      ];
      for (const [option, says] of options) {
        await assertRejects(() => wrapper.sendRows([], option), Error, says);
        let message = "";
        try {
          wrapper.batchWriter(option);
        } catch (error) {
          message = (error as Error).message;
        }
        assertStringIncludes(message, says);
      }
      assertEquals((await wrapper.sendRows([])).success, true);
      assertEquals((await local.stats()).streams, 0);
    });
  }
}
