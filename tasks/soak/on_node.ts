/**
 * The soak's client on Node.
 *
 * @module
 */
import * as library from "../../src/runtime/node.ts";
import { soak } from "./client.ts";

await soak(library);
