/**
 * Pauses in the middle of a request, and two batches that are encoded in turn.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Binary, Int32, type RecordBatch } from "apache-arrow";
import { withoutPauses } from "../../src/encode/cut_requests.ts";
import type { EncodedRows } from "../../src/encode/encoded_rows.ts";
import { encodeRequests, encodeWithPauses } from "../../src/encode/encode_requests.ts";
import { encodeJsonRequests } from "../../src/encode/json/encode_json_requests.ts";
import {
  BYTES_BETWEEN_PAUSES,
  DEFAULT_LIMITS,
  type EncodeLimits,
} from "../../src/encode/limits.ts";
import { planFor, type SchemaPlan } from "../../src/schema/plan.ts";
import { test } from "./both_loops.ts";
import { batchOf, rawArray } from "./build.ts";

const ROWS = 8_000;
const BLOB = 512;

type Encode<T> = (
  plan: SchemaPlan,
  batch: RecordBatch,
  limits: EncodeLimits,
) => Generator<T, void, undefined>;

const FORMATS: Readonly<Record<string, [Encode<EncodedRows>, Encode<EncodedRows | undefined>]>> = {
  protobuf: [encodeRequests, encodeWithPauses],
  json: [
    (plan, batch, limits) => withoutPauses(encodeJsonRequests(plan, batch, limits)),
    encodeJsonRequests,
  ],
};

/** A batch of 4 MB; another one for each seed. */
function blobs(seed: number): RecordBatch {
  const numbers = Int32Array.from({ length: ROWS }, (_, row) => row * seed);
  const bytes = Uint8Array.from({ length: ROWS * BLOB }, (_, at) => at * seed);
  const offsets = Int32Array.from({ length: ROWS + 1 }, (_, row) => row * BLOB);
  return batchOf({
    number: rawArray(new Int32(), { length: ROWS, data: numbers }),
    blob: rawArray(new Binary(), { length: ROWS, valueOffsets: offsets, data: bytes }),
  });
}

for (const [format, [encodeRequests, encodeWithPauses]] of Object.entries(FORMATS)) {
  test(`${format}: a long request has pauses, a short one has none`, () => {
    const batch = blobs(1);
    const plan = planFor(batch.schema);
    const limits = { ...DEFAULT_LIMITS, maxRequestBytes: 3 * BYTES_BETWEEN_PAUSES };
    const steps = [...encodeWithPauses(plan, batch, limits)];
    let pauses = 0;
    for (const step of steps) {
      if (step === undefined) {
        pauses++;
      } else {
        // No more bytes without a pause than agreed, but for the rows that are written at once.
        assert(step.bytes.length <= (pauses + 1.5) * BYTES_BETWEEN_PAUSES, `${pauses}`);
        pauses = 0;
      }
    }
    assert(steps.filter((step) => step === undefined).length >= 4);
    assert(steps.at(-1) !== undefined);
    const short = batch.slice(0, 100);
    assertEquals([...encodeWithPauses(plan, short, limits)].length, 1);
  });

  test(`${format}: batches that are encoded in turn do not get into each other's way`, () => {
    const batches = [blobs(3), blobs(5), blobs(7)];
    const plans = batches.map(({ schema }) => planFor(schema));
    const running = batches.map((batch, at) => encodeWithPauses(plans[at]!, batch, DEFAULT_LIMITS));
    const made = batches.map((): EncodedRows[] => []);
    for (let open = running.length; open > 0;) {
      open = 0;
      for (const [at, steps] of running.entries()) {
        const { value, done } = steps.next();
        if (!done) open++;
        if (value !== undefined) made[at]!.push(value as EncodedRows);
      }
    }
    for (const [at, batch] of batches.entries()) {
      const alone = [...encodeRequests(plans[at]!, batch, DEFAULT_LIMITS)];
      assertEquals(made[at]!.length, alone.length);
      for (const [index, { bytes, firstRow, endRow }] of alone.entries()) {
        const other = made[at]![index]!;
        assertEquals([other.firstRow, other.endRow], [firstRow, endRow]);
        assert(other.bytes.every((byte, position) => byte === bytes[position]));
      }
    }
  });
}
