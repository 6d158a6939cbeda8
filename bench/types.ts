/**
 * Columns of one Arrow type each: the fast way and the general one, which writes row by row what the
 * fast one leaves over.
 *
 * @module
 */
import { clone, create } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  FieldOptionsSchema,
} from "@bufbuild/protobuf/wkt";
import type { RecordBatch } from "apache-arrow";
import { BufferPool } from "../src/encode/buffer_pool.ts";
import { encodeRequests } from "../src/encode/encode_requests.ts";
import { DEFAULT_LIMITS } from "../src/encode/limits.ts";
import { planFor } from "../src/schema/plan.ts";
import { rowByRow } from "../tests/encode/row_by_row.ts";
import { batchOf } from "./corpora/columns.ts";
import { Random } from "./corpora/random.ts";
import { TYPES } from "./corpora/types.ts";
import { contentHash, measure } from "./measure.ts";
import type { Report } from "./result.ts";

const ROWS = 20_000;
const COLUMNS = ["one", "two", "three", "four"];
/** Of each of the two candidates. */
const LONGEST_MS = 300;

/** Measures every type. Both ways must write the same bytes. */
export function typesBenchmark(report: Report): void {
  const pool = new BufferPool(64 * 1024 * 1024);
  for (const [type, column] of Object.entries(TYPES)) {
    const columns = Object.fromEntries(COLUMNS.map((name) => [name, column]));
    const batch = batchOf(new Random(0x5eed), ROWS, columns);
    const options = type.startsWith("packed") ? { descriptor: packed(batch) } : {};
    const plan = planFor(batch.schema, options);
    const fast = [...encodeRequests(plan, batch, DEFAULT_LIMITS)].map(({ bytes }) => bytes);
    const general = rowByRow(batch, options, pool);
    const size = general.bytes.length;
    if (contentHash(fast) !== contentHash([general.bytes])) throw new Error(`${type}: other bytes`);
    pool.release(general);
    const ours = measure(() => {
      for (const rows of encodeRequests(plan, batch, DEFAULT_LIMITS, 0, pool)) pool.release(rows);
    }, LONGEST_MS);
    const theirs = measure(() => pool.release(rowByRow(batch, options, pool)), LONGEST_MS);
    report({
      group: "types",
      title: `4 columns of one type, ${ROWS.toLocaleString("en")} rows`,
      candidate: type,
      values: {
        "MB/s": size / 1_000 / ours.medianMs,
        "ns/value": ours.medianMs * 1e6 / ROWS / COLUMNS.length,
        "ns by rows": theirs.medianMs * 1e6 / ROWS / COLUMNS.length,
        "× by rows": theirs.medianMs / ours.medianMs,
      },
    });
  }
}

/** The descriptor of a batch with its lists packed. */
function packed(batch: RecordBatch): DescriptorProto {
  const descriptor = clone(DescriptorProtoSchema, planFor(batch.schema).descriptor);
  for (const field of descriptor.field) {
    field.options = create(FieldOptionsSchema, { packed: true });
  }
  return descriptor;
}
