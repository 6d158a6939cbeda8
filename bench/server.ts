/**
 * A local Zerobus in a process of its own, so that its time and memory are not the client's. Keeps
 * no rows. Prints how to reach it as a line of JSON and runs until it is killed.
 *
 * @module
 */
import { startLocalZerobus } from "../src/local/mod.ts";
import { TABLE } from "./sending.ts";

const local = await startLocalZerobus({ tables: [TABLE], maxRowsKept: 0 });
const { url: endpoint, unityCatalogUrl, clientId, clientSecret } = local;
console.log(JSON.stringify({ endpoint, unityCatalogUrl, clientId, clientSecret }));
