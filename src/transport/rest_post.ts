/**
 * One POST whose body and answer are held in memory.
 *
 * @module
 */
import { onAbort } from "../core/async.ts";
import type { RestAnswer } from "./rest_answer.ts";

/** What to send, and what to put up with. */
export interface RestPost {
  /** Absolute URL. */
  readonly url: string;
  /** Header fields. */
  readonly headers: Headers;
  /** The body. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** How to refuse redirects. */
  readonly redirect: RequestRedirect;
  /** Longest answer that is read, in bytes. */
  readonly maxBytes: number;
  /** Aborting it ends the exchange. */
  readonly signal: AbortSignal;
}

/** Sends it and reads the answer. Redirects are not followed. */
export async function post(
  fetchFunction: typeof fetch,
  { url, headers, body, redirect, maxBytes, signal: life }: RestPost,
): Promise<RestAnswer> {
  // A signal of its own: some runtimes' fetch leaves a listener on it until it is collected.
  const exchange = new AbortController();
  const { signal } = exchange;
  const stopListening = onAbort(life, () => exchange.abort(life.reason));
  try {
    const init = { method: "POST", headers, body, signal, redirect };
    const { status, headers: header, body: answer } = await fetchFunction(url, init);
    return { status, header, text: await textOf(answer, maxBytes, signal) };
  } finally {
    stopListening();
  }
}

async function textOf(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (body === null) return "";
  const reader = body.getReader();
  // Nobody is interested in how the rest ends, and nobody may have to wait for it.
  const cancel = (): void => void reader.cancel().catch(() => {});
  // Not every fetch lets go of a connection that is aborted after the head of the response.
  const stopListening = onAbort(signal, cancel);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return decoded(new Blob(chunks));
      size += value.length;
      if (size > maxBytes) break;
      chunks.push(value as Uint8Array<ArrayBuffer>);
    }
  } finally {
    stopListening();
  }
  cancel();
  return undefined;
}

async function decoded(bytes: Blob): Promise<string | undefined> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await bytes.arrayBuffer());
  } catch {
    return undefined;
  }
}
