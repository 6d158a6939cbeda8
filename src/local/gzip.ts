/**
 * Compressed messages, as this side of the wire sees them.
 *
 * @module
 */
import { promisify } from "node:util";
import { gunzip, gzipSync } from "node:zlib";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Exchange } from "./exchange.ts";
import type { CompressionFields } from "./framing.ts";
import type { GzipOptions } from "./options.ts";

/** The one compression that is known here. */
const GZIP = "gzip";
/** What messages are that are not compressed. */
const IDENTITY = "identity";

const decompress = promisify<Uint8Array, { readonly maxOutputLength: number }, Uint8Array>(gunzip);

/** What is agreed for one call. */
export interface Agreement {
  /** How the client says that its messages are compressed. */
  readonly announced: string;
  /** Whether they may be. */
  readonly accepts: boolean;
  /** Whether those of the answer are. */
  readonly answers: boolean;
  /** Header fields that tell the client. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What follows from what the client says, and from what this server is told. */
export function agree(
  exchange: Pick<Exchange, "header">,
  { encoding, accepted }: CompressionFields,
  options: Required<GzipOptions>,
): Agreement {
  const takes = (exchange.header(accepted) ?? "").split(",").map((name) => name.trim());
  const answers = options.answer && takes.includes(GZIP);
  return {
    announced: exchange.header(encoding) ?? IDENTITY,
    accepts: options.accept,
    answers,
    headers: {
      [accepted]: options.accept ? GZIP : IDENTITY,
      ...(answers ? { [encoding]: GZIP } : {}),
    },
  };
}

/**
 * The refusal of a client that announces what is not taken here, whether it sends such messages or
 * not.
 */
export function refusalOf({ announced, accepts }: Agreement): ConnectError | undefined {
  if (announced === IDENTITY || (announced === GZIP && accepts)) return undefined;
  const text = `messages compressed with ${JSON.stringify(announced)} are not supported`;
  return new ConnectError(text, Code.Unimplemented);
}

/**
 * A message of a client that said how it compresses them.
 *
 * @throws {ConnectError} if it did not, if the bytes are no gzip, or more than the limit in truth
 */
export async function decompressed(
  message: Uint8Array,
  { announced }: Agreement,
  maxBytes: number,
): Promise<Uint8Array> {
  if (announced !== GZIP) {
    throw new ConnectError("a message is compressed, and no header says how", Code.Internal);
  }
  try {
    const { buffer, byteOffset, byteLength } = await decompress(message, {
      maxOutputLength: maxBytes,
    });
    // A plain view: what is handed out must not be one of Node's Buffers.
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (reason) {
    const isTooLarge = (reason as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE";
    throw new ConnectError(
      isTooLarge
        ? `the request is too large: decompressed it has more than ${maxBytes} bytes`
        : "a compressed message is no gzip",
      Code.InvalidArgument,
    );
  }
}

/** A message of the answer, compressed. At once: answers are short, and must stay in order. */
export function compressed(message: Uint8Array): Uint8Array {
  return gzipSync(message);
}
