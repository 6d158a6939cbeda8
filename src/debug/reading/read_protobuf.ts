/**
 * Protobuf debug files as Arrow batches.
 *
 * @module
 */
import { createFileRegistry, type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { makeData, RecordBatch, Schema, Struct } from "apache-arrow";
import { buildArray } from "../../core/build_array.ts";
import type { FileSystem } from "../../core/file_system.ts";
import { fieldsOf, valuesOf } from "./arrow_columns.ts";
import { openFile, splitPath, stemOfFile } from "./find_files.ts";
import { type Framing, recordFrames } from "./record_frames.ts";

/** Options of {@linkcode readProtobufFile}. */
export interface ProtobufFileOptions {
  /** Path of the descriptor file. Default: the one of the same table, in `../descriptors`. */
  readonly descriptor?: string | undefined;
  /** How the file was written; see `DebugOptions.protobufFraming`. Default `"batch"`. */
  readonly framing?: Framing | undefined;
  /** Rows of a batch. Default 10,000. */
  readonly batchRows?: number | undefined;
  /** Told how many bytes of a record that is cut off stand at the end of the file, if there are any. */
  readonly onCutOff?: ((bytes: number) => void) | undefined;
}

const BATCH_ROWS = 10_000;

/**
 * The records of a file, as batches with the columns that the descriptor tells of: integers, floats,
 * text and bytes of the field's kind, structs, lists and maps. Absent fields are nulls.
 *
 * @throws {Error} if the file or its descriptor is not there or holds something else
 */
export async function* readProtobufFile(
  files: FileSystem,
  path: string,
  options: ProtobufFileOptions = {},
): AsyncGenerator<RecordBatch, void, undefined> {
  const { framing = "batch", batchRows = BATCH_ROWS, onCutOff } = options;
  const message = await readMessage(files, options.descriptor ?? descriptorPathOf(path));
  const fields = fieldsOf(message);
  const schema = new Schema(fields);
  let rows: Record<string, unknown>[] = [];
  const takeBatch = () => {
    const children = fields.map(({ name, type }) => buildArray(type, rows.map((row) => row[name])));
    const type = new Struct(fields);
    const data = makeData({ type, length: rows.length, nullCount: 0, children });
    rows = [];
    return new RecordBatch(schema, data);
  };
  const frames = recordFrames(await openFile(files, path), framing);
  for (let next = await frames.next();; next = await frames.next()) {
    if (next.done) {
      if (next.value > 0) onCutOff?.(next.value);
      break;
    }
    rows.push(valuesOf(reflect(message, fromBinary(message, next.value))));
    if (rows.length === batchRows) yield takeBatch();
  }
  if (rows.length > 0) yield takeBatch();
}

/** The row message of a descriptor file. */
async function readMessage(files: FileSystem, path: string): Promise<DescMessage> {
  const bytes = new Uint8Array(await new Response(await files.read(path)).arrayBuffer());
  const set = fromBinary(FileDescriptorSetSchema, bytes);
  const name = set.file[0]?.messageType[0]?.name;
  const message = name === undefined
    ? undefined
    : createFileRegistry(set.file[0]!, () => undefined).getMessage(name);
  if (message === undefined) throw new Error(`${path} describes no message`);
  return message;
}

/** Where the tap puts the descriptor for a file. */
function descriptorPathOf(path: string): string {
  const { folder } = splitPath(path);
  return `${folder}../descriptors/${stemOfFile(path)}.desc`;
}
