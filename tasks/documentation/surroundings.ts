/**
 * What the fragments in the documents take for granted: names that a reader knows from the text
 * around them.
 *
 * @module
 */
import type { ZerobusWrapper } from "@zerobus/wrapper";
import type { createWrapper as createNativeWrapper } from "@zerobus/wrapper/deno";
import type { LocalZerobus } from "@zerobus/wrapper/testing";
import type { RecordBatch } from "apache-arrow";

declare global {
  /** A wrapper that is open. */
  const wrapper: ZerobusWrapper;
  /** A batch to send. */
  const batch: RecordBatch;
  /** Batches to send. */
  const batches: ReadableStream<RecordBatch>;
  /** A configuration that works. */
  const configuration: Parameters<typeof createNativeWrapper>[0];
  /** A local server. */
  const local: LocalZerobus;
  /** Where rows go that cannot be sent. */
  const quarantine: (batch: RecordBatch) => Promise<void>;
}
