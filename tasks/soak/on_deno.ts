/**
 * The soak's client on Deno.
 *
 * @module
 */
import * as library from "../../src/runtime/deno.ts";
import { soak } from "./client.ts";

await soak(library);
