import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import type { RecordBatch } from "apache-arrow";
import { test } from "../harness/mod.ts";
import { batchOf, MemoryService, wrapperOn } from "./stage.ts";

const SECRET = "row content";

/** The batch with other members. */
function damaged(batch: RecordBatch, members: Record<string, unknown>): RecordBatch {
  const { schema, data, numRows } = batch;
  return { schema, data, numRows, ...members } as never;
}

const batch = batchOf([1, 2, 3]);
const { fields, metadata } = batch.schema;
const DAMAGED: [what: string, batch: RecordBatch][] = [
  ["a column that is null", damaged(batch, { data: { children: [null] } })],
  [
    "values that throw something",
    damaged(batch, {
      data: {
        children: [{
          type: fields[0]!.type,
          length: 3,
          offset: 0,
          get values() {
            throw new SyntaxError(SECRET);
          },
        }],
      },
    }),
  ],
];
for (const [what, input] of DAMAGED) {
  test(`${what} is for the converter to refuse, not a failure of the connection`, async () => {
    const service = new MemoryService();
    await using wrapper = wrapperOn(service);
    const { error, failedCount } = await wrapper.sendBatch(input);
    assertEquals([error?.name, error?.retryable, failedCount], ["ConversionError", false, 3]);
    assert(error?.cause instanceof Error);
    assertFalse(error.message.includes(error.cause.message), "raw words may hold row content");
    assertEquals(service.transport.connections.length, 0);
    assertEquals((await wrapper.sendBatch(batch)).successfulCount, 3, "the wrapper goes on");
  });
}

for (const [field, says] of [[null, "got null"], [{ name: "n" }, '"n"']] as const) {
  test(`${JSON.stringify(field)} as a field is an error of the configuration`, async () => {
    const service = new MemoryService();
    await using wrapper = wrapperOn(service);
    const input = damaged(batch, { schema: { fields: [field], metadata } });
    const { error, failedCount } = await wrapper.sendBatch(input);
    assertEquals([error?.name, error?.retryable, failedCount], ["ConfigurationError", false, 3]);
    assertStringIncludes(error!.message, says);
    assertEquals(service.transport.connections.length, 0);
  });
}

for (const descriptor of [{}, 1, null]) {
  test(`${JSON.stringify(descriptor)} as a descriptor is an error of the configuration`, async () => {
    const service = new MemoryService();
    await using wrapper = wrapperOn(service);
    const { error } = await wrapper.sendBatch(batch, { descriptor: descriptor as never });
    assertEquals([error?.name, error?.retryable], ["ConfigurationError", false]);
    assertEquals(error?.details, { field: "descriptor" });
    assertEquals(service.transport.connections.length, 0);
  });
}
