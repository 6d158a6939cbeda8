/**
 * Protobuf debug files → Arrow IPC streams.
 *
 * @module
 */
import type { ArrowBatch } from "../../core/arrow.ts";
import type { FileSystem } from "../../core/file_system.ts";
import { END_OF_STREAM, streamParts } from "../arrow_stream.ts";
import { type ProtobufFileOptions, readProtobufFile } from "./read_protobuf.ts";

/**
 * Writes the records of a Protobuf debug file as an Arrow IPC stream and returns how many there were.
 *
 * @throws {Error} if the output exists, or the input cannot be read
 */
export async function protobufToArrow(
  files: FileSystem,
  input: string,
  output: string,
  options: ProtobufFileOptions = {},
): Promise<number> {
  const file = await files.create(output);
  if (file === undefined) throw new Error(`${output} exists; choose another name`);
  let rows = 0;
  try {
    for await (const batch of readProtobufFile(files, input, options)) {
      const { header, messages } = streamParts(batch as unknown as ArrowBatch);
      if (rows === 0) await file.write(header);
      await file.write(messages);
      rows += batch.numRows;
    }
    await file.write(END_OF_STREAM);
  } catch (reason) {
    await files.remove(output);
    throw reason;
  } finally {
    await file.close();
  }
  return rows;
}
