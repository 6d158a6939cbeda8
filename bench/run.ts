/**
 * Runs benchmarks in the runtime at hand and prints a line of JSON for each result.
 *
 * Arguments: path of flights-200k.arrow, address of a local Zerobus as JSON, then selectors and
 * settings.
 *
 * @module
 */
import process from "node:process";
import { setAccelerator } from "../src/encode/accelerator/accelerator.ts";
import { createWrapper as createNodeWrapper } from "../src/runtime/node.ts";
import { compressionBenchmark } from "./compression.ts";
import { debugBenchmark } from "./debug.ts";
import { encodeBenchmark } from "./encode.ts";
import { firstCallBenchmark, measureFirstCall } from "./first_call.ts";
import { floorBenchmark } from "./floor.ts";
import { formatsBenchmark } from "./formats.ts";
import { blockingBenchmark, latencyBenchmark } from "./latency.ts";
import { leaksBenchmark } from "./leaks.ts";
import { memoryBenchmark } from "./memory.ts";
import { parallelBenchmark } from "./parallel.ts";
import type { Report } from "./result.ts";
import { rowsBenchmark } from "./rows.ts";
import { sendingBenchmark } from "./sending.ts";
import { shapesBenchmark } from "./shapes.ts";
import { telemetryBenchmark } from "./telemetry.ts";
import { typesBenchmark } from "./types.ts";

const settings = JSON.parse(process.argv[2] ?? "{}");
if (settings.firstCall !== undefined) {
  console.log(JSON.stringify(measureFirstCall(settings.firstCall)));
  process.exit(0);
}
const isSelected = (name: string): boolean =>
  settings.selector === undefined || settings.selector === name;
const report: Report = (result) => console.log(JSON.stringify(result));

setAccelerator("auto");
await encodeBenchmark(isSelected, settings.flights, report);
if (isSelected("types")) typesBenchmark(report);
if (isSelected("first-call")) await firstCallBenchmark(report);
if (isSelected("shapes")) shapesBenchmark(report);
if (isSelected("latency")) {
  await latencyBenchmark(createNodeWrapper, settings.server, settings.sink, report);
}
if (isSelected("blocking")) await blockingBenchmark(createNodeWrapper, settings.sink, report);
await sendingBenchmark(isSelected, createNodeWrapper, settings.server, report);
if (isSelected("parallel")) await parallelBenchmark(createNodeWrapper, settings.server, report);
if (isSelected("telemetry")) {
  await telemetryBenchmark(createNodeWrapper, settings.server, report);
}
if (isSelected("rows")) await rowsBenchmark(createNodeWrapper, settings.server, report);
if (isSelected("debug")) await debugBenchmark(createNodeWrapper, settings.server, report);
if (isSelected("formats")) await formatsBenchmark(createNodeWrapper, settings.server, report);
if (isSelected("compression")) {
  await compressionBenchmark(createNodeWrapper, settings.server, settings.flights, report);
}
if (isSelected("floor")) await floorBenchmark(createNodeWrapper, settings.sink, report);
if (settings.selector === "memory") {
  await memoryBenchmark(createNodeWrapper, settings.server, settings.memory, report);
}
if (settings.selector === "leaks") {
  await leaksBenchmark(createNodeWrapper, settings.server, settings.leaks, report);
}
process.exit(0);
