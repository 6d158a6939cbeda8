/**
 * Every behavioural suite. One that is not listed would run nowhere, so a test looks for such.
 *
 * @module
 */
import { faultMatrixSuite } from "../faults/fault_matrix_suite.ts";
import type { Suite, TestEnvironment } from "../harness/environment.ts";
import type { TestFile } from "../harness/runner.ts";
import { acceleratorSuite } from "./accelerator_suite.ts";
import { arrowSuite } from "./arrow_suite.ts";
import { badInputSuite } from "./bad_input_suite.ts";
import { catalogSuite } from "./catalog_suite.ts";
import { compressionSuite } from "./compression_suite.ts";
import { debugSuite } from "./debug_suite.ts";
import { deliverySuite } from "./delivery_suite.ts";
import { failureSuite } from "./failure_suite.ts";
import { observabilitySuite } from "./observability_suite.ts";
import { oracleSuite } from "./oracle_suite.ts";
import { poolSuite } from "./pool_suite.ts";
import { restSuite } from "./rest_suite.ts";
import { rowsSuite } from "./rows_suite.ts";
import { smokeSuite } from "./smoke_suite.ts";
import { tlsSuite } from "./tls_suite.ts";

/** The suites by the path of their file. */
export const suites: Readonly<Record<string, Suite>> = {
  "tests/behaviour/smoke_suite.ts": smokeSuite,
  "tests/behaviour/delivery_suite.ts": deliverySuite,
  "tests/behaviour/debug_suite.ts": debugSuite,
  "tests/behaviour/accelerator_suite.ts": acceleratorSuite,
  "tests/behaviour/arrow_suite.ts": arrowSuite,
  "tests/behaviour/bad_input_suite.ts": badInputSuite,
  "tests/behaviour/catalog_suite.ts": catalogSuite,
  "tests/behaviour/compression_suite.ts": compressionSuite,
  "tests/behaviour/failure_suite.ts": failureSuite,
  "tests/behaviour/observability_suite.ts": observabilitySuite,
  "tests/behaviour/oracle_suite.ts": oracleSuite,
  "tests/behaviour/pool_suite.ts": poolSuite,
  "tests/behaviour/rest_suite.ts": restSuite,
  "tests/behaviour/rows_suite.ts": rowsSuite,
  "tests/behaviour/tls_suite.ts": tlsSuite,
  "tests/faults/fault_matrix_suite.ts": faultMatrixSuite,
};

/** The suites for one environment, as files for a runner. */
export function suiteFiles(env: TestEnvironment): TestFile[] {
  return Object.entries(suites).map(([path, suite]) => ({ path, load: () => suite(env) }));
}
