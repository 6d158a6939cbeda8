/**
 * The behavioural suites on Bun, against the installed package.
 *
 * @module
 */
import * as accelerator from "@zerobus/wrapper/accelerator";
import * as library from "@zerobus/wrapper/bun";
import { startLocalZerobus } from "@zerobus/wrapper/testing";
import { inProcessEnvironment } from "../harness/in_process.ts";
import { runScript } from "../harness/script.ts";
import { suiteFiles } from "./suites.ts";

const env = inProcessEnvironment(
  { runtime: "bun", protocols: ["grpc", "grpc-web", "connect", "rest"], library, accelerator },
  startLocalZerobus,
);
await runScript(suiteFiles(env));
