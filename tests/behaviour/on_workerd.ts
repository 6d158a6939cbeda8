/**
 * The behavioural suites on workerd, against the core of the installed package.
 *
 * @module
 */
import * as accelerator from "@zerobus/wrapper/accelerator";
import * as library from "@zerobus/wrapper";
import { remoteEnvironment } from "../harness/remote.ts";
import { testWorker, type Worker } from "../harness/worker.ts";
import { suiteFiles } from "./suites.ts";

const worker: Worker = testWorker((send) =>
  suiteFiles(
    remoteEnvironment(
      { runtime: "workerd", protocols: ["grpc-web", "connect", "rest"], library, accelerator },
      send,
    ),
  )
);

export default worker;
