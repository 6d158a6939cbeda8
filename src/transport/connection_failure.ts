/**
 * Errors of the way to the endpoint: names that do not resolve, refused connections, certificates,
 * resets. Every runtime says these in its own words; here they become one error each.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { ConnectionError, isZerobusError, type ZerobusError } from "../core/errors.ts";
import { type StatusName, statusName } from "../core/status_name.ts";
import { type Circumstances, redirectRefused } from "./answer_error.ts";
import { protocolViolation } from "./replies.ts";

interface Kind {
  /** Codes that Node, Bun and Deno's `node:` modules put on their errors. */
  readonly codes: RegExp;
  /** Words of errors without a code: those of Deno's fetch, and Node's redirects. */
  readonly words?: RegExp;
  /** Whether the same attempt may succeed later. */
  readonly retryable: boolean;
  /** The message. */
  readonly describe: (origin: string, detail: string) => string;
}

/** What a connection can fail with before it carries a stream. */
const KINDS: readonly Kind[] = [
  {
    codes: /CERT|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH|^INVALID_(?:CA|PURPOSE)$/,
    words: /invalid peer certificate/,
    retryable: false,
    describe: (origin, detail) =>
      `the TLS certificates of ${origin} and of this client do not fit (${detail}); check the host ` +
      `name, and the certificate authority in the TLS options`,
  },
  {
    codes: /^EPROTO$|^ERR_SSL_(?:WRONG_VERSION_NUMBER|\w*PROTOCOL\w*)$/,
    words:
      /received corrupt message|received fatal alert: (?:NoApplicationProtocol|ProtocolVersion)/,
    retryable: false,
    describe: (origin, detail) =>
      `no TLS connection to ${origin} (${detail}); check that it is an https endpoint that speaks ` +
      `the configured protocol`,
  },
  {
    codes: /^ERR_HTTP2_ERROR$/,
    retryable: false,
    describe: (origin, detail) =>
      `${origin} does not speak HTTP/2, which gRPC needs (${detail}); check the port, or use ` +
      `gRPC-Web or Connect`,
  },
  {
    codes: /^(?:ENOTFOUND|EAI_\w+)$/,
    words: /client error \(Connect\): dns error/,
    retryable: true,
    describe: (origin, detail) => `the host name of ${origin} does not resolve (${detail})`,
  },
  {
    codes: /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/,
    words: /client error \(Connect\): tcp connect error/,
    retryable: true,
    describe: (origin, detail) => `cannot connect to ${origin} (${detail})`,
  },
  {
    codes: /^UnexpectedRedirect$/,
    words: /unexpected redirect|redirect mode is set to 'error'/,
    retryable: false,
    describe: (origin) => redirectRefused(origin, ""),
  },
];

/** The error for an exchange that failed on this side of the wire. */
export function connectionFailure(reason: unknown, circumstances: Circumstances): ZerobusError {
  if (isZerobusError(reason)) return reason;
  const { origin, established, retryable } = circumstances;
  const chain = causes(reason);
  const detail = detailOf(chain.at(-1));
  const kind = established
    ? undefined
    : KINDS.find((candidate) => chain.some((error) => fits(error, candidate)));
  if (kind !== undefined) {
    return new ConnectionError(kind.describe(origin, detail), {
      cause: reason,
      retryable: kind.retryable,
      details: { status: "UNAVAILABLE" },
    });
  }
  const status = statusOf(chain);
  if (status === undefined) return protocolViolation(detail, reason);
  return new ConnectionError(
    established
      ? `the connection to ${origin} was lost (${detail})`
      : `${circumstances.exchange ?? "no stream"} to ${origin} (${detail})`,
    { cause: reason, retryable: retryable.includes(status), details: { status } },
  );
}

/** The status that stands for a failure, or none when the server sent what nobody can read. */
function statusOf(chain: readonly unknown[]): StatusName | undefined {
  const last = chain.at(-1);
  // Without a cause it is Connect's own finding: a reset with an HTTP/2 code, or unreadable bytes.
  if (!(last instanceof ConnectError)) return "UNAVAILABLE";
  return UNREADABLE.has(last.code) ? undefined : statusName(last.code);
}

/** Codes that Connect gives to envelopes and endings that it cannot read. */
const UNREADABLE: ReadonlySet<Code> = new Set([Code.InvalidArgument, Code.Unknown]);

/** The error and its causes, outermost first. */
function causes(reason: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let at = reason; at !== undefined && at !== null && !chain.includes(at);) {
    chain.push(at);
    at = at instanceof Error ? at.cause : undefined;
  }
  return chain;
}

function fits(error: unknown, { codes, words }: Kind): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && typeof error.code === "string" && codes.test(error.code)) return true;
  return words?.test(error.message) ?? false;
}

function detailOf(reason: unknown): string {
  const text = reason instanceof ConnectError
    ? reason.rawMessage
    : reason instanceof Error
    ? reason.message
    : String(reason);
  return text.trim().split("\n", 1)[0] ?? "";
}
