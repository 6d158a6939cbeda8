/**
 * The deliveries of one wrapper: those on their way, and those to be handed back.
 *
 * @module
 */
import type { ArrowBatch } from "../core/arrow.ts";
import type { ZerobusError } from "../core/errors.ts";
import type { Delivery } from "./delivery.ts";

/** A failure, and what was on its way when it happened: several streams may fail one by one. */
interface Incident {
  /** Those of which nobody knows that they arrived, in the order in which they were sent. */
  readonly witnesses: Set<Delivery>;
  /** Those of them that failed. */
  readonly lost: Set<Delivery>;
}

/**
 * Keeps track of deliveries until their rows are durable, or somebody had a chance to take them
 * back: until the next failure that hits what was sent after this one.
 */
export class Deliveries {
  readonly #active = new Set<Delivery>();
  #latest: Incident = { witnesses: new Set(), lost: new Set() };

  /** Takes one that has just begun. */
  add(delivery: Delivery): void {
    this.#active.add(delivery);
    delivery.result.then(({ error }) => {
      const isLost = error !== undefined && !delivery.isRefused && !cannotBeSent(error);
      if (isLost) this.#keep(delivery);
      else this.#latest.witnesses.delete(delivery);
      this.#active.delete(delivery);
    });
  }

  /**
   * Resolves when every delivery that is on its way now has its result: with the first failure, in
   * the order in which they were sent. One that its sender has withdrawn is no failure.
   */
  async finished(): Promise<ZerobusError | undefined> {
    const deliveries = [...this.#active];
    const results = await Promise.all(deliveries.map(({ result }) => result));
    const failed = results.find(({ error }, index) =>
      error !== undefined && !deliveries[index]?.isWithdrawn
    );
    return failed?.error;
  }

  /** Lets none of them send anything more. */
  abort(error: ZerobusError): void {
    for (const delivery of this.#active) delivery.abort(error);
  }

  /** The rows that are not known to be durable, in the order in which they were sent. */
  undelivered(): ArrowBatch[] {
    const { witnesses, lost } = this.#latest;
    return [...new Set([...witnesses, ...this.#active])]
      .filter((delivery) => lost.has(delivery) || this.#active.has(delivery))
      .flatMap((delivery) => delivery.undelivered());
  }

  #keep(delivery: Delivery): void {
    if (!this.#latest.witnesses.has(delivery)) {
      this.#latest = { witnesses: new Set(this.#active), lost: new Set() };
    }
    this.#latest.lost.add(delivery);
  }
}

/** Whether the batch itself is at fault: it would fail again, so there is nothing to hand back. */
function cannotBeSent({ code }: ZerobusError): boolean {
  return code === "configuration" || code === "conversion";
}
