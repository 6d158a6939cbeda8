/**
 * The lanes of one wrapper, by schema.
 *
 * @module
 */
import type { ZerobusError } from "../core/errors.ts";
import type { StreamFormat } from "../core/record_format.ts";
import type { IngestStream } from "../ingest/ingest_stream.ts";
import { Lane } from "./lane.ts";
import type { RequestPlan } from "./request_plan.ts";

/** How a {@linkcode StreamSet} is set up. */
export interface StreamSetOptions {
  /** Opens a stream for records of a format. */
  readonly open: (format: StreamFormat) => IngestStream;
  /** Lanes for each schema. */
  readonly width: number;
  /** Whether lanes look for the records that the service refuses. */
  readonly isolates: boolean;
}

/**
 * Idle streams beyond this number are closed, the least recently used first. A program that
 * alternates between a few schemas keeps them all open; one that never repeats a schema does not
 * collect connections.
 */
const MAX_IDLE_LANES = 16;

/**
 * Opens a lane per schema (or several, for parallel streams) and replaces those that failed. A
 * batch never travels on a stream that was opened for another format or schema.
 */
export class StreamSet {
  readonly #options: StreamSetOptions;
  /** In order of last use, by the plans' keys. */
  readonly #lanes = new Map<string, Lane[]>();
  readonly #closing = new Set<Promise<void>>();

  /** Opens nothing yet. */
  constructor(options: StreamSetOptions) {
    this.#options = options;
  }

  /**
   * The lane to use for the next request with this plan: the one with the shortest queue and of
   * those the one with the least in flight, in rotation.
   */
  lane(plan: RequestPlan): Lane {
    const lanes = (this.#lanes.get(plan.key) ?? []).filter(({ isUsable }) => isUsable);
    this.#lanes.delete(plan.key);
    this.#lanes.set(plan.key, lanes);
    const lane = lanes.length < this.#options.width ? this.#openLane(plan) : takeLeastLoaded(lanes);
    lanes.push(lane);
    return lane;
  }

  /** Closes every stream. What that leaves undone, the deliveries report. */
  async close(): Promise<void> {
    const closing = this.#all().map((lane) => lane.close());
    this.#lanes.clear();
    await Promise.allSettled([...closing, ...this.#closing]);
  }

  /** Stops every stream at once, for this reason. Nothing may be sent afterwards. */
  abort(error: ZerobusError): void {
    for (const lane of this.#all()) lane.abort(error);
  }

  #all(): Lane[] {
    return [...this.#lanes.values()].flat();
  }

  #openLane(plan: RequestPlan): Lane {
    this.#closeIdle(plan.key);
    return new Lane(() => this.#options.open(plan.format), this.#options.isolates);
  }

  #closeIdle(exceptKey: string): void {
    let surplus = this.#all().length - MAX_IDLE_LANES + 1;
    for (const [key, lanes] of this.#lanes) {
      if (surplus <= 0) return;
      if (key === exceptKey || !lanes.every(({ isIdle }) => isIdle)) continue;
      this.#lanes.delete(key);
      for (const lane of lanes) {
        surplus--;
        // Nothing is in flight, so there is nothing whose loss the outcome could report.
        const closing = lane.close().catch(() => {});
        this.#closing.add(closing);
        closing.finally(() => this.#closing.delete(closing));
      }
    }
  }
}

/** Takes the lane that is best for a new request out of the list; of equals, the first. */
function takeLeastLoaded(lanes: Lane[]): Lane {
  let best = 0;
  for (let index = 1; index < lanes.length; index++) {
    const [one, other] = [lanes[index]!, lanes[best]!];
    const lead = one.queue - other.queue || one.bytes - other.bytes;
    if (lead < 0) best = index;
  }
  return lanes.splice(best, 1)[0]!;
}
