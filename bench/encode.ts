/**
 * Arrow → length-delimited Protobuf records, against others that do it.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { isAscii, isUtf8 } from "node:buffer";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { type RecordBatch, tableFromIPC, Type } from "apache-arrow";
import { setAccelerator } from "../src/encode/accelerator/accelerator.ts";
import { BufferPool } from "../src/encode/buffer_pool.ts";
import { encodeRequests } from "../src/encode/encode_requests.ts";
import { DEFAULT_LIMITS } from "../src/encode/limits.ts";
import { useNativeTextTests } from "../src/encode/utf8.ts";
import { planFor, type SchemaPlan } from "../src/schema/plan.ts";
import { CORPORA, type Corpus } from "./corpora/corpora.ts";
import { contentHash, measure, measureInTurns, type Timing } from "./measure.ts";
import type { Report } from "./result.ts";
import { protobufEsRows, protobufjsRows } from "./rivals/row_encoders.ts";

/** The slow ones get so many rows. */
const SAMPLE_ROWS = 2_000;

/** Runs every candidate on the corpora whose name is selected. */
export async function encodeBenchmark(
  isSelected: (name: string) => boolean,
  flights: string,
  report: Report,
): Promise<void> {
  useNativeTextTests({ isAscii, isUtf8 });
  for (const corpus of [...CORPORA, await realFlights(flights)]) {
    if (isSelected(corpus.name)) encodeCorpus(corpus, report);
  }
}

function encodeCorpus({ name: group, title, make }: Corpus, report: Report): void {
  const batch = make();
  const plan = planFor(batch.schema);
  const pool = new BufferPool(64 * 1024 * 1024);
  const whole = encoded(plan, batch);
  const bytes = whole.reduce((sum, { length }) => sum + length, 0);
  const add = (candidate: string, size: number, timing: Timing, hash?: string) =>
    report({
      group,
      title,
      candidate,
      values: {
        "MB/s": size / 1_000 / timing.medianMs,
        "best MB/s": size / 1_000 / timing.bestMs,
      },
      ...(hash === undefined ? {} : { hash }),
    });

  const encode = (accelerator: "auto" | "off") => () => {
    setAccelerator(accelerator);
    for (const rows of encodeRequests(plan, batch, DEFAULT_LIMITS, 0, pool)) pool.release(rows);
  };
  const [ours, plain] = measureInTurns([encode("auto"), encode("off")]);
  const hash = contentHash(whole);
  if (contentHash(encoded(plan, batch)) !== hash) {
    throw new Error(`corpus ${group}: JavaScript and WebAssembly write different bytes`);
  }
  setAccelerator("auto");
  add("wrapper", bytes, ours!, hash);
  add("wrapper, JavaScript only", bytes, plain!);

  const target = whole.map(({ length }) => new Uint8Array(length));
  add("memcpy", bytes, measure(() => whole.forEach((part, at) => target[at]!.set(part))));

  const sample = batch.slice(0, SAMPLE_ROWS);
  const sampled = encoded(plan, sample);
  const size = sampled.reduce((sum, { length }) => sum + length, 0);
  const rows = Array.from({ length: sample.numRows }, (_, row) => rowOf(sample, row));
  const sampleHash = contentHash(sampled);
  const rivals = { "protobuf-es": protobufEsRows, protobufjs: protobufjsRows };
  for (const [rival, encoderOf] of Object.entries(rivals)) {
    const record = encoderOf(plan.descriptor);
    const write = () => {
      const body = new BinaryWriter();
      for (let row = 0; row < sample.numRows; row++) {
        body.uint32(0x0a).bytes(record(rowOf(sample, row)));
      }
      return body.finish();
    };
    if (contentHash([write()]) !== sampleHash) {
      throw new Error(`corpus ${group}: ${rival} writes other bytes`);
    }
    add(rival, size, measure(write));
  }
  add("JSON", size, measure(() => rows.forEach((row) => JSON.stringify(row, bigIntAsText))));
}

function encoded(plan: SchemaPlan, batch: RecordBatch): Uint8Array[] {
  return [...encodeRequests(plan, batch, DEFAULT_LIMITS)].map(({ bytes }) => bytes);
}

async function realFlights(path: string): Promise<Corpus> {
  const table = tableFromIPC(await readFile(path));
  return {
    name: "flights",
    title: `flights-200k.arrow, ${table.numRows.toLocaleString("en")} rows`,
    make: () => table.batches[0]!,
  };
}

/** A row as a plain object, for those who work with objects; nulls are left out. */
export function rowOf(batch: RecordBatch, row: number): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [index, field] of batch.schema.fields.entries()) {
    const column = batch.data.children[index]!;
    const value = field.type.typeId === Type.Timestamp
      ? column.values[row] // the getter says milliseconds
      : batch.getChildAt(index)!.get(row);
    if (value !== null) object[field.name] = plain(value);
  }
  return object;
}

function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Symbol.iterator in value && "toArray" in value) {
    return Array.from(value as Iterable<unknown>, plain);
  }
  const members = Object.entries((value as { toJSON(): object }).toJSON());
  return Object.fromEntries(
    members.filter(([, member]) => member !== null).map(([name, member]) => [name, plain(member)]),
  );
}

function bigIntAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
