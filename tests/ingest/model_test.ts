/**
 * Random interleavings of everything that can happen to a stream, against a model of what must be
 * true whatever happens.
 *
 * @module
 */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { test } from "../harness/mod.ts";
import { settle } from "./fake_clock.ts";
import type { MemoryConnection } from "./memory_transport.ts";
import { held, idOf, invalid, payload, type Stage, stage, unavailable } from "./stage.ts";

const LIMITS = {
  maxInflightRequests: 6,
  maxInflightBytes: 60,
  ackTimeoutMs: 20_000,
  connectTimeoutMs: 5_000,
};

/** Something that happens. */
type Step =
  | { readonly do: "ingest"; readonly size: number }
  | { readonly do: "acknowledge"; readonly count: number }
  | { readonly do: "wait"; readonly which: number }
  | { readonly do: "announceEnd"; readonly ms: number }
  | { readonly do: "advance"; readonly ms: number }
  | {
    readonly do:
      | "withdraw"
      | "flush"
      | "acknowledgeAgain"
      | "loseAcknowledgement"
      | "fail"
      | "end"
      | "breakSending"
      | "stall"
      | "resume"
      | "refuseNext"
      | "hangNext";
  };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant("ingest" as const), size: sizes() }) },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant("acknowledge" as const),
        count: fc.integer({ min: 1, max: 4 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("wait" as const), which: fc.nat() }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("announceEnd" as const),
        ms: fc.constantFrom(0, 100, 50_000),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("advance" as const),
        ms: fc.constantFrom(1, 100, 4_000, 30_000),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constantFrom(
          "withdraw" as const,
          "flush" as const,
          "acknowledgeAgain" as const,
          "loseAcknowledgement" as const,
          "fail" as const,
          "end" as const,
          "breakSending" as const,
          "stall" as const,
          "resume" as const,
          "refuseNext" as const,
          "hangNext" as const,
        ),
      }),
    },
  ),
  { maxLength: 60, size: "max" },
);

function sizes(): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 4, max: 30 }) },
    { weight: 1, arbitrary: fc.integer({ min: 61, max: 90 }) },
  );
}

/** How a run comes to its end. */
const ends = fc.constantFrom("drain", "close", "abort", "fatal");

/** What must be true, kept beside the stream. */
class Model {
  readonly set: Stage;
  /** Numbers of the requests that were admitted, by logical offset. */
  readonly ingested: number[] = [];
  /** Requests that the client knows to be durable: a prefix of the above. */
  durable = 0;
  /** Numbers of the requests in the order in which the server made them durable, each once. */
  readonly landed: number[] = [];
  readonly promises: Promise<unknown>[] = [];
  readonly #withdrawals: AbortController[] = [];
  /** Per connection: how many of its requests are acknowledged, and what came before them. */
  readonly #progress = new Map<MemoryConnection, { acknowledged: number; base: number }>();
  #next = 0;

  constructor(chance: number) {
    this.set = stage({ limits: LIMITS, retry: { maxAttempts: 1e9, maxDelayMs: 5_000 } });
    this.set.clock.chances = [chance];
    this.set.transport.onConnection = (server) => {
      const base = this.durable;
      this.#progress.set(server, { acknowledged: 0, base });
      server.onRequest = ({ offset, records }) => {
        assertEquals(idOf(records), this.#idAt(base + offset), "out of order, or sent again");
      };
    };
  }

  async apply(step: Step): Promise<void> {
    const { stream, transport, clock } = this.set;
    const server = this.#live();
    switch (step.do) {
      case "ingest":
        this.#ingest(step.size);
        break;
      case "withdraw":
        this.#withdrawals.pop()?.abort();
        break;
      case "wait":
        if (this.ingested.length > 0) {
          const offset = BigInt(step.which % this.ingested.length);
          this.promises.push(held(stream.waitForOffset(offset, { timeoutMs: Infinity })));
        }
        break;
      case "flush":
        this.promises.push(held(stream.flush({ timeoutMs: Infinity })));
        break;
      case "acknowledge":
        if (server) this.#acknowledge(server, step.count, true);
        break;
      case "acknowledgeAgain":
        if (server) this.#acknowledge(server, 0, true);
        break;
      case "loseAcknowledgement":
        if (server) this.#acknowledge(server, Infinity, false);
        server?.fail(unavailable());
        break;
      case "fail":
        server?.fail(unavailable());
        break;
      case "end":
        server?.end();
        break;
      case "breakSending":
        server?.breakSending(unavailable());
        break;
      case "stall":
        server?.stall();
        break;
      case "resume":
        server?.resume();
        break;
      case "announceEnd":
        server?.announceEnd(step.ms);
        break;
      case "refuseNext":
        transport.answers.push(unavailable());
        break;
      case "hangNext":
        transport.answers.push("hang");
        break;
      case "advance":
        await clock.advance(step.ms);
        break;
    }
    await settle();
    this.check();
  }

  check(): void {
    const { stream } = this.set;
    assertEquals(stream.failure, undefined);
    this.checkUnacknowledged();
    assertLessOrEqual(stream.inflightRequests, LIMITS.maxInflightRequests);
    assert(stream.inflightRequests <= 1 || stream.inflightBytes <= LIMITS.maxInflightBytes);
    const bytes = stream.unacknowledged().reduce(
      (sum, { records }) => sum + records.bytes.length,
      0,
    );
    assertEquals(stream.inflightBytes, bytes);
  }

  /** What is ingested is durable or unacknowledged, nothing is both, and all of it is in order. */
  checkUnacknowledged(): void {
    assertEquals(
      this.set.stream.unacknowledged().map(({ offset, records }) => [offset, idOf(records.bytes)]),
      this.ingested.slice(this.durable).map((id, n) => [BigInt(this.durable + n), id]),
    );
  }

  /** From now on the server is well and acknowledges whatever it gets. */
  heal(): void {
    const { transport } = this.set;
    transport.answers.length = 0;
    const { onConnection } = transport;
    transport.onConnection = (server) => {
      onConnection(server);
      this.#cure(server);
    };
    const server = this.#live();
    if (server === undefined) return;
    server.resume();
    this.#cure(server);
    if (server.requests.length > 0) this.#acknowledge(server, Infinity, true);
  }

  #cure(server: MemoryConnection): void {
    const { onRequest } = server;
    server.onRequest = (request) => {
      onRequest(request);
      this.#acknowledge(server, Infinity, true);
    };
  }

  #ingest(size: number): void {
    const id = this.#next++;
    const withdrawal = new AbortController();
    this.#withdrawals.push(withdrawal);
    const before = this.set.stream.inflightRequests;
    const ingested = held(this.set.stream.ingest(payload(id, size), { signal: withdrawal.signal }));
    // What is admitted at once may reach the server before its promise is heard of.
    if (this.set.stream.inflightRequests > before) this.ingested.push(id);
    else ingested.then(() => this.#learn(id), () => {});
    this.promises.push(ingested.then((offset) => assertEquals(this.ingested[Number(offset)], id)));
    held(this.promises.at(-1)!);
  }

  /** A request from the line entered the window; the server may have been faster to notice. */
  #learn(id: number): void {
    if (!this.ingested.includes(id)) this.ingested.push(id);
  }

  #idAt(offset: number): number | undefined {
    if (offset >= this.ingested.length) {
      const entry = this.set.stream.unacknowledged().find((it) => Number(it.offset) === offset);
      if (entry !== undefined) this.#learn(idOf(entry.records.bytes));
    }
    return this.ingested[offset];
  }

  #acknowledge(server: MemoryConnection, count: number, isDelivered: boolean): void {
    const progress = this.#progress.get(server)!;
    const upTo = Math.min(progress.acknowledged + count, server.requests.length);
    for (const { records } of server.requests.slice(0, upTo)) {
      const id = idOf(records);
      if (!this.landed.includes(id)) this.landed.push(id);
    }
    if (!isDelivered || upTo === 0) return;
    progress.acknowledged = upTo;
    this.durable = progress.base + upTo;
    server.acknowledge(upTo - 1);
  }

  /** The connection that is open on both sides, if there is one. */
  #live(): MemoryConnection | undefined {
    const server = this.set.transport.connections.at(-1);
    return server?.isOpen ? server : undefined;
  }
}

test("whatever happens, every request is durable once, in order, or handed back", async () => {
  let runs = 0;
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(steps, ends, fc.constantFrom(0, 0.5, 0.99), async (happening, end, chance) => {
      runs++;
      const model = new Model(chance);
      const { stream, clock, transport } = model.set;
      for (const step of happening) await model.apply(step);
      for (const [hook] of model.set.events) seen.add(hook);

      if (end === "drain" || end === "close") {
        model.heal();
        const done = held(end === "close" ? stream.close() : stream.flush());
        await clock.advance(200_000);
        await done;
        assertEquals(stream.unacknowledged(), []);
        assertEquals(model.landed, model.ingested, "landed in order, without a gap");
        assertEquals(model.durable, model.ingested.length);
      } else if (end === "abort") {
        stream.abort();
      } else {
        const server = transport.connections.at(-1);
        if (server?.isOpen) server.fail(invalid());
        else transport.answers.splice(0, Infinity, invalid());
        await clock.advance(200_000);
      }
      await settle();
      model.checkUnacknowledged();
      if (end === "drain") await stream.close();
      // Whoever waited has been told, and nothing is left running.
      stream.abort();
      await Promise.allSettled(model.promises);
      await settle();
      assertEquals(clock.timers, 0);
      assert(transport.connections.every(({ dropped }) => dropped));
    }),
    { numRuns: 300 },
  );
  assert(runs >= 300);
  for (const hook of ["connected", "acknowledged", "retrying", "paused"]) assert(seen.has(hook));
});
