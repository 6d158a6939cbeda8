/**
 * One insert: an array of JSON records in, one answer out.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect";
import type { ServedStream, StreamResponse } from "./behaviour.ts";
import { forever } from "./faults/pause.ts";
import { elementsOf } from "./json_array.ts";
import { JsonRecords } from "./json_records.ts";
import type { LandedRequest, RequestSource } from "./landed_request.ts";
import type { OpenCall } from "./open_call.ts";
import { IncomingRequest, refuse, type StreamServices } from "./open_stream.ts";

/** A POST to a table. */
export interface InsertCall {
  /** Full name of the table. */
  readonly tableName: string;
  /** Reads the body; throws if it is too large, or the client goes away. */
  body(): Promise<Uint8Array>;
  /** How it ends, or is ended. */
  readonly life: OpenCall;
}

/** What a POST is answered with, if nobody says that it failed. */
export type InsertOutcome =
  /** The rows are durable. */
  | "durable"
  /** An answer that is not what it should be. */
  | "nonsense"
  /** None: the connection goes. */
  | "nothing";

/**
 * A POST, to whatever decides what goes wrong: a stream of one request, which is accepted when its
 * header is there, and acknowledged by its answer.
 */
export class Insert implements ServedStream, RequestSource {
  readonly id: string = crypto.randomUUID();
  readonly countsRecords = false;
  readonly #call: InsertCall;
  readonly #services: StreamServices;
  #landed: LandedRequest | undefined;
  #outcome: InsertOutcome = "nothing";

  /** Does nothing before {@linkcode Insert.serve}. */
  constructor(call: InsertCall, services: StreamServices) {
    this.#call = call;
    this.#services = services;
  }

  get tableName(): string {
    return this.#call.tableName;
  }

  get signal(): AbortSignal {
    return this.#call.life.signal;
  }

  get cutAt(): number | undefined {
    return this.#call.life.cutAt;
  }

  /** What the client is told when the call has ended without an error. */
  get outcome(): InsertOutcome {
    return this.#outcome;
  }

  /**
   * Checks and keeps the records, all of them or none, and answers.
   *
   * @throws {ConnectError} with the status that the answer is made of
   */
  async serve(): Promise<void> {
    const { tables, stats, behave } = this.#services;
    const table = tables.find(this.tableName);
    if (table === undefined) {
      throw new ConnectError(`there is no table ${this.tableName}`, Code.NotFound);
    }
    const behaviour = behave(this);
    await behaviour.created();
    this.signal.throwIfAborted();
    const elements = elementsOf(await this.#call.body()) ?? refuse("the body is no JSON array");
    const records = new JsonRecords(elements, table.definition);
    const problem = records.problem();
    if (problem !== undefined) refuse(`record ${problem.index}: ${problem.message}`);
    const request = new IncomingRequest(0n, records);
    const refusal = behaviour.refusal(request);
    if (refusal !== undefined) throw refusal;
    this.signal.throwIfAborted();
    this.#landed = table.add(this, request.offset, records);
    stats.requests++;
    stats.records += records.count;
    stats.bytes += records.byteCount;
    await behaviour.kept(request);
    await behaviour.finished();
    if (!this.signal.aborted) await forever(this.signal);
  }

  /** An acknowledgement is the answer. An acceptance is none, and nobody asks for an ending. */
  send(response: StreamResponse): Promise<void> {
    if (this.signal.aborted) return Promise.reject(this.signal.reason);
    if (response.kind === "acknowledged" && this.#landed !== undefined) {
      this.#landed.acknowledge();
      this.#services.stats.acknowledgements++;
      this.#answer("durable");
    } else if (response.kind !== "closing" && !isAcceptance(response)) {
      this.#answer("nonsense");
    }
    return Promise.resolve();
  }

  end(): void {
    this.#call.life.end();
  }

  cut(): void {
    this.#call.life.cut();
  }

  reset(): void {
    this.#call.life.reset();
  }

  #answer(outcome: InsertOutcome): void {
    this.#outcome = outcome;
    this.#call.life.end();
  }
}

function isAcceptance(response: StreamResponse): boolean {
  return response.kind === "accepted" && response.streamId !== undefined;
}
