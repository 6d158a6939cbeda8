/**
 * Rows that cannot be sent are put aside in a file, mended, and sent again.
 *
 * ```sh
 * deno run -A quarantine.ts quarantine.arrow
 * ```
 *
 * Where to is in the environment; `examples/server.ts` prints it for a local server.
 *
 * @module
 */
import { createWrapper, loadConfiguration } from "@zerobus/wrapper/deno";
import { makeVector, Table, tableFromIPC, tableToIPC } from "apache-arrow";
import { report } from "./report.ts";

const [quarantine = "quarantine.arrow"] = Deno.args;
const LARGEST = 2n ** 63n - 1n;

await using wrapper = await createWrapper(await loadConfiguration());

// A meter that is broken counts beyond what a BIGINT holds.
const readings = new Table({
  meter: makeVector(Int32Array.of(1, 2, 3, 4)),
  total: makeVector(BigUint64Array.of(10n, 2n ** 64n - 1n, 30n, LARGEST)),
});
const result = await wrapper.sendBatch(readings);
report("readings", result);

// Rows that are bad in themselves are put aside. Those that a failing service did not take are not
// bad: whoever calls may send them again as they are.
const bad = result.failedRowIndicesByErrorType("ConversionError");
const failed = result.extractFailedBatch(readings);
if (failed !== undefined && bad.length === result.failedCount) {
  await Deno.writeFile(quarantine, tableToIPC(failed, "file"));
}

// Later, perhaps elsewhere, when somebody has seen what is wrong:
const aside = tableFromIPC(await Deno.readFile(quarantine));
const mended = aside.assign(
  new Table({ total: makeVector(BigUint64Array.from(aside.getChild("total")!, mend)) }),
);
const second = await wrapper.sendBatch(mended);
report(quarantine, second);
if (!second.hasFailedRows()) await Deno.remove(quarantine);

function mend(total: bigint): bigint {
  return total > LARGEST ? 0n : total;
}
