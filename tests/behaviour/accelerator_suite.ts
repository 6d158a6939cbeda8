import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { broughtModule } from "../harness/accelerator_module.ts";
import type { TestEnvironment } from "../harness/environment.ts";
import { test } from "../harness/mod.ts";
import { arbitraryBatch } from "../oracle/arbitrary_batches.ts";
import { configurationFor, TABLE } from "./stage.ts";

/** Rows land the same whether WebAssembly writes them or JavaScript. */
export function acceleratorSuite(env: TestEnvironment): void {
  const { createWrapper, encodeBatch } = env.library;
  const { isAccelerated, setAccelerator } = env.accelerator;
  const isWorker = env.runtime === "workerd";
  const byDefault = isWorker ? "off" : "auto";
  const on = isWorker ? broughtModule()! : "auto";

  test("the accelerator is on where a runtime may compile it, and can be turned off", async () => {
    await using local = await env.startLocal();
    await (await createWrapper(configurationFor(local))).shutdown();
    assertEquals(isAccelerated(), !isWorker);
    assertEquals(setAccelerator("auto"), !isWorker);
    try {
      assertEquals(setAccelerator("off"), false);
      // What somebody has chosen stays.
      await (await createWrapper(configurationFor(local))).shutdown();
      assertEquals(isAccelerated(), false);
    } finally {
      setAccelerator(byDefault);
    }
  });

  test("random batches are the same bytes with the accelerator and without, and land", async () => {
    const seed = Math.trunc(Math.random() * 2 ** 31);
    console.log(`accelerator: seed ${seed}`);
    await using local = await env.startLocal();
    await using wrapper = await createWrapper(configurationFor(local));
    const outcome = (batch: Parameters<typeof encodeBatch>[0]) => {
      const { bytes, failedRows } = encodeBatch(batch);
      return { bytes, failures: failedRows.map(({ error }) => error.message) };
    };
    try {
      fc.assert(
        fc.property(arbitraryBatch(), (batch) => {
          assertEquals(setAccelerator("off"), false);
          const plain = outcome(batch);
          assertEquals(setAccelerator(on), true);
          assertEquals(outcome(batch), plain);
        }),
        { seed, numRuns: 100 },
      );
      const [batch] = fc.sample(arbitraryBatch(), { seed, numRuns: 1 });
      const sent = await wrapper.sendBatch(batch!);
      assertEquals((await local.table(TABLE)).rows.length, sent.successfulCount);
    } finally {
      setAccelerator(byDefault);
    }
  });
}
