/**
 * Acknowledgements: in order, and late, together, twice or wrong where they are told to be.
 *
 * @module
 */
import type { ServedStream } from "../behaviour.ts";
import type { FaultKind } from "./fault.ts";
import type { FaultScript } from "./fault_script.ts";
import { pause } from "./pause.ts";

const KINDS = [
  "delay_acknowledgement",
  "coalesce_acknowledgements",
  "duplicate_acknowledgement",
  "withhold_acknowledgement",
  "partial_acknowledgement",
  "backward_acknowledgement",
  "excessive_acknowledgement",
] as const satisfies readonly FaultKind[];

const DEFAULT_WAIT_MS = 20;
const DEFAULT_BACKWARD = 2;
const DEFAULT_BEYOND = 1_000_000;

/** Requests that share an acknowledgement. */
interface Group {
  missing: number;
  /** The latest of them. */
  offset: bigint;
  /** Aborts when the group is complete. */
  readonly complete: AbortController;
}

/** The acknowledgements of one stream. */
export class Acknowledgements {
  readonly #stream: ServedStream;
  readonly #script: FaultScript;
  /** What is yet to be said, in order. Never rejects. */
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  #group: Group | undefined;
  #muted = false;

  /** Says nothing yet. */
  constructor(stream: ServedStream, script: FaultScript) {
    this.#stream = stream;
    this.#script = script;
  }

  /** A request of so many records was kept: acknowledges it, as the script has it. */
  async answer(offset: bigint, records: number): Promise<void> {
    if (this.#group !== undefined) return this.#join(this.#group, offset);
    const fault = this.#script.take(this.#stream.tableName, { kinds: KINDS });
    switch (fault?.kind) {
      case undefined:
        return await this.#say(offset);
      case "delay_acknowledgement":
        return this.#enqueue(async (signal) => {
          await pause(fault.delayMs, signal);
          await this.#acknowledge(offset);
        });
      case "coalesce_acknowledgements":
        return this.#gather(fault.every, fault.delayMs ?? DEFAULT_WAIT_MS, offset);
      case "duplicate_acknowledgement":
        return await this.#say(offset, offset);
      case "withhold_acknowledgement":
        return;
      case "partial_acknowledgement": {
        if (!this.#stream.countsRecords) return;
        const moreRecords = Math.min(fault.records, records);
        return await this.#stream.send({ kind: "acknowledged", upTo: offset - 1n, moreRecords });
      }
      case "backward_acknowledgement":
        return await this.#say(offset, offset - BigInt(fault.by ?? DEFAULT_BACKWARD));
      case "excessive_acknowledgement":
        return await this.#say(offset + BigInt(fault.by ?? DEFAULT_BEYOND));
    }
  }

  /** Resolves when everything has been said. */
  async finish(): Promise<void> {
    this.#group?.complete.abort();
    await this.#queue;
  }

  /** Says nothing more. */
  mute(): void {
    this.#muted = true;
  }

  #gather(every: number, delayMs: number, offset: bigint): void {
    const group = this.#group = { missing: every, offset, complete: new AbortController() };
    this.#enqueue(async (signal) => {
      await pause(delayMs, AbortSignal.any([signal, group.complete.signal])).catch(() => {});
      if (this.#group === group) this.#group = undefined;
      await this.#acknowledge(group.offset);
    });
    this.#join(group, offset);
  }

  #join(group: Group, offset: bigint): void {
    group.offset = offset;
    if (--group.missing > 0) return;
    this.#group = undefined;
    group.complete.abort();
  }

  /** Says it now, or in its turn. */
  async #say(...offsets: readonly bigint[]): Promise<void> {
    const say = async () => {
      for (const offset of offsets) await this.#acknowledge(offset);
    };
    if (this.#queued === 0) await say();
    else this.#enqueue(say);
  }

  #enqueue(say: (signal: AbortSignal) => Promise<void>): void {
    this.#queued++;
    this.#queue = this.#queue.then(() => say(this.#stream.signal))
      // The stream has ended, which is noticed elsewhere.
      .catch(() => {})
      .finally(() => this.#queued--);
  }

  async #acknowledge(upTo: bigint): Promise<void> {
    if (this.#muted) return;
    await this.#stream.send({ kind: "acknowledged", upTo });
  }
}
