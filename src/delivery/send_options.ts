/**
 * The options of a call, before anything is begun.
 *
 * @module
 */
import { kindOf } from "../core/kind.ts";
import type { MessageDescriptor } from "../schema/message_descriptor.ts";

/** Options of a call that can be worked with. */
export interface CheckedSendOptions {
  /** As given; whether it is a descriptor is found out when the batch is planned. */
  readonly descriptor: MessageDescriptor | undefined;
  /** What calls the sending off. */
  readonly signal: AbortSignal | undefined;
}

/**
 * The options of a call, or of none.
 *
 * @throws {TypeError} naming the option that is of the wrong kind
 */
export function checkedSendOptions(options: unknown = {}): CheckedSendOptions {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`options: expected an object, got ${kindOf(options)}`);
  }
  const { descriptor, signal } = options as Readonly<Record<string, unknown>>;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`options.signal: expected an AbortSignal, got ${kindOf(signal)}`);
  }
  return { descriptor: descriptor as MessageDescriptor | undefined, signal };
}
