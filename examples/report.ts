/**
 * Prints what became of a batch.
 *
 * @module
 */
import type { TransmissionResult } from "@zerobus/wrapper";

/** One line for the batch, one for every row that did not arrive (the first ten). */
export function report(name: string, result: TransmissionResult): void {
  const { totalRows, successfulCount, failedCount, latencyMs } = result;
  console.log(
    `${name}: ${totalRows} rows sent, ${successfulCount} acknowledged, ${failedCount} failed ` +
      `in ${latencyMs.toFixed(0)} ms`,
  );
  for (const message of result.errorMessages().slice(0, 10)) console.log(`  ${message}`);
}
