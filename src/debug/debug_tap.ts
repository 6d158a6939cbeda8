/**
 * The tap: takes what passes by and writes it down, without standing in the way.
 *
 * @module
 */
import { type ArrowBatch, byteLengthOf } from "../core/arrow.ts";
import { within } from "../core/async.ts";
import type { Clock } from "../core/clock.ts";
import type { ResolvedDebug } from "../core/debug_options.ts";
import type { FailedRow } from "../core/result.ts";
import type { WrittenSchema } from "./schema_versions.ts";
import { TableFiles } from "./table_files.ts";
import { WorkQueue } from "./work_queue.ts";

/** What debug output needs of its surroundings. */
export interface DebugSurroundings {
  /** For bounds. */
  readonly clock: Clock;
  /** The time, for names. Default: the real one. */
  readonly now?: (() => Date) | undefined;
  /** Calls a function again and again until it is stopped, without keeping a program running. */
  readonly every: (ms: number, run: () => void) => () => void;
  /** Told of trouble, once for each kind. */
  readonly warn: (message: string) => void;
  /** Told of everything that was not written. */
  readonly dropped: (problem: string) => void;
}

/** What became of debug output so far. */
export interface DebugStatus {
  /** Batches, or requests of their records, that were not written, wholly or in part. */
  readonly droppedBatches: number;
  /** Why the latest of them was not. */
  readonly lastProblem: string | undefined;
}

/** Longest time that anybody waits for a disk. */
const MAX_WAIT_MS = 10_000;

/** About what a failure needs until it is written. */
const FAILURE_BYTES = 512;

const TOO_SLOW = "the disk cannot keep up with what is sent (debug.maxQueuedBytes)";

/** Writes what is sent to a table. Nothing that happens here reaches a delivery. */
export class DebugTap implements DebugStatus {
  readonly #options: ResolvedDebug;
  readonly #surroundings: DebugSurroundings;
  readonly #files: TableFiles;
  readonly #queue: WorkQueue;
  readonly #stopFlushing: () => void;
  #droppedBatches = 0;
  #lastProblem: string | undefined;
  #isFlushing = false;
  /** Troubles that were told of since things last went well. */
  readonly #told = new Set<string>();

  /** Writes nothing before there is something. */
  constructor(options: ResolvedDebug, tableName: string, surroundings: DebugSurroundings) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#files = new TableFiles(options, tableName, surroundings.now ?? (() => new Date()));
    this.#queue = new WorkQueue(options.maxQueuedBytes);
    this.#stopFlushing = surroundings.every(options.flushIntervalMs, () => {
      if (!this.#isFlushing) this.#flush(); // else the disk has not come to the last one
    });
  }

  /** See {@linkcode DebugStatus.droppedBatches}. */
  get droppedBatches(): number {
    return this.#droppedBatches;
  }

  /** See {@linkcode DebugStatus.lastProblem}. */
  get lastProblem(): string | undefined {
    return this.#lastProblem;
  }

  /**
   * A batch that is to be sent. Its buffers are read later, so they must stay as they are until it
   * has been sent. The promise is there to be waited for, and only if writing is strict.
   */
  batch(batch: ArrowBatch, schema: WrittenSchema): Promise<void> | undefined {
    if (!this.#options.arrow) return undefined;
    return this.#take(byteLengthOf(batch.data), () => this.#files.writeBatch(batch, schema));
  }

  /**
   * Records that are to be sent, and rows that could not become records.
   *
   * @param bytes body of a `ProtoEncodedRecordBatch`
   * @param release called when the bytes are not needed any more
   */
  records(
    bytes: Uint8Array,
    count: number,
    failures: readonly FailedRow[],
    schema: WrittenSchema,
    release: () => void,
  ): Promise<void> | undefined {
    const writes = this.#options.protobuf && count > 0;
    if (!writes && failures.length === 0) {
      release();
      return undefined;
    }
    return this.#take(writes ? bytes.byteLength : 0, async () => {
      if (writes) await this.#files.writeRecords(bytes, count, schema);
      if (failures.length > 0) await this.#files.writeFailures(failures);
    }, release);
  }

  /** Rows that could not become rows of a batch. Nobody waits for this to be written. */
  failures(failures: readonly FailedRow[]): void {
    this.#take(
      failures.length * FAILURE_BYTES,
      () => this.#files.writeFailures(failures),
      () => {},
      false,
    );
  }

  /** Resolves when everything taken so far is on disk, could not be written, or takes too long. */
  flush(): Promise<void> {
    return this.#inTime(this.#flush());
  }

  /** Writes what is waiting and ends the files; no longer than ten seconds. */
  async close(): Promise<void> {
    this.#stopFlushing();
    await this.#inTime(this.#queue.add(0, () => this.#attempt(() => this.#files.close())));
  }

  #flush(): Promise<void> {
    this.#isFlushing = true;
    return this.#queue.add(0, () => this.#attempt(() => this.#files.flush()))
      .finally(() => this.#isFlushing = false);
  }

  /** Resolves when the work is done, or when it has taken so long that waiting is of no use. */
  #inTime(work: Promise<void>): Promise<void> {
    const timeout = () => new Error(`the disk has not finished after ${MAX_WAIT_MS} ms`);
    return within(work, { clock: this.#surroundings.clock, ms: MAX_WAIT_MS, timeout })
      .catch((reason) => this.#tell(reason.message));
  }

  #take(
    bytes: number,
    run: () => Promise<void>,
    release = () => {},
    strict = this.#options.strict,
  ): Promise<void> | undefined {
    if (!strict && !this.#queue.hasRoomFor(bytes)) {
      release();
      this.#drop(TOO_SLOW);
      return undefined;
    }
    const done = this.#queue.add(bytes, async () => {
      const isWritten = await this.#attempt(run);
      if (!isWritten) this.#countDrop(this.#lastProblem ?? "");
      release();
    });
    return strict ? this.#inTime(done) : undefined;
  }

  async #attempt(run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      // Whatever it was, it is over, and would be news again.
      for (const kind of this.#told) if (kind !== TOO_SLOW) this.#told.delete(kind);
      return true;
    } catch (reason) {
      this.#tell(reason instanceof Error ? reason.message : String(reason));
      return false;
    }
  }

  #drop(problem: string): void {
    this.#tell(problem);
    this.#countDrop(problem);
  }

  #countDrop(problem: string): void {
    this.#droppedBatches++;
    this.#surroundings.dropped(problem);
  }

  #tell(problem: string): void {
    this.#lastProblem = problem;
    const kind = problem.replaceAll(/\d+/g, "#"); // the same trouble with another number
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#surroundings.warn(`debug output: ${problem}; sending goes on`);
  }
}
