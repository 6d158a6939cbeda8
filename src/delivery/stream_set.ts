/**
 * The streams of one wrapper, by schema.
 *
 * @module
 */
import type { IngestStream } from "../ingest/ingest_stream.ts";
import type { SchemaPlan } from "../schema/plan.ts";
import { Turn } from "./turn.ts";

/** One stream and the order in which senders may feed it. */
export interface Lane {
  /** The stream. */
  readonly stream: IngestStream;
  /** Held while a request is encoded and admitted. */
  readonly turn: Turn;
}

/**
 * Idle streams beyond this number are closed, the least recently used first. A program that
 * alternates between a few schemas keeps them all open; one that never repeats a schema does not
 * collect connections.
 */
const MAX_IDLE_LANES = 16;

/**
 * Opens a stream per schema (or several, for parallel lanes) and replaces those that failed. A
 * batch never travels on a stream that was opened with another descriptor.
 */
export class StreamSet {
  readonly #open: (plan: SchemaPlan) => IngestStream;
  readonly #width: number;
  /** In order of last use, by descriptor. */
  readonly #lanes = new Map<string, Lane[]>();
  readonly #closing = new Set<Promise<void>>();

  /** @param width lanes for each schema */
  constructor(open: (plan: SchemaPlan) => IngestStream, width: number) {
    this.#open = open;
    this.#width = width;
  }

  /** The lane to use for a batch with this plan: the one with the least in flight, in rotation. */
  lane(plan: SchemaPlan): Lane {
    const lanes = (this.#lanes.get(plan.key) ?? []).filter(({ stream }) => isUsable(stream));
    this.#lanes.delete(plan.key);
    this.#lanes.set(plan.key, lanes);
    const lane = lanes.length < this.#width ? this.#openLane(plan) : takeLeastLoaded(lanes);
    lanes.push(lane);
    return lane;
  }

  /** Every stream that is in use or may be used again. */
  streams(): IngestStream[] {
    return [...this.#lanes.values()].flat().map(({ stream }) => stream);
  }

  /** Closes every stream. What that leaves undone, the deliveries report. */
  async close(): Promise<void> {
    const streams = this.streams();
    this.#lanes.clear();
    await Promise.allSettled([...streams.map((stream) => stream.close()), ...this.#closing]);
  }

  #openLane(plan: SchemaPlan): Lane {
    this.#closeIdle(plan.key);
    return { stream: this.#open(plan), turn: new Turn() };
  }

  #closeIdle(exceptKey: string): void {
    let surplus = this.streams().length - MAX_IDLE_LANES + 1;
    for (const [key, lanes] of this.#lanes) {
      if (surplus <= 0) return;
      if (key === exceptKey || !lanes.every(({ stream }) => isIdle(stream))) continue;
      this.#lanes.delete(key);
      for (const { stream } of lanes) {
        surplus--;
        // Nothing is in flight, so there is nothing whose loss the outcome could report.
        const closing = stream.close().catch(() => {});
        this.#closing.add(closing);
        closing.finally(() => this.#closing.delete(closing));
      }
    }
  }
}

/** Takes the lane with the least in flight out of the list; of equals, the first. */
function takeLeastLoaded(lanes: Lane[]): Lane {
  let best = 0;
  for (let index = 1; index < lanes.length; index++) {
    if (lanes[index]!.stream.inflightBytes < lanes[best]!.stream.inflightBytes) best = index;
  }
  return lanes.splice(best, 1)[0]!;
}

function isIdle(stream: IngestStream): boolean {
  return stream.inflightRequests === 0;
}

function isUsable(stream: IngestStream): boolean {
  return stream.state !== "failed" && stream.state !== "closed" && stream.state !== "closing";
}
