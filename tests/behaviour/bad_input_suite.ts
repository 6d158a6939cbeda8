import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  type Data,
  Field,
  Int32,
  Int64,
  List,
  makeData,
  makeVector,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromArrays,
  Utf8,
  type Vector,
} from "apache-arrow";
import type { TransmissionResult } from "@zerobus/wrapper";
import type { TestEnvironment } from "../harness/environment.ts";
import { test } from "../harness/mod.ts";
import { textVector } from "../harness/vectors.ts";
import { configurationFor, roadPerFormat, TABLE } from "./stage.ts";

function tableOf(columns: Record<string, Vector>): Table {
  return new Table(columns);
}

const numbers = (): Table => tableFromArrays({ n: Int32Array.of(1, 2, 3) });

/** A signal, and what aborts it. */
function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason: Error) => controller.abort(reason) };
}

/** Writes the items until the signal aborts the writer. */
async function writeAll<T>(
  writer: WritableStreamDefaultWriter<T>,
  items: readonly T[],
  signal: AbortSignal,
): Promise<void> {
  signal.addEventListener("abort", () => void writer.abort(signal.reason));
  for (const item of items) await writer.write(item);
}

/** The items, one by one. */
function streamOf<T>(items: T[]): ReadableStream<T> {
  return new ReadableStream({
    pull: (controller) => items.length > 0 ? controller.enqueue(items.shift()) : controller.close(),
  });
}

/** One list that holds all values. */
function listOf(child: Data): Data {
  const type = new List(new Field("item", child.type, true));
  return makeData({ type, length: 1, valueOffsets: Int32Array.of(0, child.length), child });
}

/** Every row failed for the error of the batch. */
function assertAllFailed(result: TransmissionResult, name: string): void {
  assertEquals(result.error?.name, name, result.error?.message);
  assertEquals([result.success, result.successfulCount], [false, 0]);
  assertEquals(result.failedCount, result.totalRows);
  assert(result.failedRows.every(({ error }) => error === result.error));
}

/** Each mistake gets its own clear answer, within its time-out, and leaves nothing behind. */
export function badInputSuite(env: TestEnvironment): void {
  const { createWrapper, descriptorFromSchema } = env.library;

  const NO_BATCHES: [what: string, value: unknown, says: string][] = [
    ["nothing", undefined, "undefined"],
    ["null", null, "null"],
    ["a number", 1, "number"],
    ["rows", [{ a: 1 }], "an array"],
    ["an object", { numRows: 1 }, "an object"],
    ["no bytes", new Uint8Array(0), "empty"],
    ["bytes of something else", new TextEncoder().encode("hello, world"), "12 bytes"],
  ];
  for (const [what, value, says] of NO_BATCHES) {
    test(`sendBatch refuses ${what} with a TypeError`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper(configurationFor(local));
      const error = await assertRejects(() => wrapper.sendBatch(value as never), TypeError);
      assertStringIncludes(error.message, says);
    });
  }

  for (const { recordFormat: name, configuration: road } of roadPerFormat(env.roads)) {
    test(`${name}: a row that cannot be converted is reported; the others arrive`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const batch = tableOf({ n: makeVector(BigUint64Array.of(1n, 2n ** 63n, 3n)) });
      const result = await wrapper.sendBatch(batch);
      assertEquals([result.isPartialSuccess(), result.error], [true, undefined]);
      assertEquals(result.failedRowIndices(), [1]);
      const { error } = result.failedRows[0]!;
      assertEquals(error.name, "ConversionError");
      assertEquals([error.details.row, error.details.column], [1, "n"]);
      assertEquals([...result.extractFailedBatch(batch)!.getChild("n")!], [2n ** 63n]);
      assertEquals([...result.extractSuccessfulBatch(batch)!.getChild("n")!], [1n, 3n]);
      const landed = name === "json" ? [{ n: 1 }, { n: 3 }] : [{ n: 1n }, { n: 3n }];
      assertEquals((await local.table(TABLE)).rows, landed);
    });

    test(`${name}: a batch of which no row can be converted needs no connection`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const batch = tableOf({ n: makeVector(BigUint64Array.of(2n ** 63n, 2n ** 64n - 1n)) });
      const result = await wrapper.sendBatch(batch);
      assertEquals([result.success, result.failedCount, result.error], [false, 2, undefined]);
      assertEquals((await local.stats()).streams, 0);
    });
  }

  for (const { name, configuration: road } of env.roads) {
    test(`${name}: a table takes what is of its columns' types, and nothing else`, async () => {
      const columns = [{ name: "n", type: "INT", nullable: false }, {
        name: "at",
        type: "TIMESTAMP",
      }];
      await using local = await env.startLocal({ tables: [{ name: TABLE, columns }] });
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      assertEquals((await wrapper.sendBatch(numbers())).successfulCount, 3);
      const texts = tableOf({ n: textVector(["one", "two"]) });
      const refused = await wrapper.sendBatch(texts);
      assertEquals([refused.successfulCount, refused.failedCount], [0, 2]);
      const { error } = refused.failedRows[0]!;
      assert(!error.message.includes("two"), error.message);
      assertEquals((await local.table(TABLE)).rowCount, 3);
    });
  }

  const SCHEMAS: [what: string, batch: () => Table, column: string][] = [
    [
      "a list of lists",
      () => tableOf({ a: makeVector(listOf(listOf(makeVector(Int32Array.of(1)).data[0]!))) }),
      "a[]",
    ],
    ["a column name with a blank", () => tableFromArrays({ "a b": Int32Array.of(1) }), "a b"],
    [
      "two columns of one name",
      () => {
        const fields = [new Field("a", new Int32(), true), new Field("a", new Int32(), true)];
        const [child] = makeVector(Int32Array.of(1)).data;
        const struct = numbers().batches[0]!.data.clone(new Struct(fields), 0, 1, 0, undefined, [
          child!,
          child!,
        ]);
        return new Table([new RecordBatch(new Schema(fields), struct as never)]);
      },
      "a",
    ],
  ];
  for (const [what, batch, column] of SCHEMAS) {
    test(`${what} is refused before anything is sent`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper(configurationFor(local));
      const result = await wrapper.sendBatch(batch());
      assertAllFailed(result, "ConfigurationError");
      assertEquals(result.error?.details.column, column);
      assertEquals((await local.stats()).streams, 0);
    });
  }

  test("a batch that does not fit the descriptor is refused with the column's name", async () => {
    await using local = await env.startLocal();
    await using wrapper = await createWrapper(configurationFor(local));
    const schema = new Schema([new Field("n", new Utf8(), true)]);
    const result = await wrapper.sendBatch(numbers(), { descriptor: descriptorFromSchema(schema) });
    assertAllFailed(result, "ConfigurationError");
    assertEquals(result.error?.details.column, "n");
    assertEquals((await local.stats()).streams, 0);
  });

  test("a descriptor of one's own decides the types", async () => {
    await using local = await env.startLocal();
    await using wrapper = await createWrapper(configurationFor(local));
    const schema = new Schema([new Field("n", new Int64(), false)]);
    const descriptor = descriptorFromSchema(schema, { messageName: "Mine" });
    const result = await wrapper.sendBatch(numbers(), { descriptor });
    assertEquals([result.error, result.successfulCount], [undefined, 3]);
    assertEquals((await local.table(TABLE)).rows, [{ n: 1n }, { n: 2n }, { n: 3n }]);
  });

  test("a wrapper that is shut down says so", async () => {
    await using local = await env.startLocal();
    const wrapper = await createWrapper(configurationFor(local));
    await wrapper.sendBatch(numbers());
    await wrapper.shutdown();
    await wrapper.shutdown();
    const error = await assertRejects(() => wrapper.sendBatch(numbers()));
    assertEquals((error as { code?: string }).code, "closed");
    assertThrows(() => wrapper.writable());
    await assertRejects(() => wrapper.flush());
  });

  test("an abort ends the wait with the signal's reason", async () => {
    await using local = await env.startLocal();
    await using wrapper = await createWrapper(configurationFor(local));
    const reason = new Error("changed my mind");
    const signal = AbortSignal.abort(reason);
    assertEquals(await assertRejects(() => wrapper.sendBatch(numbers(), { signal })), reason);
    assertEquals((await wrapper.sendBatch(numbers())).successfulCount, 3);
  });

  const bad = () => tableOf({ n: makeVector(BigUint64Array.of(2n ** 63n)) });
  const good = () => tableOf({ n: makeVector(BigUint64Array.of(1n)) });
  const PIPES: [what: string, batches: () => Table[]][] = [
    ["only", () => [bad()]],
    ["last", () => [good(), bad()]],
    ["first", () => [bad(), good(), good(), good()]],
  ];
  for (const { recordFormat: name, configuration: road } of roadPerFormat(env.roads)) {
    for (const [what, batches] of PIPES) {
      test(`${name}: a pipe fails when its ${what} batch has a row that does not arrive`, async () => {
        await using local = await env.startLocal();
        await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
        const error = await assertRejects(() => streamOf(batches()).pipeTo(wrapper.writable()));
        assertStringIncludes((error as Error).message, "1 of 1 rows did not arrive");
        assertEquals((error as { code?: string }).code, "conversion");
      });
    }

    test(`${name}: writable() refuses options of the wrong kind`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      assertThrows(() => wrapper.writable({ signal: 1 } as never), TypeError, "options.signal");
      assertThrows(() => wrapper.writable(null as never), TypeError, "options");
    });

    test(`${name}: closing a writer fails when a row did not arrive`, async () => {
      await using local = await env.startLocal();
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const writer = wrapper.writable().getWriter();
      await writer.write(bad());
      await assertRejects(() => writer.close());
      await assertRejects(() => writer.closed);
    });

    test(`${name}: a pipe fails when nothing arrives, and when onResult throws`, async () => {
      await using local = await env.startLocal();
      const refused = { ...configurationFor(local), ...road, clientSecret: "wrong" };
      await using stranger = await createWrapper(refused);
      const error = await assertRejects(() => streamOf([good()]).pipeTo(stranger.writable()));
      assertEquals((error as { code?: string }).code, "authentication");
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const onResult = () => {
        throw new Error("full");
      };
      const pipe = streamOf([good()]).pipeTo(wrapper.writable({ onResult }));
      await assertRejects(() => pipe, Error, "full");
    });

    for (const how of ["a pipe", "a writer"]) {
      test(`${name}: aborting ${how} does not wait for the server`, async () => {
        await using local = await env.startLocal({
          faults: [{ kind: "withhold_acknowledgement", times: "always" }],
        });
        const { signal, abort } = abortable();
        const stream = { maxInflightRequests: 1, ackTimeoutMs: 600_000, flushTimeoutMs: 500 };
        const wrapper = await createWrapper({ ...configurationFor(local), ...road, stream });
        const sent = how === "a pipe"
          ? streamOf([good(), good(), good()]).pipeTo(wrapper.writable({ signal }), { signal })
          : writeAll(wrapper.writable().getWriter(), [good(), good(), good()], signal);
        while ((await local.stats()).requests === 0) await new Promise((go) => setTimeout(go, 5));
        abort(new Error("enough"));
        await assertRejects(() => sent, Error, "enough");
        await assertRejects(() => wrapper.shutdown());
      });
    }
  }
}
