/**
 * Debug output: what may be configured, and the defaults.
 *
 * @module
 */
import {
  checkedBoolean,
  checkedChoice,
  checkedInteger,
  checkedObject,
  refuse,
  shown,
} from "./checks.ts";
import type { FileSystem } from "./file_system.ts";
import type { RecordFormat } from "./record_format.ts";

/**
 * Writes what is sent to files, for somebody to look at: `zerobus/arrow/<table>.arrows` (Arrow IPC
 * stream), `zerobus/proto/<table>.pb` (Protobuf records, which `zerobus/descriptors/<table>.desc`
 * describes) and `zerobus/failed/<table>.jsonl` (rows that could not be converted).
 */
export interface DebugOptions {
  /** Folder to write to; it is made when needed. */
  readonly outputDir: string;
  /** Whether batches are written as Arrow. Default true. */
  readonly arrow?: boolean | undefined;
  /** Whether records are written as Protobuf. Default: true where records travel as Protobuf. */
  readonly protobuf?: boolean | undefined;
  /**
   * How records stand in a Protobuf file. `"batch"` (the default): the whole file is one message
   * whose field 1 repeats the row, as on the wire. `"delimited"`: each record behind its length as a
   * varint, as the `writeDelimitedTo` functions of Protobuf's libraries have it.
   */
  readonly protobufFraming?: "batch" | "delimited" | undefined;
  /** Time after which what was written is safe even if the machine fails. Default 5,000. */
  readonly flushIntervalMs?: number | undefined;
  /** Size above which a file is rotated, in bytes; `null`: none. Default `null`. */
  readonly maxFileBytes?: number | null | undefined;
  /** Records above which a file is rotated. Default 100,000. */
  readonly maxRecordsPerFile?: number | undefined;
  /** Rotated files that stay for each table and format; `null`: all. Default 10. */
  readonly maxFilesRetained?: number | null | undefined;
  /**
   * Whether files are compressed with gzip when they are full. Those that an earlier program has
   * left are not: it may be running. Default false.
   */
  readonly compressRotated?: boolean | undefined;
  /**
   * Whether a batch is sent only after it was written. Otherwise (the default) writing never holds
   * up sending, and what the disk cannot keep up with is dropped and counted. A disk that fails, or
   * takes more than ten seconds, stops neither.
   */
  readonly strict?: boolean | undefined;
  /** Bytes that may wait to be written. Default 67,108,864 (64 MiB). */
  readonly maxQueuedBytes?: number | undefined;
  /** Where to write, instead of the runtime's own file system. */
  readonly fileSystem?: FileSystem | undefined;
  /** Told of trouble with the files, once for each kind. Default: a warning in the log. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** {@linkcode DebugOptions} with nothing left open. */
export interface ResolvedDebug {
  /** See {@linkcode DebugOptions.outputDir}; without a slash at its end. */
  readonly outputDir: string;
  /** See {@linkcode DebugOptions.arrow}. */
  readonly arrow: boolean;
  /** See {@linkcode DebugOptions.protobuf}. */
  readonly protobuf: boolean;
  /** See {@linkcode DebugOptions.protobufFraming}. */
  readonly protobufFraming: "batch" | "delimited";
  /** See {@linkcode DebugOptions.flushIntervalMs}. */
  readonly flushIntervalMs: number;
  /** See {@linkcode DebugOptions.maxFileBytes}. */
  readonly maxFileBytes: number | null;
  /** See {@linkcode DebugOptions.maxRecordsPerFile}. */
  readonly maxRecordsPerFile: number;
  /** See {@linkcode DebugOptions.maxFilesRetained}. */
  readonly maxFilesRetained: number | null;
  /** See {@linkcode DebugOptions.compressRotated}. */
  readonly compressRotated: boolean;
  /** See {@linkcode DebugOptions.strict}. */
  readonly strict: boolean;
  /** See {@linkcode DebugOptions.maxQueuedBytes}. */
  readonly maxQueuedBytes: number;
  /** See {@linkcode DebugOptions.fileSystem}. */
  readonly fileSystem: FileSystem;
  /** See {@linkcode DebugOptions.onWarning}. */
  readonly onWarning: ((message: string) => void) | undefined;
}

/** Defaults of {@linkcode DebugOptions}; that of `protobuf` depends on the record format. */
export const DEBUG_DEFAULTS: Omit<
  ResolvedDebug,
  "outputDir" | "protobuf" | "fileSystem" | "onWarning"
> = Object.freeze({
  arrow: true,
  protobufFraming: "batch",
  flushIntervalMs: 5_000,
  maxFileBytes: null,
  maxRecordsPerFile: 100_000,
  maxFilesRetained: 10,
  compressRotated: false,
  strict: false,
  maxQueuedBytes: 64 * 1024 * 1024,
});

const NAMES = [...Object.keys(DEBUG_DEFAULTS), "outputDir", "protobuf", "fileSystem", "onWarning"];
const FILE_SYSTEM_METHODS = ["makeFolder", "list", "create", "rename", "remove", "size", "read"];
/** What timers can hold. */
const MAX_INTERVAL_MS = 2 ** 31 - 1;

/**
 * Checks `debug`.
 *
 * @param recordFormat how records travel
 * @param ownFiles the entry point's file system, if it has one
 */
export function resolveDebug(
  value: unknown,
  recordFormat: RecordFormat,
  ownFiles: FileSystem | undefined,
): ResolvedDebug | undefined {
  if (value === undefined) return undefined;
  const given = checkedObject("debug", value, NAMES);
  const option = (name: keyof typeof DEBUG_DEFAULTS) =>
    given[name] === undefined ? DEBUG_DEFAULTS[name] : given[name];
  const integer = (name: keyof typeof DEBUG_DEFAULTS, min: number) =>
    checkedInteger(`debug.${name}`, option(name), min, Number.MAX_SAFE_INTEGER);
  const orNull = (name: keyof typeof DEBUG_DEFAULTS, min: number) =>
    option(name) === null ? null : integer(name, min);
  const boolean = (name: "arrow" | "compressRotated" | "strict") =>
    checkedBoolean(`debug.${name}`, option(name));
  const arrow = boolean("arrow");
  const protobuf = checkedBoolean("debug.protobuf", given.protobuf ?? recordFormat === "protobuf");
  if (protobuf && recordFormat !== "protobuf") {
    refuse("debug.protobuf", `false with recordFormat "${recordFormat}"`, "true");
  }
  if (!arrow && !protobuf) refuse("debug", "arrow or protobuf to be true, or no debug", "neither");
  return Object.freeze({
    outputDir: checkedFolder(given.outputDir),
    arrow,
    protobuf,
    protobufFraming: checkedChoice("debug.protobufFraming", option("protobufFraming"), [
      "batch",
      "delimited",
    ]),
    flushIntervalMs: checkedInteger(
      "debug.flushIntervalMs",
      option("flushIntervalMs"),
      1,
      MAX_INTERVAL_MS,
    ),
    maxFileBytes: orNull("maxFileBytes", 1),
    maxRecordsPerFile: integer("maxRecordsPerFile", 1),
    maxFilesRetained: orNull("maxFilesRetained", 0),
    compressRotated: boolean("compressRotated"),
    strict: boolean("strict"),
    maxQueuedBytes: integer("maxQueuedBytes", 1),
    fileSystem: checkedFileSystem(given.fileSystem ?? ownFiles),
    onWarning: checkedListener(given.onWarning),
  });
}

function checkedFolder(value: unknown): string {
  if (typeof value !== "string" || value.trim() === "") {
    refuse("debug.outputDir", "the path of a folder", shown(value));
  }
  return value.replace(/(?<=.)[/\\]+$/, "");
}

function checkedFileSystem(value: unknown): FileSystem {
  if (value === undefined) {
    refuse(
      "debug",
      "an entry point that has files (/deno, /bun or /node), or a debug.fileSystem",
      "neither",
    );
  }
  const methods = value as Readonly<Record<string, unknown>> | null;
  const missing = FILE_SYSTEM_METHODS.find((name) => typeof methods?.[name] !== "function");
  if (missing !== undefined) {
    refuse("debug.fileSystem", "an object with the methods of FileSystem", `none for ${missing}`);
  }
  return value as FileSystem;
}

function checkedListener(value: unknown): ResolvedDebug["onWarning"] {
  if (value === undefined) return undefined;
  if (typeof value !== "function") refuse("debug.onWarning", "a function", shown(value));
  return value as (message: string) => void;
}
