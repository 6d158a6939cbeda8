/**
 * Debug files, read back from the runtime's file system.
 *
 * @module
 */
import type { RecordBatch } from "apache-arrow";
import { protobufToArrow } from "../../debug/reading/convert.ts";
import { type ArrowFilesOptions, readArrowFiles } from "../../debug/reading/read_arrow.ts";
import { type ProtobufFileOptions, readProtobufFile } from "../../debug/reading/read_protobuf.ts";
import { nodeFiles } from "./node_files.ts";

/**
 * The batches of Arrow debug files (or any Arrow IPC streams), oldest file first; compressed ones,
 * and those that are still being written, too.
 *
 * @example
 * ```ts
 * import { createWrapper, readArrowDebugFiles } from "@zerobus/wrapper/node";
 * import { assertEquals } from "@std/assert";
 * import { tableFromArrays } from "apache-arrow";
 * import { mkdtemp } from "node:fs/promises";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 *
 * const outputDir = await mkdtemp(join(tmpdir(), "debug-"));
 * const wrapper = await createWrapper({
 *   endpoint: "https://example.com",
 *   tableName: "main.iot.readings",
 *   writerDisabled: true,
 *   debug: { outputDir },
 * });
 * await wrapper.sendBatch(tableFromArrays({ id: Int32Array.of(1, 2, 3) }));
 * await wrapper.shutdown();
 *
 * let rows = 0;
 * for await (const batch of readArrowDebugFiles(`${outputDir}/zerobus/arrow/main.iot.readings*`)) {
 *   rows += batch.numRows;
 * }
 * assertEquals(rows, 3);
 * ```
 *
 * @param pattern a path whose last part may have `*` (any characters) and `?` (any one)
 * @throws {Error} if no file matches, or one holds something else
 */
export function readArrowDebugFiles(
  pattern: string,
  options: ArrowFilesOptions = {},
): AsyncGenerator<RecordBatch, void, undefined> {
  return readArrowFiles(nodeFiles, pattern, options);
}

/**
 * The records of a Protobuf debug file as Arrow batches, with the columns of its descriptor. Rows
 * that the file has only a part of, after a crash, are left out; see `onCutOff`.
 *
 * @example
 * ```ts
 * import { createWrapper, readProtoDebugFile } from "@zerobus/wrapper/node";
 * import { assertEquals } from "@std/assert";
 * import { tableFromArrays } from "apache-arrow";
 * import { mkdtemp } from "node:fs/promises";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 *
 * const outputDir = await mkdtemp(join(tmpdir(), "debug-"));
 * const wrapper = await createWrapper({
 *   endpoint: "https://example.com",
 *   tableName: "main.iot.readings",
 *   writerDisabled: true,
 *   debug: { outputDir },
 * });
 * await wrapper.sendBatch(tableFromArrays({ id: Int32Array.of(1, 2, 3) }));
 * await wrapper.shutdown();
 *
 * let rows = 0;
 * for await (const batch of readProtoDebugFile(`${outputDir}/zerobus/proto/main.iot.readings.pb`)) {
 *   rows += batch.numRows;
 * }
 * assertEquals(rows, 3);
 * ```
 *
 * @throws {Error} if the file or its descriptor is not there, or holds something else
 */
export function readProtoDebugFile(
  path: string,
  options: ProtobufFileOptions = {},
): AsyncGenerator<RecordBatch, void, undefined> {
  return readProtobufFile(nodeFiles, path, options);
}

/**
 * Converts a Protobuf debug file to an Arrow IPC stream, for DuckDB and others, and returns the
 * number of rows.
 *
 * @example
 * ```ts
 * import { createWrapper, protoToArrowIpc } from "@zerobus/wrapper/node";
 * import { assertEquals } from "@std/assert";
 * import { tableFromArrays } from "apache-arrow";
 * import { mkdtemp } from "node:fs/promises";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 *
 * const outputDir = await mkdtemp(join(tmpdir(), "debug-"));
 * const wrapper = await createWrapper({
 *   endpoint: "https://example.com",
 *   tableName: "main.iot.readings",
 *   writerDisabled: true,
 *   debug: { outputDir },
 * });
 * await wrapper.sendBatch(tableFromArrays({ id: Int32Array.of(1, 2, 3) }));
 * await wrapper.shutdown();
 *
 * const rows = await protoToArrowIpc(
 *   `${outputDir}/zerobus/proto/main.iot.readings.pb`,
 *   `${outputDir}/readings.arrows`,
 * );
 * assertEquals(rows, 3);
 * ```
 *
 * @throws {Error} if the output exists, or the input cannot be read
 */
export async function protoToArrowIpc(
  input: string,
  output: string,
  options: ProtobufFileOptions = {},
): Promise<number> {
  return await protobufToArrow(nodeFiles, input, output, options);
}
