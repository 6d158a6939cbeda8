/**
 * A local Zerobus in a process of its own, so that its time and memory are not the client's. Keeps
 * no rows. Next to it is a sink, which does not even look at them. Prints how to reach both as a line
 * of JSON and runs until it is killed.
 *
 * @module
 */
import { startLocalZerobus } from "../src/local/mod.ts";
import { ACKNOWLEDGEMENT_DELAY_MS, SLOW_TABLE } from "./parallel.ts";
import { TABLE } from "./sending.ts";
import { startSink } from "./sink.ts";

const local = await startLocalZerobus({
  tables: [TABLE, SLOW_TABLE],
  maxRowsKept: 0,
  gzip: { accept: true },
  faults: [{
    kind: "delay_acknowledgement",
    delayMs: ACKNOWLEDGEMENT_DELAY_MS,
    table: SLOW_TABLE,
    times: "always",
  }],
});
const { url: endpoint, unityCatalogUrl, clientId, clientSecret } = local;
const address = { endpoint, unityCatalogUrl, clientId, clientSecret };
console.log(JSON.stringify({ address, sink: await startSink() }));
