/**
 * A local Zerobus in a process of its own, so that its time and memory are not the client's. Keeps
 * no rows. Prints how to reach it as a line of JSON and runs until it is killed.
 *
 * @module
 */
import { startLocalZerobus } from "../src/local/mod.ts";
import { ACKNOWLEDGEMENT_DELAY_MS, SLOW_TABLE } from "./parallel.ts";
import { TABLE } from "./sending.ts";

const local = await startLocalZerobus({
  tables: [TABLE, SLOW_TABLE],
  maxRowsKept: 0,
  faults: [{
    kind: "delay_acknowledgement",
    delayMs: ACKNOWLEDGEMENT_DELAY_MS,
    table: SLOW_TABLE,
    times: "always",
  }],
});
const { url: endpoint, unityCatalogUrl, clientId, clientSecret } = local;
console.log(JSON.stringify({ endpoint, unityCatalogUrl, clientId, clientSecret }));
