/**
 * Rows from a source, and what becomes of the source and its rows when something fails.
 */
import { assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { ConversionError } from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";
import { MemoryService, range, refusal, wrapperOn } from "./stage.ts";

const rowsOf = (numbers: readonly number[]) => numbers.map((number) => ({ n: BigInt(number) }));

/** A source of endless rows that notes what is done to it. */
function endless(options: { readonly failsToReturn?: boolean } = {}) {
  const done: string[] = [];
  let next = 0;
  const iterator: AsyncIterator<{ n: bigint }> = {
    next: () => Promise.resolve({ done: false, value: { n: BigInt(next++) } }),
    return() {
      done.push("returned");
      if (options.failsToReturn) throw new Error("its own trouble");
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  return { done, source: { [Symbol.asyncIterator]: () => iterator }, taken: () => next };
}

for (const failsToReturn of [false, true]) {
  const how = failsToReturn ? ", whatever it thinks of that" : "";
  test(`a failure of a batch as a whole ends the sending, and the source is told${how}`, async () => {
    const service = new MemoryService();
    service.poison.add(25);
    const wrapper = wrapperOn(service, { isolateRejectedRows: false });
    const { done, source, taken } = endless({ failsToReturn });
    const result = await wrapper.sendRows(source, { maxRows: 10 });
    assertEquals(result.error?.details.status, "INVALID_ARGUMENT");
    assertEquals(result.totalRows, taken());
    assertEquals(result.successfulCount, 20);
    // Whatever was taken and not sent has failed as well.
    assertEquals(result.failedRowIndices(), range(20, taken() - 20));
    assertEquals(done, ["returned"]);
    await wrapper.shutdown().catch(() => {});
  });
}

test("a source that fails after some rows leaves them durable, and says after which one", async () => {
  const service = new MemoryService();
  const wrapper = wrapperOn(service);
  const cause = new Error("disk gone");
  const source = function* () {
    yield* rowsOf(range(0, 5));
    throw cause;
  };
  const result = await wrapper.sendRows(source());
  assertEquals([result.successfulCount, result.totalRows], [5, 5]);
  assertInstanceOf(result.error, ConversionError);
  assertStringIncludes(result.error.message, "after row 4");
  assertEquals(result.error.cause, cause);
  assertEquals(service.durable, range(0, 5));
  await wrapper.shutdown();
});

test("an abort ends the sending with its reason, and the source is told", async () => {
  const service = new MemoryService();
  service.habit = "never";
  const wrapper = wrapperOn(service, { stream: { maxInflightRequests: 1, flushTimeoutMs: 1 } });
  const { done, source } = endless();
  const stop = new AbortController();
  service.onRequest = () => stop.abort(new Error("enough"));
  const options = { maxRows: 10, signal: stop.signal };
  const reason = await wrapper.sendRows(source, options).catch((reason) => reason);
  assertEquals([reason.message, done], ["enough", ["returned"]]);
  await wrapper.shutdown().catch(() => {});
});

test("a signal that has been aborted takes nothing from the source", async () => {
  const wrapper = wrapperOn(new MemoryService());
  const { done, source, taken } = endless();
  const signal = AbortSignal.abort(refusal());
  const reason = await wrapper.sendRows(source, { signal }).catch((reason) => reason);
  assertEquals([reason.code, taken(), done], ["transmission", 0, []]);
  const writer = wrapper.batchWriter({ signal });
  const refused = await writer.write({ n: 1n }).catch((reason) => reason);
  assertEquals([refused.code, refused.cause?.code], ["transmission", undefined]);
  await writer[Symbol.asyncDispose](); // what is known already is not thrown again
  await wrapper.shutdown();
});
