/**
 * Arrow debug files.
 *
 * @module
 */
import { type RecordBatch, RecordBatchReader } from "apache-arrow";
import type { FileSystem } from "../../core/file_system.ts";
import { findFiles, openFile } from "./find_files.ts";

/** Options of {@linkcode readArrowFiles}. */
export interface ArrowFilesOptions {
  /** Told of every file before its batches. */
  readonly onFile?: ((path: string) => void) | undefined;
  /** Told of a file whose last batch is cut off, as a program that was killed may leave one. */
  readonly onCutOff?: ((path: string) => void) | undefined;
}

/**
 * The batches of all files that a pattern means, oldest file first. What is whole is read, also of a
 * file that is still being written.
 *
 * @param pattern a path whose last part may have `*` and `?`
 * @throws {Error} if there is no such file, or one that holds something else
 */
export async function* readArrowFiles(
  files: FileSystem,
  pattern: string,
  { onFile, onCutOff }: ArrowFilesOptions = {},
): AsyncGenerator<RecordBatch, void, undefined> {
  for (const path of await findFiles(files, pattern)) {
    onFile?.(path);
    if (await files.size(path) === 0) continue; // created this moment
    const content = streamOnly(await openFile(files, path));
    let reader;
    try {
      reader = await RecordBatchReader.from(content);
      yield* await reader.open() as AsyncIterable<RecordBatch>;
    } catch (reason) {
      if (!isCutOff(reason)) throw new Error(`${path} is no Arrow stream`, { cause: reason });
      onCutOff?.(path);
    } finally {
      await reader?.cancel();
    }
  }
}

/** Hands on what begins like a stream; apache-arrow takes anything else for a stream of nothing. */
async function* streamOnly(content: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const bytes of content) {
    if (isFirst && bytes[0] !== CONTINUATION) throw new Error("it begins with no message");
    isFirst = false;
    yield bytes;
  }
}

/** The first of the four bytes before every message. */
const CONTINUATION = 0xff;

/** What apache-arrow says of a message that ends too early. */
function isCutOff(reason: unknown): boolean {
  return reason instanceof Error && /^Expected to read \d+/.test(reason.message);
}
