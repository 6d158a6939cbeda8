import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { Binary, makeData, makeVector, type RecordBatch, Table } from "apache-arrow";
import type { Logger, WrapperConfiguration } from "@zerobus/wrapper";
import type { Fault } from "@zerobus/wrapper/testing";
import type { LocalHandle, Road, TestEnvironment } from "../harness/environment.ts";
import { test } from "../harness/mod.ts";
import { textVector } from "../harness/vectors.ts";
import { configurationFor, roadPerFormat, TABLE } from "./stage.ts";

const ROWS = 400;
const BATCHES = 6;

/** Rows with much repetition in them. */
function repetitive(from: number): RecordBatch {
  const n = Int32Array.from({ length: ROWS }, (_, row) => from + row);
  const text = textVector(Array.from(n, (value) => `reading number ${value} of a sensor`));
  return new Table({ n: makeVector(n), text }).batches[0]!;
}

/** A row that no compression makes smaller. */
function noise(): Table {
  const data = crypto.getRandomValues(new Uint8Array(60_000));
  const valueOffsets = Int32Array.of(0, data.length);
  return new Table({ blob: makeVector(makeData({ type: new Binary(), data, valueOffsets })) });
}

/** How servers refuse compressed messages. */
const REFUSALS: readonly NonNullable<Extract<Fault, { kind: "refuse_compression" }>["how"]>[] = [
  "listed",
  "unlisted",
  "http_415",
];

/** What a wrapper says of a refusal: an event, and a line in its log. */
const REFUSED = ["gzip", "warn: the service takes no compressed messages and is sent plain ones"];

/** Keeps lines with their level, from warnings on. */
function loggerInto(lines: string[]): Logger {
  const keep = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  return { debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") };
}

const isRest = ({ protocol }: Road) => protocol === "rest";

/** Compressed requests and answers, and servers that want none. */
export function compressionSuite(env: TestEnvironment): void {
  const { createWrapper } = env.library;
  /** REST opens nothing; elsewhere what opens a stream is compressed in any case. */
  const openings = ({ protocol }: Pick<Road, "protocol">) => protocol === "rest" ? 0 : 1;

  /**
   * Sends batches at once; every row must arrive once, whatever the server thinks of gzip.
   *
   * @param told what the wrapper has to say about that
   */
  async function deliver(
    local: LocalHandle,
    configuration: Partial<WrapperConfiguration>,
    told: string[] = [],
  ): Promise<number> {
    const batches = Array.from({ length: BATCHES }, (_, batch) => repetitive(batch * ROWS));
    await using wrapper = await createWrapper({
      ...configurationFor(local),
      compression: "gzip",
      logger: loggerInto(told),
      ...configuration,
    });
    wrapper.addEventListener("compressionrefused", ({ compression }) => told.push(compression));
    const results = await Promise.all(batches.map((batch) => wrapper.sendBatch(batch)));
    assertEquals(results.map(({ error, failedCount }) => [error, failedCount]).flat(), [
      ...results.flatMap(() => [undefined, 0]),
    ]);
    const { rows } = await local.table(TABLE);
    const landed = rows.map((row) => (row as { n: number }).n).toSorted((a, b) => a - b);
    assertEquals(landed, Array.from({ length: BATCHES * ROWS }, (_, n) => n));
    for (const row of rows as readonly { n: number; text: string }[]) {
      assertEquals(row.text, `reading number ${row.n} of a sensor`);
    }
    return Math.max(...results.map(({ attempts }) => attempts));
  }

  for (const { name, configuration: road } of env.roads) {
    test(`${name}: compressed messages arrive, in both directions`, async () => {
      await using local = await env.startLocal({ gzip: { accept: true, answer: true } });
      const told: string[] = [];
      assertEquals(await deliver(local, road, told), 1);
      assertEquals(told, []);
      const { compressedMessages, wireBytes, requests, bytes } = await local.stats();
      assertEquals(compressedMessages, requests + openings(road));
      assertLess(wireBytes, bytes / 2);
    });

    test(`${name}: nothing is compressed unless it is asked for`, async () => {
      await using local = await env.startLocal({ gzip: { accept: true, answer: true } });
      await deliver(local, { ...road, compression: undefined });
      assertEquals((await local.stats()).compressedMessages, 0);
    });

    for (const how of REFUSALS) {
      test(`${name}: a server that refuses gzip (${how}) gets the rows plain, and is not asked again`, async () => {
        await using local = await env.startLocal({
          faults: [
            { kind: "refuse_compression", how },
            { kind: "error", status: "UNAVAILABLE", at: { requests: 2 } },
            { kind: "refuse_compression", how, times: "always" },
          ],
          gzip: { accept: true },
        });
        const told: string[] = [];
        await deliver(local, road, told);
        assertEquals(told.filter((text) => /gzip|compressed/.test(text)), REFUSED);
        const { fired } = await local.faults();
        assertEquals([fired.refuse_compression, fired.error], [1, 1]);
        assertEquals((await local.stats()).streams, 2 * openings(road));
      });
    }
  }

  for (const { name, configuration: road } of env.roads.filter((road) => !isRest(road))) {
    test(`${name}: a refusal between requests loses nothing and fails nothing`, async () => {
      await using local = await env.startLocal({
        faults: [{ kind: "error", status: "UNIMPLEMENTED", at: { requests: 2 } }],
        gzip: { accept: true },
      });
      assertEquals(await deliver(local, road), 2);
      const { compressedMessages, streams, requests } = await local.stats();
      assertEquals([streams, requests], [2, BATCHES]);
      assertLess(compressedMessages, 1 + BATCHES + 1);
    });

    test(`${name}: a second UNIMPLEMENTED is no matter of compression`, async () => {
      const faults: Fault[] = [
        { kind: "error", status: "UNIMPLEMENTED", at: { requests: 0 }, times: 2, message: "no." },
      ];
      await using local = await env.startLocal({ faults, gzip: { accept: true } });
      await using wrapper = await createWrapper({
        ...configurationFor(local),
        ...road,
        compression: "gzip",
      });
      const { error, failedCount } = await wrapper.sendBatch(repetitive(0));
      assertEquals([error?.name, error?.details.status], ["TransmissionError", "UNIMPLEMENTED"]);
      assertEquals(failedCount, ROWS);
    });
  }

  for (
    const { name, configuration: road } of [
      ...roadPerFormat(env.roads),
      ...env.roads.filter(isRest),
    ]
  ) {
    test(`${name}: a server without gzip is no obstacle`, async () => {
      await using local = await env.startLocal();
      assertEquals(await deliver(local, road), 1);
      assertEquals((await local.stats()).compressedMessages, 0);
    });

    test(`${name}: every one of parallel streams finds out about a refusal`, async () => {
      await using local = await env.startLocal();
      const told: string[] = [];
      assertEquals(await deliver(local, { ...road, stream: { streams: 3 } }, told), 1);
      assertEquals(told, REFUSED); // once
    });

    test(`${name}: messages below compressionMinBytes stay as they are`, async () => {
      await using local = await env.startLocal({ gzip: { accept: true } });
      await deliver(local, { ...road, compressionMinBytes: 2 ** 20 });
      assertEquals((await local.stats()).compressedMessages, openings(road));
    });

    test(`${name}: limits of size are for what is in a message, not for what it becomes`, async () => {
      const stream = { maxRequestBytes: 4_000 };
      const counts = await Promise.all((["none", "gzip"] as const).map(async (compression) => {
        await using local = await env.startLocal({ gzip: { accept: true } });
        await deliver(local, { ...road, stream, compression });
        return (await local.stats()).requests;
      }));
      assertEquals(counts[0], counts[1]);
      assertGreater(counts[0]!, BATCHES);
      await using local = await env.startLocal({ gzip: { accept: true }, maxRequestBytes: 6_000 });
      await using wrapper = await createWrapper({
        ...configurationFor(local),
        ...road,
        compression: "gzip",
        isolateRejectedRows: false,
      });
      const { error } = await wrapper.sendBatch(repetitive(0));
      assertEquals(error?.details.status, "INVALID_ARGUMENT");
      assert(/too large/.test(error?.message ?? ""), error?.message);
    });
  }

  const [first] = env.roads;
  test("what compression would make larger is sent as it is", async () => {
    await using local = await env.startLocal({ gzip: { accept: true } });
    await using wrapper = await createWrapper({
      ...configurationFor(local),
      ...first!.configuration,
      compression: "gzip",
    });
    assertEquals((await wrapper.sendBatch(noise())).successfulCount, 1);
    const { compressedMessages, requests } = await local.stats();
    assertEquals([compressedMessages, requests], [openings(first!), 1]);
  });

  const BAD: readonly [Record<string, unknown>, field: string][] = [
    [{ compression: "br" }, "compression"],
    [{ compression: true }, "compression"],
    [{ compressionMinBytes: -1 }, "compressionMinBytes"],
    [{ compression: "gzip", transport: { open() {}, close() {} } }, "compression"],
  ];
  for (const [options, field] of BAD) {
    test(`${Object.keys(options).join(" and ")} that cannot work: ${JSON.stringify(options)}`, async () => {
      const base = { endpoint: "https://localhost", tableName: "t", headersProvider: () => ({}) };
      const given = { ...base, ...options } as WrapperConfiguration;
      const error = await createWrapper(given).catch((reason) => reason);
      assertEquals([error.name, error.details?.field], ["ConfigurationError", field]);
    });
  }
}
