/**
 * The soak's client on Bun.
 *
 * @module
 */
import * as library from "../../src/runtime/bun.ts";
import { soak } from "./client.ts";

await soak(library);
