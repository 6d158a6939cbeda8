/**
 * HTTP proxies: which one leads to a URL, by an option or by the environment.
 *
 * @module
 */
import process from "node:process";
import { refuse, shown } from "../../core/checks.ts";
import { ConfigurationError } from "../../core/errors.ts";
import { isSecret, Secret } from "../../core/secret.ts";
import { isBypassed, isLoopback } from "./proxy_bypass.ts";

/** A proxy to connect through. */
export interface HttpProxy {
  /** Scheme, host and port; for messages, too. */
  readonly origin: string;
  /** Value of `Proxy-Authorization`, if its URL has credentials. */
  readonly authorization: Secret | undefined;
}

/** The proxy that leads to a URL; undefined for those that are connected to directly. */
export type ProxyChoice = (target: URL) => HttpProxy | undefined;

/** Variables that name a proxy, the first one that is not empty; the order is the official SDKs'. */
const PROXIES = [
  "grpc_proxy",
  "GRPC_PROXY",
  "https_proxy",
  "HTTPS_PROXY",
  "http_proxy",
  "HTTP_PROXY",
] as const;
/** Variables that name hosts to connect to without a proxy. */
const EXCEPTIONS = ["no_grpc_proxy", "NO_GRPC_PROXY", "no_proxy", "NO_PROXY"] as const;

/** What there is of the environment. */
export type ProxyEnvironment = (name: string) => string | undefined;

/**
 * Who goes through which proxy. An option is for everybody; a proxy of the environment is not for
 * the hosts that the environment excepts, nor for this machine itself.
 *
 * @param option URL of a proxy, or "none"
 * @returns undefined where neither option nor environment says anything: then it is the runtime's own
 * affair.
 * @throws {ConfigurationError} for what is no URL of an HTTP proxy.
 */
export function proxyChoice(
  option: unknown,
  environment: ProxyEnvironment = readVariable,
): ProxyChoice | undefined {
  if (option !== undefined) {
    const text = isSecret(option) ? option.reveal() : option;
    if (typeof text !== "string") return refuse("proxy", 'a URL or "none"', shown(text));
    if (text === "none") return () => undefined;
    const proxy = parsed("proxy", text);
    return () => proxy;
  }
  const [name, text] = first(PROXIES, environment) ?? [];
  if (name === undefined || text === undefined) return undefined;
  const proxy = parsed(name, text);
  const [, exceptions = ""] = first(EXCEPTIONS, environment) ?? [];
  return (target) => isLoopback(target) || isBypassed(target, exceptions) ? undefined : proxy;
}

/** A scheme may be missing, as is usual in the environment. The text is not shown: it has passwords. */
function parsed(field: string, text: string): HttpProxy {
  const whole = text.includes("://") ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url === undefined || url.hostname === "" || !/^https?:$/.test(url.protocol)) {
    const scheme = url === undefined ? "" : ` with the scheme ${url.protocol}`;
    const message =
      `${field}: expected the URL of an HTTP proxy such as http://proxy.example:3128, ` +
      `got other text${scheme}; to connect without a proxy, set the option proxy to "none"`;
    throw new ConfigurationError(message, { details: { field } });
  }
  const { username, password, origin } = url;
  const hasCredentials = username !== "" || password !== "";
  return {
    origin,
    authorization: hasCredentials ? basic(field, username, password) : undefined,
  };
}

function basic(field: string, username: string, password: string): Secret {
  try {
    const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const bytes = new TextEncoder().encode(text);
    return new Secret(`Basic ${btoa(String.fromCharCode(...bytes))}`);
  } catch {
    const message = `${field}: the proxy's credentials are not percent-encoded; write % as %25`;
    throw new ConfigurationError(message, { details: { field } });
  }
}

function first<T extends string>(
  names: readonly T[],
  environment: ProxyEnvironment,
): [T, string] | undefined {
  for (const name of names) {
    const text = environment(name)?.trim();
    if (text) return [name, text];
  }
  return undefined;
}

/** Reads a variable. Deno would ask its user about one that it is not allowed to read: no value. */
function readVariable(name: string): string | undefined {
  if (typeof Deno === "undefined") return process.env[name];
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}
