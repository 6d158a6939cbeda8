/**
 * Which messages are compressed.
 *
 * @module
 */
import type { Exchange } from "./exchange.ts";

/** The same exchange, with the flags of every message that is read written down. */
export function counting(exchange: Exchange, flags: number[]): Exchange {
  const nextEnvelope = exchange.nextEnvelope.bind(exchange);
  exchange.nextEnvelope = async () => {
    const next = await nextEnvelope();
    if (next !== undefined) flags.push(next.flags);
    return next;
  };
  return exchange;
}
