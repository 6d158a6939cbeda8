/**
 * What must be true of an ingest stream, whatever happens.
 *
 * @module
 */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { settle } from "./fake_clock.ts";
import type { MemoryConnection } from "./memory_transport.ts";
import { held, idOf, payload, type Stage, stage, unauthenticated, unavailable } from "./stage.ts";

const LIMITS = {
  maxInflightRequests: 6,
  maxInflightBytes: 60,
  ackTimeoutMs: 20_000,
  connectTimeoutMs: 5_000,
};

/** Something that takes no time. */
export type Event =
  | { readonly do: "ingest"; readonly size: number }
  | { readonly do: "acknowledge"; readonly count: number }
  | { readonly do: "wait"; readonly which: number }
  | { readonly do: "announceEnd"; readonly ms: number }
  | { readonly do: "freeze"; readonly ms: number }
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
      | "ignoreHalfClose"
      | "refuseNext"
      | "refuseCredentials"
      | "failProvider"
      | "hangNext";
  };

/** Something that happens. */
export type Step =
  | Event
  | { readonly do: "advance"; readonly ms: number }
  /** Before anybody has had a turn in between. */
  | { readonly do: "together"; readonly events: readonly Event[] };

/** What the server knows of a connection. */
interface Progress {
  /** How many of its requests are acknowledged. */
  acknowledged: number;
  /** How many were durable before it. */
  readonly base: number;
  /** Whether the client has been told that it will end. */
  isAnnounced: boolean;
}

/** What must be true, kept beside the stream. */
export class Model {
  readonly set: Stage;
  /** Numbers of the requests that were admitted, by logical offset. */
  readonly ingested: number[] = [];
  /** Requests that the client knows to be durable: a prefix of the above. */
  durable = 0;
  /** Numbers of the requests in the order in which the server made them durable, each once. */
  readonly landed: number[] = [];
  readonly promises: Promise<unknown>[] = [];
  /** What the server found wrong; what it threw would look like a broken connection. */
  readonly violations: string[] = [];
  /** Requests in line, by number. */
  readonly #waiting = new Map<number, { size: number; withdrawal: AbortController }>();
  readonly #progress = new Map<MemoryConnection, Progress>();
  /** Connections whose end was announced, but perhaps not heard of yet. */
  readonly #announced = new Set<Progress>();
  #next = 0;
  /** Whether credentials were refused, or are about to be, since the last progress. */
  #refused = false;
  /** How often the headers provider is going to fail. */
  #providerFailures = 0;

  constructor(chance: number) {
    this.set = stage({
      limits: LIMITS,
      retry: { maxAttempts: 1e9, maxDelayMs: 5_000 },
      headersProvider: () => {
        if (this.#providerFailures-- > 0) throw new Error("the vault is closed");
        this.#providerFailures = 0;
        return {};
      },
    });
    this.set.clock.chances = [chance];
    this.set.transport.onConnection = (server) => {
      const base = this.durable;
      const progress: Progress = { acknowledged: 0, base, isAnnounced: false };
      this.#progress.set(server, progress);
      server.onRequest = ({ offset, records }) => {
        const [found, expected] = [idOf(records), this.#idAt(base + offset)];
        if (found !== expected) this.violations.push(`${found} came instead of ${expected}`);
        if (progress.isAnnounced) this.violations.push(`${found} came during a pause`);
      };
    };
  }

  async apply(step: Step): Promise<void> {
    if (step.do === "advance") await this.set.clock.advance(step.ms);
    else if (step.do === "together") step.events.forEach((event) => this.#happen(event));
    else this.#happen(step);
    await settle();
    for (const progress of this.#announced) progress.isAnnounced = true;
    this.check();
  }

  #happen(step: Event): void {
    const { stream, transport, clock } = this.set;
    const server = this.#live();
    switch (step.do) {
      case "ingest":
        this.#ingest(step.size);
        break;
      case "withdraw":
        for (const { withdrawal } of [...this.#waiting.values()].slice(0, 1)) withdrawal.abort();
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
        if (server) this.#announced.add(this.#progress.get(server)!);
        break;
      case "refuseNext":
        transport.answers.push(unavailable());
        break;
      case "hangNext":
        transport.answers.push("hang");
        break;
      case "ignoreHalfClose":
        if (server) server.endsOnHalfClose = false;
        break;
      case "refuseCredentials":
        // Twice in a row would be final.
        if (!this.#refused) transport.answers.push(unauthenticated());
        this.#refused = true;
        break;
      case "failProvider":
        this.#providerFailures++;
        break;
      case "freeze":
        clock.freeze(step.ms);
        break;
    }
  }

  check(): void {
    const { stream } = this.set;
    assertEquals([this.violations, stream.failure], [[], undefined]);
    assert(!this.set.transport.connections.some(({ hasLateRequests }) => hasLateRequests));
    this.checkUnacknowledged();
    assertEquals(this.ingested, this.ingested.toSorted((a, b) => a - b), "nobody overtook");
    assertLessOrEqual(stream.inflightRequests, LIMITS.maxInflightRequests);
    assert(stream.inflightRequests <= 1 || stream.inflightBytes <= LIMITS.maxInflightBytes);
    const bytes = stream.unacknowledged().reduce(
      (sum, { records }) => sum + records.bytes.length,
      0,
    );
    assertEquals(stream.inflightBytes, bytes);
    for (const { size } of [...this.#waiting.values()].slice(0, 1)) {
      assert(stream.inflightRequests > 0, "somebody waits for an empty window");
      const isFull = stream.inflightRequests === LIMITS.maxInflightRequests;
      assert(
        isFull || bytes + size > LIMITS.maxInflightBytes,
        "somebody waits though there is room",
      );
    }
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
    transport.answers.length = this.#providerFailures = 0;
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
    this.#waiting.set(id, { size, withdrawal });
    const ingested = this.set.stream.ingest(payload(id, size), { signal: withdrawal.signal }).then(
      (offset) => {
        this.#learn(id);
        if (this.ingested[Number(offset)] !== id) this.violations.push(`${id} has a wrong offset`);
      },
      () => {},
    );
    this.promises.push(ingested.then(() => this.#waiting.delete(id)));
  }

  /** A request entered the window; the server may notice before the promise is heard of. */
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
    if (upTo > progress.acknowledged && !this.#isRefusalAhead()) this.#refused = false;
    progress.acknowledged = upTo;
    this.durable = progress.base + upTo;
    server.acknowledge(upTo - 1);
  }

  #isRefusalAhead(): boolean {
    return this.set.transport.answers.some((answer) =>
      answer instanceof Error && answer.name === "AuthenticationError"
    );
  }

  /** The connection that is open on both sides, if there is one. */
  #live(): MemoryConnection | undefined {
    const server = this.set.transport.connections.at(-1);
    return server?.isOpen ? server : undefined;
  }
}
