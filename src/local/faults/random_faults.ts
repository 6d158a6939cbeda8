/**
 * Faults by chance, the same ones for the same seed.
 *
 * @module
 */
import type { Fault, Moment, RandomFaultOptions } from "./fault.ts";
import { checkedRandom } from "./resolve_faults.ts";

type Draw = (most: number) => number;

/**
 * An endless sequence of passing faults, after which a patient client has lost nothing. Give some of
 * it to `faults` to have a part that can be repeated, or to choose kinds.
 *
 * Some of them are noticed by time-outs only (`silence`, a withheld acknowledgement), so clients
 * should have short ones.
 *
 * @example
 * ```ts
 * import { randomFaults, startLocalZerobus } from "@zerobus/wrapper/testing";
 *
 * const chance = randomFaults({ seed: 7, rate: 0.1 });
 * const faults = Array.from({ length: 20 }, () => chance.next().value);
 * await using local = await startLocalZerobus({ faults });
 * ```
 *
 * @throws {ConfigurationError} for options that cannot be.
 */
export function* randomFaults(options: RandomFaultOptions): Generator<Fault, never> {
  const { seed, rate } = checkedRandom("randomFaults", options);
  const random = numbers(seed);
  const draw: Draw = (most) => Math.floor(random() * (most + 1));
  for (;;) {
    // Requests between faults are as many as if each one met a fault with the same probability.
    const requests = Math.floor(Math.log(1 - random()) / Math.log(1 - rate)) || 0;
    yield* FAULTS[draw(FAULTS.length - 1)]!(draw, { requests });
  }
}

const STATUSES = [
  "UNAVAILABLE",
  "INTERNAL",
  "ABORTED",
  "CANCELLED",
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
  "RESOURCE_EXHAUSTED",
] as const;

/** Each gives one fault, or a few that make sense only together. */
const FAULTS: readonly ((draw: Draw, at: { readonly requests: number }) => Fault[])[] = [
  (draw, at) => [{ kind: "error", at, status: anyOf(STATUSES, draw) }],
  (draw, at) => [{ kind: "error", at, status: "UNAVAILABLE", retryAfterMs: draw(20) }],
  (_, at) => [{ kind: "end", at }],
  (_, at) => [{ kind: "reset", at }],
  (_, at) => [{ kind: "silence", at }],
  (draw, at) => [{ kind: "close_signal", at, durationMs: draw(50) }],
  (_, at) => [{ kind: "close_signal", at }],
  (draw, at) => [{ kind: "slow_reads", at, pauseMs: draw(50) }],
  (draw, at) => [{ kind: "delay_acknowledgement", at, delayMs: draw(50), times: 1 + draw(4) }],
  (draw, at) => [{ kind: "coalesce_acknowledgements", at, every: 2 + draw(8), times: 1 + draw(4) }],
  (draw, at) => [{ kind: "duplicate_acknowledgement", at, times: 1 + draw(4) }],
  // What is lost stays lost: the connection goes before a later acknowledgement can make up for it.
  (draw, at) => [
    { kind: "withhold_acknowledgement", at, times: 1 + draw(2) },
    interruption(draw, { requests: 0 }),
  ],
  (draw, at) => [
    { kind: "partial_acknowledgement", at, records: 1 + draw(50) },
    interruption(draw, { requests: 0 }),
  ],
  // Something has to make the client come back before a creation can go wrong.
  (draw, at) => [{ kind: "end", at }, interruption(draw, "creation")],
  (draw, at) => [{ kind: "end", at }, { kind: "delay_creation", delayMs: draw(50) }],
  (_, at) => [{ kind: "end", at }, { kind: "wrong_first_message" }],
  (_, at) => [{ kind: "end", at }, { kind: "missing_stream_id" }],
  (_, at) => [{ kind: "end", at }, { kind: "reject_token" }],
  (draw, at) => [
    { kind: "end", at },
    { kind: "reject_token" },
    { kind: "token_error", status: anyOf([429, 500, 503], draw) },
  ],
];

function interruption(draw: Draw, at: Moment): Fault {
  const kind = anyOf(["error", "end", "reset"] as const, draw);
  return kind === "error" ? { kind, at, status: anyOf(STATUSES, draw) } : { kind, at };
}

function anyOf<T>(choices: readonly T[], draw: Draw): T {
  return choices[draw(choices.length - 1)]!;
}

/** Numbers in [0, 1): mulberry32, a public-domain generator of 32 bits. */
function numbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
