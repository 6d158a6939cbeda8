/**
 * A wrapper in front of a service in memory that stores rows, and refuses those that it is told to.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { Int64, type RecordBatch, Table, Uint64, vectorFromArray } from "apache-arrow";
import type { Clock } from "../../src/core/clock.ts";
import type { WrapperConfiguration } from "../../src/core/configuration.ts";
import { TransmissionError } from "../../src/core/errors.ts";
import type { TransmissionResult } from "../../src/core/result.ts";
import { ZerobusWrapper } from "../../src/wrapper.ts";
import { settle } from "../ingest/fake_clock.ts";
import { type MemoryConnection, MemoryTransport } from "../ingest/memory_transport.ts";

/** Rows from here on are too large for a BIGINT: they cannot be converted. */
export const TOO_LARGE: bigint = 2n ** 63n;

/** Numbers in a request's records, `message { optional int64 n = 1; }` each. */
export function numbersIn(records: Uint8Array): number[] {
  const numbers: number[] = [];
  const batch = new BinaryReader(records);
  while (batch.pos < batch.len) {
    batch.tag();
    const record = new BinaryReader(batch.bytes());
    record.tag();
    numbers.push(Number(record.int64()));
  }
  return numbers;
}

/** A batch with one column `n`. */
export function batchOf(numbers: readonly number[]): RecordBatch {
  return new Table({ n: vectorFromArray(numbers.map(BigInt), new Int64()) }).batches[0]!;
}

/** The same, where some numbers are made too large to be converted. */
export function unsignedBatchOf(
  numbers: readonly number[],
  bad: ReadonlySet<number>,
): RecordBatch {
  const values = numbers.map((number) => BigInt(number) + (bad.has(number) ? TOO_LARGE : 0n));
  return new Table({ n: vectorFromArray(values, new Uint64()) }).batches[0]!;
}

/** `from`, `from + 1`, … */
export function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

/** Resolves once something is so; the test's own time-out is the bound. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await settle();
}

/** The numbers that a wrapper hands back. */
export function handedBack(wrapper: ZerobusWrapper): number[] {
  return wrapper.unacknowledged()
    .flatMap((batch) => [...batch.getChild("n")!])
    .map((value) => Number(BigInt.asUintN(63, value)));
}

/** When the service acknowledges. */
export type Habit =
  /** Everything, as soon as it is stored. */
  | "promptly"
  /** Everything, when there was nothing to do for a moment. */
  | "lazily"
  /** Nothing. */
  | "never";

/** The error of a service that refuses records. */
export function refusal(details: TransmissionError["details"] = {}): TransmissionError {
  return new TransmissionError("the service refused the records", {
    details: { status: "INVALID_ARGUMENT", ...details },
  });
}

/** A service that processes requests in order. */
export class MemoryService {
  readonly transport: MemoryTransport = new MemoryTransport();
  /** Numbers that are stored, in order, as often as they are. */
  readonly durable: number[] = [];
  /** Numbers that it refuses. */
  readonly poison: Set<number> = new Set();
  /** The refusal. */
  error: Error = refusal();
  habit: Habit = "promptly";
  /** Called with every request, before anything is done about it. */
  onRequest: (numbers: readonly number[], connection: MemoryConnection) => void = () => {};
  readonly #requests = new Map<MemoryConnection, number[][]>();

  constructor() {
    this.transport.onConnection = (connection) => {
      const arrived: number[][] = [];
      this.#requests.set(connection, arrived);
      // Read at once, as a service does: the memory may be used again after the acknowledgement.
      connection.onRequest = ({ records }) => {
        const numbers = numbersIn(records);
        arrived.push(numbers);
        this.#take(numbers, connection);
      };
    };
  }

  /** Requests that have arrived, by connection. */
  get requests(): readonly number[][][] {
    return [...this.#requests.values()];
  }

  #take(numbers: readonly number[], connection: MemoryConnection): void {
    if (!connection.isOpen) return;
    this.onRequest(numbers, connection);
    if (!connection.isOpen) return;
    if (numbers.some((number) => this.poison.has(number))) return connection.fail(this.error);
    this.durable.push(...numbers);
    if (this.habit === "promptly") connection.acknowledgeAll();
    if (this.habit === "lazily") {
      settle().then(() => connection.isOpen && connection.acknowledgeAll());
    }
  }
}

/** What a test wants different. */
export interface WrapperSetting extends Partial<WrapperConfiguration> {
  readonly clock?: Clock;
  /** Called when the wrapper closes its transport. */
  readonly onClose?: () => void;
}

/** A wrapper whose only way out is the service. */
export function wrapperOn(
  { transport }: Pick<MemoryService, "transport">,
  { clock, onClose, ...configuration }: WrapperSetting = {},
): ZerobusWrapper {
  return new ZerobusWrapper({
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    endpoint: "https://memory.example",
    tableName: "main.iot.readings",
    headersProvider: () => ({}),
    retry: { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 1 },
    ...configuration,
    stream: { drainTimeoutMs: 0, flushTimeoutMs: 5_000, ...configuration.stream },
  }, {
    protocol: "grpc",
    protocols: ["grpc"],
    ownOptions: [],
    network: () => ({
      transport: {
        protocol: "grpc",
        open: (request) => transport.open(request),
        close: () => Promise.resolve(onClose?.()),
      },
      fetch: undefined,
    }),
    ...(clock === undefined ? {} : { clock }),
  });
}

/** Asserts that a result adds up, and that what it says agrees with what is stored. */
export function assertAddsUp(
  result: TransmissionResult,
  numbers: readonly number[],
  durable: readonly number[],
): void {
  assertEquals(result.totalRows, numbers.length);
  assertEquals(result.successfulCount + result.failedCount, result.totalRows);
  const failed = result.failedRowIndices();
  assertEquals(failed, [...new Set(failed)].sort((a, b) => a - b));
  const stored = new Set(durable);
  for (const row of result.successfulRows) {
    assert(stored.has(numbers[row]!), `row ${row} is not durable`);
  }
}
