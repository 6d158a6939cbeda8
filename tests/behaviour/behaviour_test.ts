/**
 * The behavioural suites on Deno, from source. `deno task test` runs them on the other runtimes
 * against the package.
 *
 * @module
 */
import * as accelerator from "@zerobus/wrapper/accelerator";
import * as library from "@zerobus/wrapper/deno";
import { startLocalZerobus } from "@zerobus/wrapper/testing";
import { inProcessEnvironment } from "../harness/in_process.ts";
import { suites } from "./suites.ts";

const env = inProcessEnvironment(
  { runtime: "deno", protocols: ["grpc", "grpc-web", "connect", "rest"], library, accelerator },
  startLocalZerobus,
);
for (const suite of Object.values(suites)) suite(env);
