/**
 * Which fault's turn it is.
 *
 * @module
 */
import type {
  CloseSignal,
  Fault,
  FaultKind,
  Moment,
  SlowReads,
  StreamBreak,
  StreamError,
} from "./fault.ts";
import { randomFaults } from "./random_faults.ts";
import { FAULT_KINDS, type FaultPlan, resolveFaults } from "./resolve_faults.ts";

/** The faults of a running server: what {@linkcode LocalZerobus.faults} is. */
export interface LocalFaults {
  /** Faults that are still to come, in order. Those that chance will bring are not among them. */
  readonly left: readonly Fault[];
  /** How often each has happened. */
  readonly fired: Readonly<Record<FaultKind, number>>;
  /**
   * Puts faults behind those that are left.
   *
   * @throws {ConfigurationError} naming the fault and its field; nothing is added then.
   */
  add(...faults: readonly Fault[]): void;
  /** Nothing goes wrong from now on, by chance neither. What is already going wrong goes on. */
  clear(): void;
}

/** A fault that waits for its moment. */
interface Entry {
  readonly fault: Fault;
  /** Times to go; infinite for `"always"`. */
  left: number;
  /** Kept since its turn came. */
  requests: number;
  records: number;
}

/** Faults of a stream as a whole. */
export type StrikeKind = (StreamError | StreamBreak | CloseSignal | SlowReads)["kind"];

/** All of them. */
export const STRIKE_KINDS: readonly StrikeKind[] = [
  "error",
  "end",
  "reset",
  "silence",
  "close_signal",
  "slow_reads",
];

const STRIKES: ReadonlySet<FaultKind> = new Set(STRIKE_KINDS);

/** The fault of a kind. */
export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>;

/** Which fault may happen now. */
export interface Choice<K extends FaultKind> {
  /** One of these kinds. */
  readonly kinds: readonly K[];
  /** Whether a stream is to be accepted. Default false. */
  readonly atCreation?: boolean;
  /** None of these. */
  readonly except?: ReadonlySet<Fault>;
  /** Whether the event is one that the fault is about. Default: every one. */
  readonly applies?: (fault: FaultOf<K>) => boolean;
}

/**
 * The faults of all tables in one line. Its place in the line is all that a fault knows of
 * connections, so it does not matter over how many of them it gets its turn.
 */
export class FaultScript implements LocalFaults {
  readonly fired: Record<FaultKind, number> = Object.fromEntries(
    FAULT_KINDS.map((kind) => [kind, 0]),
  ) as Record<FaultKind, number>;
  #line: Entry[] = [];
  #random: Iterator<Fault, never> | undefined;

  /** Begins with a checked plan. */
  constructor({ scripted, random }: FaultPlan) {
    this.#line = scripted.map(entryOf);
    this.#random = random === undefined ? undefined : randomFaults(random);
  }

  get left(): Fault[] {
    return this.#line.map(({ fault, left }) =>
      Number.isFinite(left) ? { ...fault, times: left } : fault
    );
  }

  add(...faults: readonly Fault[]): void {
    this.#line.push(...resolveFaults(faults).scripted.map(entryOf));
  }

  clear(): void {
    this.#line = [];
    this.#random = undefined;
  }

  /** The fault to commit now, if there is one. It counts as having happened once. */
  take<K extends FaultKind>(
    table: string | undefined,
    { kinds, atCreation = false, except, applies }: Choice<K>,
  ): FaultOf<K> | undefined {
    const entry = this.#turn(table).find((candidate) => {
      const { fault } = candidate;
      return isOneOf(fault, kinds) && isDue(candidate, atCreation) && !except?.has(fault) &&
        (applies?.(fault) ?? true);
    });
    if (entry === undefined) return undefined;
    this.#commit(entry);
    return entry.fault as FaultOf<K>;
  }

  /** Counts requests of a table for those whose turn it is now, later. */
  counter(table: string): (records: number) => void {
    const turn = this.#turn(table);
    return (records) => {
      for (const entry of turn) {
        entry.requests++;
        entry.records += records;
      }
    };
  }

  /** Those whose turn it is: the first in line that ends, and those without an end before it. */
  #turn(table: string | undefined): Entry[] {
    if (this.#random !== undefined && !this.#line.some(({ left }) => Number.isFinite(left))) {
      this.#line.push(entryOf(this.#random.next().value));
    }
    const turn: Entry[] = [];
    for (const entry of this.#line) {
      const { table: wanted } = entry.fault;
      if (wanted !== undefined && table !== wanted) continue;
      turn.push(entry);
      if (Number.isFinite(entry.left)) break;
    }
    return turn;
  }

  #commit(entry: Entry): void {
    this.fired[entry.fault.kind]++;
    entry.left--;
    // What strikes a stream waits again, what spoils an answer spoils those that follow.
    if (STRIKES.has(entry.fault.kind)) entry.requests = entry.records = 0;
    if (entry.left === 0) this.#line.splice(this.#line.indexOf(entry), 1);
  }
}

function entryOf(fault: Fault): Entry {
  const times = fault.times ?? (fault.kind === "reject_record" ? "always" : 1);
  return { fault, left: times === "always" ? Infinity : times, requests: 0, records: 0 };
}

function isOneOf<K extends FaultKind>(fault: Fault, kinds: readonly K[]): fault is FaultOf<K> {
  return (kinds as readonly FaultKind[]).includes(fault.kind);
}

function isDue({ fault, requests, records }: Entry, atCreation: boolean): boolean {
  const at = momentOf(fault);
  if (at === "creation") return atCreation;
  return !atCreation && ("requests" in at ? requests >= at.requests : records >= at.records);
}

function momentOf(fault: Fault): Moment {
  switch (fault.kind) {
    case "delay_creation":
    case "wrong_first_message":
    case "missing_stream_id":
      return "creation";
    default:
      return "at" in fault ? fault.at : { requests: 0 };
  }
}
