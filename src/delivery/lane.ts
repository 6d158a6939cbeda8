/**
 * One ordered way to the table.
 *
 * @module
 */
import { unlessAborted } from "../core/async.ts";
import { isZerobusError, ZerobusError } from "../core/errors.ts";
import type { IngestStream } from "../ingest/ingest_stream.ts";
import { payloadBytes, type RequestPayload } from "../ingest/payload.ts";
import { isolate, isRefusalOfRecords } from "./isolation.ts";
import { Parcel } from "./parcel.ts";
import { Turn } from "./turn.ts";

/** What became of requests that were offered to the service. */
interface Offer {
  /** How many of them are durable: the first so many. */
  readonly durable: number;
  /** The service's refusal of one of the others, if it refused one. */
  readonly refusal?: ZerobusError;
  /** Why there is nothing to be done about the others, if that is so. */
  readonly failure?: unknown;
}

/**
 * Carries parcels in order, over one stream as long as that lasts. When the service refuses
 * records, which ends the stream, the lane finds out which they are and carries everything else
 * over another one; senders wait for that and notice nothing.
 */
export class Lane {
  /** Held while a request is encoded and admitted. */
  readonly turn: Turn = new Turn();
  readonly #open: () => IngestStream;
  readonly #isolates: boolean;
  #stream: IngestStream | undefined;
  /** Connection attempts of earlier streams. */
  #formerAttempts = 0;
  /** Bytes of the parcels whose fate is open. */
  #bytes = 0;
  /** Runs while refused records are looked for; never rejects. */
  #mending: Promise<void> | undefined;
  /** Set once there will be no other stream. */
  #end: ZerobusError | undefined;

  /**
   * @param open opens a stream; it is called when there is something to send
   * @param isolates whether refused records are looked for
   */
  constructor(open: () => IngestStream, isolates: boolean) {
    this.#open = open;
    this.#isolates = isolates;
  }

  /** The failure that ended it, if one did. */
  get failure(): ZerobusError | undefined {
    const failure = this.#stream?.failure;
    return this.#isCurable(failure) ? undefined : failure;
  }

  /** Whether parcels may be given to it. */
  get isUsable(): boolean {
    return this.#end === undefined && this.failure === undefined;
  }

  /** Whether nothing is on it and nobody is about to change that. */
  get isIdle(): boolean {
    return this.turn.takers === 0 && this.#bytes === 0;
  }

  /** Bytes whose fate is open. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many senders a new one would have to wait for. */
  get queue(): number {
    return this.turn.takers + (this.#mending === undefined ? 0 : 1);
  }

  /** Connection attempts made so far. */
  get attempts(): number {
    return this.#formerAttempts + (this.#stream?.attempts ?? 0);
  }

  /** Whether a connection exists, or is in the making. */
  get isConnected(): boolean {
    return this.#stream !== undefined && this.#stream.state !== "idle";
  }

  /**
   * Takes a parcel into the window, waiting while there is no room. It then tells by itself what
   * becomes of it.
   *
   * @throws {ZerobusError} when the lane can carry nothing more
   * @throws the signal's reason when it aborts first
   */
  async send(parcel: Parcel, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      if (this.#mending !== undefined) await unlessAborted(this.#mending, signal);
      const stream = this.#current();
      try {
        const offset = await stream.ingest(parcel, { signal });
        this.#watch(parcel);
        this.#follow(parcel, stream, offset);
        return;
      } catch (reason) {
        if (!this.#isCurable(reason)) throw reason;
        this.#mend(stream, reason);
      }
    }
  }

  /** Closes it. To be called when nothing is on its way. */
  async close(): Promise<void> {
    this.#end ??= new ZerobusError("the stream is closed", "closed");
    await this.#stream?.close();
  }

  /** Stops at once: everything that is not durable is lost for this reason. */
  abort(error: ZerobusError): void {
    this.#end ??= error;
    this.#stream?.abort(error);
  }

  #watch(parcel: Parcel): void {
    const size = payloadBytes(parcel);
    this.#bytes += size;
    parcel.done.then(() => this.#bytes -= size);
  }

  #current(): IngestStream {
    if (this.#end !== undefined) throw this.#end;
    return this.#stream ??= this.#open();
  }

  /** Waits for a parcel that is in a stream's window. Never rejects. */
  async #follow(
    parcel: Parcel,
    stream: IngestStream,
    offset: bigint | Promise<bigint>,
  ): Promise<void> {
    try {
      await stream.waitForOffset(await offset, { timeoutMs: Infinity });
      parcel.deliver();
    } catch (reason) {
      if (this.#isCurable(reason)) this.#mend(stream, reason);
      else parcel.lose(ZerobusError.from(reason));
    }
  }

  #isCurable(reason: unknown): reason is ZerobusError {
    return this.#isolates && isZerobusError(reason) && isRefusalOfRecords(reason);
  }

  /** The service refused something on this stream; only the first to tell gets things going. */
  #mend(stream: IngestStream, refusal: ZerobusError): void {
    if (stream !== this.#stream) return;
    this.#retire(stream);
    const left = stream.unacknowledged().map(({ records }) => records)
      .filter((records) => records instanceof Parcel);
    const mending = this.#mending = this.#sortOut(left, refusal).catch((reason) => {
      for (const parcel of left) parcel.lose(ZerobusError.from(reason));
    }).finally(() => {
      // What follows the refused rows may have been refused, too.
      if (this.#mending === mending) this.#mending = undefined;
    });
  }

  /** A stream that carries nothing: the present one, unless the service has refused it meanwhile. */
  #sound(): IngestStream {
    const stream = this.#stream;
    if (stream !== undefined && this.#isCurable(stream.failure)) this.#retire(stream);
    return this.#current();
  }

  #retire(stream: IngestStream): void {
    this.#formerAttempts += stream.attempts;
    this.#stream = undefined;
  }

  /**
   * Finds the refused parcel, delivers what can be delivered of it, and puts those that follow on
   * another stream. Acknowledgements may have been on their way when the stream ended, so the first
   * parcel is the suspect, but no more than that: it and then ever more of those behind it are
   * offered again, until one is refused that nothing else can have been refused for.
   *
   * @param left all that is open, in order; shrinks as it goes
   */
  async #sortOut(left: Parcel[], refusal: ZerobusError): Promise<void> {
    let alone = left.length === 1;
    let size = 1;
    while (left.length > 0 && !alone) {
      const offered = left.slice(0, size);
      const { durable, refusal: again, failure } = await this.#offer(offered);
      for (const parcel of left.splice(0, durable)) parcel.deliver();
      if (failure !== undefined) throw failure;
      alone = again !== undefined && offered.length - durable === 1;
      size = again === undefined ? size * 2 : 1;
      refusal = again ?? refusal;
    }
    const [culprit] = left;
    if (culprit !== undefined) {
      await this.#isolate(culprit, refusal);
      left.shift();
    }
    // They were in one window, so they fit into another: all enter before anything can happen.
    if (left.length === 0) return;
    const stream = this.#sound();
    for (const parcel of left) this.#follow(parcel, stream, stream.ingest(parcel));
  }

  async #isolate(parcel: Parcel, refusal: ZerobusError): Promise<void> {
    const whole = { start: parcel.settled, end: parcel.end };
    const steps = isolate(whole, refusal, parcel.allowance);
    let answer: ZerobusError | undefined;
    for (let next = steps.next(); !next.done; next = steps.next(answer)) {
      const { kind, piece: { start, end } } = next.value;
      if (end <= parcel.settled) {
        answer = undefined; // durable before something behind it was refused
      } else if (kind === "offer") {
        const { refusal: again, failure } = await this.#offer([parcel.piece(start, end)]);
        if (failure !== undefined) throw failure;
        answer = again;
        if (answer === undefined) parcel.deliver(end);
      } else {
        parcel.refuse(end, next.value.refusal);
      }
    }
  }

  /** Sends requests on a stream that carries nothing else, and waits for the answer. */
  async #offer(requests: readonly RequestPayload[]): Promise<Offer> {
    const stream = this.#sound();
    let entered = 0;
    try {
      const offsets = await Promise.all(requests.map((request) => stream.ingest(request)));
      entered = offsets.length;
      await stream.waitForOffset(offsets.at(-1) ?? 0n, { timeoutMs: Infinity });
      return { durable: entered };
    } catch (reason) {
      const durable = entered && entered - stream.unacknowledged().length;
      if (!this.#isCurable(reason)) return { durable, failure: reason };
      this.#retire(stream);
      return { durable, refusal: reason };
    }
  }
}
