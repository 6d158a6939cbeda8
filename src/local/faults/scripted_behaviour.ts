/**
 * What the service does (names the stream, acknowledges each request), but for what the script has
 * it do wrong.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect";
import type { ServedRequest, ServedStream, StreamBehaviour } from "../behaviour.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import type { Fault, FaultKind } from "./fault.ts";
import { type FaultOf, type FaultScript, STRIKE_KINDS, type StrikeKind } from "./fault_script.ts";
import { forever, pause } from "./pause.ts";
import { refusalOf } from "./refusal.ts";
import { scriptedError } from "./scripted_error.ts";

const CREATIONS = [
  "delay_creation",
  "wrong_first_message",
  "missing_stream_id",
] as const satisfies readonly FaultKind[];

/** Time for what was said last to arrive, in milliseconds: a reset could overtake it. */
const QUIET_MS = 50;

/** The behaviour of one stream. */
export class ScriptedBehaviour implements StreamBehaviour {
  readonly #stream: ServedStream;
  readonly #script: FaultScript;
  readonly #acknowledgements: Acknowledgements;

  /** Waits for the stream's events. */
  constructor(stream: ServedStream, script: FaultScript) {
    this.#stream = stream;
    this.#script = script;
    this.#acknowledgements = new Acknowledgements(stream, script);
  }

  async created(): Promise<void> {
    const { id, tableName, signal } = this.#stream;
    const kinds = [...CREATIONS, ...STRIKE_KINDS];
    const except = new Set<Fault>();
    for (;;) {
      const fault = this.#script.take(tableName, { kinds, atCreation: true, except });
      if (fault === undefined) break;
      except.add(fault);
      switch (fault.kind) {
        case "delay_creation":
          await pause(fault.delayMs, signal);
          break;
        case "wrong_first_message":
          return await this.#stream.send({ kind: "acknowledged", upTo: 0n });
        case "missing_stream_id":
          return await this.#stream.send({ kind: "accepted", streamId: undefined });
        default:
          await this.#strike(fault);
      }
    }
    await this.#stream.send({ kind: "accepted", streamId: id });
    await this.#strikeIfDue();
  }

  refusal(request: ServedRequest): ConnectError | undefined {
    const problem = refusalOf(request, this.#stream.tableName, this.#script);
    return problem === undefined ? undefined : new ConnectError(problem, Code.InvalidArgument);
  }

  async kept({ offset, rowCount }: ServedRequest): Promise<void> {
    // Whoever's turn it becomes with this request begins to count with the next one.
    const count = this.#script.counter(this.#stream.tableName);
    await this.#acknowledgements.answer(offset, rowCount);
    count(rowCount);
    // What has ended with its answer is struck no more; the next one is.
    if (this.#stream.signal.aborted) return;
    await this.#strikeIfDue();
  }

  async finished(): Promise<void> {
    await this.#acknowledgements.finish();
  }

  async #strikeIfDue(): Promise<void> {
    const except = new Set<Fault>();
    for (;;) {
      const fault = this.#script.take(this.#stream.tableName, { kinds: STRIKE_KINDS, except });
      if (fault === undefined) return;
      except.add(fault);
      await this.#strike(fault);
    }
  }

  /** Returns if the stream goes on; does not where it cannot. */
  async #strike(fault: FaultOf<StrikeKind>): Promise<void> {
    const { signal } = this.#stream;
    switch (fault.kind) {
      case "slow_reads":
        return await pause(fault.pauseMs, signal);
      case "close_signal":
        await this.#announceEnd(fault.durationMs);
        if ((fault.durationMs ?? 0) > 0) return;
        break;
      case "error":
        throw scriptedError(fault);
      case "end":
        this.#stream.end();
        break;
      case "reset":
        this.#acknowledgements.mute();
        await pause(QUIET_MS, signal);
        this.#stream.reset();
        break;
      case "silence":
        this.#acknowledgements.mute();
    }
    await forever(signal);
  }

  async #announceEnd(durationMs: number | undefined): Promise<void> {
    await this.#stream.send({ kind: "closing", durationMs });
    if (!durationMs) return this.#stream.cut();
    pause(durationMs, this.#stream.signal).then(() => this.#stream.cut(), () => {});
  }
}
