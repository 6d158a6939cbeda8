/**
 * Options of sending rows.
 *
 * @module
 */
import type { ArrowSchema } from "../core/arrow.ts";
import { checkedChoice, checkedInteger, refuse } from "../core/checks.ts";
import { kindOf } from "../core/kind.ts";
import type { MessageDescriptor } from "../schema/message_descriptor.ts";
import type { ExtraMembers } from "../rows/convert_rows.ts";
import { checkedSendOptions } from "./send_options.ts";

/** What says which columns rows have, and how large the batches are that are made of them. */
export interface RowOptions {
  /**
   * The columns. Without it they are those of the descriptor, and without that what the rows
   * themselves say: see `ZerobusWrapper.sendRows`.
   */
  readonly schema?: ArrowSchema | undefined;
  /**
   * The message that rows become, whose fields are the columns if there is no schema. With other
   * record formats than Protobuf it says which columns there are, and nothing else.
   */
  readonly descriptor?: MessageDescriptor | undefined;
  /**
   * What to do with a row that has something in a member without a column, at any depth: refuse the
   * row (`"error"`, the default) or leave the member out (`"drop"`).
   */
  readonly extraMembers?: ExtraMembers | undefined;
  /** Most rows of a batch, 1 to 1,000,000. Default 10,000. */
  readonly maxRows?: number | undefined;
  /**
   * Size from which on a batch is sent, in bytes, by a rough estimate of its values: 1 to
   * 1,073,741,824. Default 4,194,304 (4 MiB).
   */
  readonly maxBytes?: number | undefined;
  /**
   * Longest that a row waits for others to make up a batch with, in milliseconds, 0 to 2^31 − 1.
   * Default 100.
   */
  readonly lingerMs?: number | undefined;
  /** Gives up waiting and stops sending. Requests already on their way are not called back. */
  readonly signal?: AbortSignal | undefined;
}

/** Options with nothing left open. */
export interface CheckedRowOptions {
  readonly schema: ArrowSchema | undefined;
  readonly descriptor: MessageDescriptor | undefined;
  readonly extraMembers: ExtraMembers;
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly lingerMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * The options of a call, or of none.
 *
 * @throws {TypeError} for options or a signal of another kind
 * @throws {ConfigurationError} naming the option that is out of bounds
 */
export function checkedRowOptions(options: unknown = {}): CheckedRowOptions {
  const { descriptor, signal } = checkedSendOptions(options);
  const {
    schema,
    extraMembers = "error",
    maxRows = 10_000,
    maxBytes = 4 * 1024 * 1024,
    lingerMs = 100,
  } = options as Readonly<Record<string, unknown>>;
  if (schema !== undefined && !Array.isArray((schema as ArrowSchema | null)?.fields)) {
    refuse("schema", "an Arrow Schema", kindOf(schema));
  }
  return {
    schema: schema as ArrowSchema | undefined,
    descriptor,
    extraMembers: checkedChoice("extraMembers", extraMembers, ["error", "drop"]),
    maxRows: checkedInteger("maxRows", maxRows, 1, 1_000_000),
    maxBytes: checkedInteger("maxBytes", maxBytes, 1, 1024 ** 3),
    lingerMs: checkedInteger("lingerMs", lingerMs, 0, 2 ** 31 - 1),
    signal,
  };
}
