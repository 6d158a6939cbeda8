/**
 * A stream that was accepted, whatever it speaks: its table, what it has kept, what it has said.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect";
import type { ServedRequest, ServedStream, StreamBehaviour, StreamResponse } from "./behaviour.ts";
import type { LandedRequest, RequestSource } from "./landed_request.ts";
import type { OpenCall } from "./open_call.ts";
import type { Records } from "./records.ts";
import type { LocalRow } from "./row.ts";
import type { Counters } from "./stats.ts";
import type { TableStore } from "./table.ts";
import type { Tables } from "./tables.ts";

/** A call of a streaming method, whatever protocol carries it. */
export interface StreamCall {
  /** The one table that the call may write to; undefined if it may write to any. */
  readonly authorizedTable: string | undefined;
  /** Serialized messages of the client. */
  readonly messages: AsyncIterable<Uint8Array>;
  /** Sends a serialized message; resolves when there is room for more. */
  send(message: Uint8Array): Promise<void>;
  /** How it ends, or is ended. */
  readonly life: OpenCall;
}

/** What all streams of a server share. */
export interface StreamServices {
  /** Where rows go. */
  readonly tables: Tables;
  /** What is counted. */
  readonly stats: Counters;
  /** What a stream says. */
  readonly behave: (stream: ServedStream) => StreamBehaviour;
}

/** The words of one kind of stream. */
export interface Voice {
  /** Whether acknowledgements count records. */
  readonly countsRecords: boolean;
  /**
   * What it says, as a message.
   *
   * @param records how many records of the stream are acknowledged
   */
  say(response: StreamResponse, records: number): Uint8Array;
}

/** A request that was read and checked. */
export class IncomingRequest implements ServedRequest {
  readonly offset: bigint;
  readonly records: Records;

  constructor(offset: bigint, records: Records) {
    this.offset = offset;
    this.records = records;
  }

  get rowCount(): number {
    return this.records.count;
  }

  get byteCount(): number {
    return this.records.byteCount;
  }

  *rows(): IterableIterator<LocalRow> {
    for (let index = 0; index < this.rowCount; index++) yield this.records.row(index);
  }
}

/** A stream that was accepted. */
export class OpenStream implements ServedStream, RequestSource {
  readonly id: string = crypto.randomUUID();
  readonly #table: TableStore;
  readonly #call: StreamCall;
  readonly #stats: Counters;
  readonly #voice: Voice;
  readonly #behaviour: StreamBehaviour;
  /** Kept, and not acknowledged. */
  readonly #open: LandedRequest[] = [];
  /** Records up to and including each request. */
  readonly #recordsUpTo: number[] = [];
  #nextOffset = 0n;

  constructor(table: TableStore, call: StreamCall, services: StreamServices, voice: Voice) {
    this.#table = table;
    this.#call = call;
    this.#stats = services.stats;
    this.#voice = voice;
    this.#stats.streams++;
    this.#behaviour = services.behave(this);
  }

  get tableName(): string {
    return this.#table.name;
  }

  get countsRecords(): boolean {
    return this.#voice.countsRecords;
  }

  get signal(): AbortSignal {
    return this.#call.life.signal;
  }

  get cutAt(): number | undefined {
    return this.#call.life.cutAt;
  }

  /** Accepts it, unless it is to behave otherwise. */
  async begin(): Promise<void> {
    await this.#behaviour.created();
  }

  /** The next request has this offset, or is refused. */
  takeOffset(given: bigint | undefined): bigint {
    if (given !== this.#nextOffset) {
      refuse(
        `non-sequential offset_id: expected ${this.#nextOffset}, got ${given ?? "none"}. ` +
          "Error Code: 4002, Error State: 1",
      );
    }
    return this.#nextOffset++;
  }

  /** Puts a request's records into the table, all of them at once, and answers. */
  async take(offset: bigint, records: Records): Promise<void> {
    const request = new IncomingRequest(offset, records);
    const refusal = this.#behaviour.refusal(request);
    if (refusal !== undefined) throw refusal;
    this.#open.push(this.#table.add(this, offset, records));
    this.#recordsUpTo.push((this.#recordsUpTo.at(-1) ?? 0) + records.count);
    this.#stats.requests++;
    this.#stats.records += records.count;
    this.#stats.bytes += records.byteCount;
    await this.#behaviour.kept(request);
  }

  /** The client has sent everything. */
  async finish(): Promise<void> {
    await this.#behaviour.finished();
  }

  async send(response: StreamResponse): Promise<void> {
    this.signal.throwIfAborted();
    let records = 0;
    if (response.kind === "acknowledged") {
      this.#acknowledge(response.upTo, response.moreRecords ?? 0);
      records = this.#recordsAt(response.upTo) + (response.moreRecords ?? 0);
    }
    await this.#call.send(this.#voice.say(response, records));
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

  #acknowledge(upTo: bigint, moreRecords: number): void {
    this.#stats.acknowledgements++;
    // Nobody can be expected to believe this.
    if (upTo >= this.#nextOffset) return;
    while (this.#open[0] !== undefined && this.#open[0].offset <= upTo) {
      this.#open.shift()!.acknowledge();
    }
    if (moreRecords > 0) this.#open[0]?.acknowledge(moreRecords);
  }

  /** Records up to and including a request; beyond the last one, a request has one. */
  #recordsAt(upTo: bigint): number {
    if (upTo < 0n) return 0;
    const last = this.#recordsUpTo.length - 1;
    const beyond = Number(upTo) - last;
    return (this.#recordsUpTo[Math.min(Number(upTo), last)] ?? 0) + Math.max(0, beyond);
  }
}

/** Ends a call for what the client has sent. */
export function refuse(problem: string): never {
  throw new ConnectError(problem, Code.InvalidArgument);
}
