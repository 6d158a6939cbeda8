/**
 * The debug files of one table.
 *
 * @module
 */
import type { ArrowBatch } from "../core/arrow.ts";
import type { ResolvedDebug } from "../core/debug_options.ts";
import type { FailedRow } from "../core/result.ts";
import { END_OF_STREAM, streamParts } from "./arrow_stream.ts";
import { withoutTags } from "./delimited.ts";
import { stemOf, versionedStem } from "./names.ts";
import { RotatingFile } from "./rotating_file.ts";
import { SchemaVersions, type WrittenSchema } from "./schema_versions.ts";

/** Files that are kept open; of more, the least recently used are ended. */
const MAX_OPEN_FILES = 32;

const NOTHING = new Uint8Array(0);

/** What the files are for, and where they are. */
const KINDS = {
  arrow: { folder: "arrow", extension: ".arrows" },
  protobuf: { folder: "proto", extension: ".pb" },
  failed: { folder: "failed", extension: ".jsonl" },
} as const;

/** Writes batches, records and failures, each to its file. Calls must not overlap. */
export class TableFiles {
  readonly #options: ResolvedDebug;
  readonly #now: () => Date;
  readonly #stem: string;
  readonly #versions: SchemaVersions;
  /** In order of last use, by path without folder. */
  readonly #open = new Map<string, RotatingFile>();

  /** Opens nothing yet. */
  constructor(options: ResolvedDebug, tableName: string, now: () => Date) {
    this.#options = options;
    this.#now = now;
    this.#stem = stemOf(tableName);
    const folder = `${options.outputDir}/zerobus/descriptors`;
    this.#versions = new SchemaVersions(options.fileSystem, folder, this.#stem);
  }

  /** Writes a batch as Arrow. */
  async writeBatch(batch: ArrowBatch, schema: WrittenSchema): Promise<void> {
    const { header, messages } = streamParts(batch);
    const version = await this.#versions.numberOf(schema);
    const file = await this.#file("arrow", version, header, END_OF_STREAM);
    await file.write([messages], batch.numRows);
  }

  /** Writes the body of a `ProtoEncodedRecordBatch`. */
  async writeRecords(bytes: Uint8Array, records: number, schema: WrittenSchema): Promise<void> {
    const isBatch = this.#options.protobufFraming === "batch";
    const version = await this.#versions.numberOf(schema);
    const file = await this.#file("protobuf", version);
    await file.write([isBatch ? bytes : withoutTags(bytes, records)], records);
  }

  /** Writes a line for each row that could not be converted. */
  async writeFailures(failures: readonly FailedRow[]): Promise<void> {
    const time = this.#now().toISOString();
    const lines = failures.map(({ row, error }) => {
      const { column } = error.details;
      return `${JSON.stringify({ time, row, column, reason: error.message })}\n`;
    });
    const file = await this.#file("failed", 1);
    await file.write([new TextEncoder().encode(lines.join(""))], failures.length);
  }

  /** Makes what was written survive. */
  async flush(): Promise<void> {
    await everyOne(this.#open.values(), (file) => file.flush());
  }

  /** Ends the files. What is written afterwards begins new ones. */
  async close(): Promise<void> {
    const files = [...this.#open.values()];
    this.#open.clear();
    await everyOne(files, (file) => file.close());
  }

  async #file(
    kind: keyof typeof KINDS,
    version: number,
    header: Uint8Array = NOTHING,
    trailer: Uint8Array = NOTHING,
  ): Promise<RotatingFile> {
    const key = `${kind}/${version}`;
    const file = this.#open.get(key) ?? this.#create(kind, version, header, trailer);
    this.#open.delete(key);
    this.#open.set(key, file);
    const [oldest] = this.#open;
    if (this.#open.size > MAX_OPEN_FILES && oldest !== undefined) {
      this.#open.delete(oldest[0]);
      await oldest[1].close();
    }
    return file;
  }

  #create(
    kind: keyof typeof KINDS,
    version: number,
    header: Uint8Array,
    trailer: Uint8Array,
  ): RotatingFile {
    const { outputDir, fileSystem, maxRecordsPerFile, maxFileBytes, maxFilesRetained } =
      this.#options;
    return new RotatingFile(fileSystem, {
      folder: `${outputDir}/zerobus/${KINDS[kind].folder}`,
      extension: KINDS[kind].extension,
      stem: this.#stem,
      fileStem: versionedStem(this.#stem, version),
      header: Uint8Array.from(header),
      trailer,
      maxRecords: maxRecordsPerFile,
      maxBytes: maxFileBytes,
      maxFilesRetained,
      compresses: this.#options.compressRotated,
      now: this.#now,
    });
  }
}

/** Does it to all of them, also if it fails for some; then with the first failure. */
async function everyOne(
  files: Iterable<RotatingFile>,
  run: (file: RotatingFile) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  for (const file of files) await run(file).catch((reason) => failures.push(reason));
  if (failures.length > 0) throw failures[0];
}
