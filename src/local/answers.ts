/**
 * Requests and answers that are no streams.
 *
 * @module
 */
import type { Exchange } from "./exchange.ts";
import type { JsonAnswer } from "./token_endpoint.ts";

/** Answers with JSON. */
export async function sendJson(
  exchange: Exchange,
  { status, body, headers }: JsonAnswer,
): Promise<void> {
  await sendText(exchange, {
    status,
    headers: { "content-type": "application/json", ...headers },
    text: JSON.stringify(body),
  });
}

/** Answers with text. */
export async function sendText(
  exchange: Exchange,
  { status, headers, text }: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly text: string;
  },
): Promise<void> {
  exchange.start(status, headers);
  await exchange.write(new TextEncoder().encode(text));
  await exchange.finish();
}

/** The body, or nothing if it is longer than allowed. */
export async function readBytes(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** The body as text, or nothing if it is longer than allowed. */
export async function readText(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<string | undefined> {
  const bytes = await readBytes(body, maxBytes);
  return bytes && new TextDecoder().decode(bytes);
}
