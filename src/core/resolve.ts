/**
 * From what the user wrote to a frozen configuration with nothing left open.
 *
 * @module
 */
import {
  checkedBoolean,
  checkedChoice,
  checkedInteger,
  checkedObject,
  checkedUrl,
  refuse,
  shown,
} from "./checks.ts";
import {
  type Access,
  CONVERSION_DEFAULTS,
  MAX_REQUEST_BYTES,
  MAX_REQUEST_RECORDS,
  type ResolvedConfiguration,
  RETRY_DEFAULTS,
  STREAM_DEFAULTS,
} from "./configuration.ts";
import { ConfigurationError } from "./errors.ts";
import { Secret } from "./secret.ts";
import { STATUS_NAMES, type StatusName } from "./status_name.ts";
import type { HeadersProvider } from "./headers_provider.ts";
import type { Protocol, Transport } from "./transport.ts";

/** What an entry point adds to the user's configuration. */
export interface Preset {
  /** Protocol when the user names none. */
  readonly protocol: Protocol;
  /** Protocols the entry point can speak. */
  readonly protocols: readonly Protocol[];
  /** Names of the options that only this entry point has, and checks itself. */
  readonly ownOptions: readonly string[];
}

const KNOWN = [
  "endpoint",
  "tableName",
  "unityCatalogUrl",
  "clientId",
  "clientSecret",
  "headersProvider",
  "writerDisabled",
  "protocol",
  "transport",
  "insecure",
  "applicationName",
  "retry",
  "stream",
  "conversion",
  "signal",
] as const;

/** Longest time-out: what timers can hold, about 24 days. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const PROTOCOLS: readonly Protocol[] = ["grpc", "grpc-web", "connect"];

type Raw = Readonly<Record<string, unknown>>;

/**
 * Checks a configuration and fills in the defaults.
 *
 * @throws {ConfigurationError} for the first option that cannot work, with `details.field`.
 */
export function resolveConfiguration(
  configuration: unknown,
  preset: Preset,
): ResolvedConfiguration {
  const raw = checkedObject("configuration", configuration, [
    ...KNOWN,
    ...preset.ownOptions,
  ]);
  const insecure = checkedBoolean("insecure", raw.insecure ?? false);
  const endpoint = checkedUrl("endpoint", raw.endpoint, insecure);
  const writerDisabled = checkedBoolean("writerDisabled", raw.writerDisabled ?? false);
  const scoped = raw.headersProvider === undefined && !writerDisabled;
  const tableName = resolveTableName(raw.tableName, scoped);
  const stream = resolveStream(raw.stream ?? {});
  return Object.freeze({
    endpoint,
    tableName,
    access: resolveAccess(raw, insecure, writerDisabled),
    writerDisabled,
    protocol: resolveProtocol(raw.protocol ?? preset.protocol, preset),
    transport: resolveTransport(raw.transport),
    applicationName: resolveApplicationName(raw.applicationName),
    retry: resolveRetry(raw.retry ?? {}),
    stream,
    conversion: resolveConversion(raw.conversion ?? {}),
    signal: resolveSignal(raw.signal),
  });
}

const NAME_PART = /^[A-Za-z0-9_]+$/;

/** @param scoped whether OAuth tokens are scoped to the table, which takes its full name */
function resolveTableName(value: unknown, scoped: boolean): string {
  const wanted = scoped
    ? "three parts, catalog.schema.table, of ASCII letters, digits and underscores"
    : "one to three dot-separated parts of ASCII letters, digits and underscores";
  if (typeof value !== "string") refuse("tableName", wanted, shown(value));
  const parts = value.split(".");
  const countFits = scoped ? parts.length === 3 : parts.length <= 3;
  if (!countFits || !parts.every((part) => NAME_PART.test(part))) {
    refuse("tableName", wanted, shown(value));
  }
  return value;
}

function resolveAccess(raw: Raw, insecure: boolean, writerDisabled: boolean): Access | undefined {
  const { headersProvider, clientId, clientSecret, unityCatalogUrl } = raw;
  if (headersProvider !== undefined) {
    if (typeof headersProvider !== "function") {
      refuse("headersProvider", "a function", shown(headersProvider));
    }
    if (clientId !== undefined || clientSecret !== undefined) {
      throw new ConfigurationError(
        "headersProvider: give either a headers provider or clientId and clientSecret, not both",
        { details: { field: "headersProvider" } },
      );
    }
    return Object.freeze({
      kind: "provider",
      headersProvider: headersProvider as HeadersProvider,
    });
  }
  if (writerDisabled) return undefined;
  if (typeof clientId !== "string" || clientId === "") {
    refuse("clientId", "a service principal's id (or a headersProvider)", shown(clientId));
  }
  const secret = clientSecret instanceof Secret ? clientSecret.reveal() : clientSecret;
  if (typeof secret !== "string" || secret === "") {
    const found = secret === undefined ? "undefined" : "something that is no text, or empty";
    refuse("clientSecret", "a service principal's secret (or a headersProvider)", found);
  }
  if (unityCatalogUrl === undefined) {
    refuse("unityCatalogUrl", "the workspace URL that issues tokens", "undefined");
  }
  return Object.freeze({
    kind: "oauth",
    unityCatalogUrl: checkedUrl("unityCatalogUrl", unityCatalogUrl, insecure),
    clientId,
    clientSecret: new Secret(secret),
  });
}

function resolveProtocol(value: unknown, preset: Preset): Protocol {
  const protocol = checkedChoice("protocol", value, PROTOCOLS);
  if (!preset.protocols.includes(protocol)) {
    throw new ConfigurationError(
      `protocol: "${protocol}" needs HTTP/2, which fetch does not offer; import the entry point ` +
        `of your runtime ("/deno", "/bun" or "/node") or use ${preset.protocols.join(" or ")}`,
      { details: { field: "protocol" } },
    );
  }
  return protocol;
}

function resolveTransport(value: unknown): Transport | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "object" || value === null || !("open" in value) || !("close" in value)) {
    refuse("transport", "an object with open() and close()", shown(value));
  }
  return value as Transport;
}

function resolveApplicationName(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string" || !/^[\x20-\x7e]{1,256}$/.test(value) || value.trim() === "") {
    refuse("applicationName", "1 to 256 printable ASCII characters", shown(value));
  }
  return value.trim();
}

function resolveSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value;
  refuse("signal", "an AbortSignal", shown(value));
}

function resolveRetry(value: unknown): ResolvedConfiguration["retry"] {
  const given = withDefaults("retry", value, RETRY_DEFAULTS);
  const baseDelayMs = checkedInteger("retry.baseDelayMs", given.baseDelayMs, 1, MAX_TIMEOUT_MS);
  const maxDelayMs = checkedInteger("retry.maxDelayMs", given.maxDelayMs, 1, MAX_TIMEOUT_MS);
  if (maxDelayMs < baseDelayMs) {
    refuse("retry.maxDelayMs", `at least retry.baseDelayMs (${baseDelayMs})`, shown(maxDelayMs));
  }
  return Object.freeze({
    maxAttempts: checkedInteger("retry.maxAttempts", given.maxAttempts, 1, 1_000_000),
    baseDelayMs,
    maxDelayMs,
  });
}

function resolveStream(value: unknown): ResolvedConfiguration["stream"] {
  const given = withDefaults("stream", value, { ...STREAM_DEFAULTS, pauseMaxMs: undefined });
  const integer = (key: keyof typeof given, min: number, max: number) =>
    checkedInteger(`stream.${key}`, given[key], min, max);
  return Object.freeze({
    maxInflightRequests: integer("maxInflightRequests", 1, 1_000_000),
    maxInflightBytes: integer("maxInflightBytes", 1, Number.MAX_SAFE_INTEGER),
    maxRequestBytes: integer("maxRequestBytes", 1, MAX_REQUEST_BYTES),
    maxRequestRecords: integer("maxRequestRecords", 1, MAX_REQUEST_RECORDS),
    connectTimeoutMs: integer("connectTimeoutMs", 1, MAX_TIMEOUT_MS),
    ackTimeoutMs: integer("ackTimeoutMs", 1, MAX_TIMEOUT_MS),
    flushTimeoutMs: integer("flushTimeoutMs", 1, MAX_TIMEOUT_MS),
    pauseMaxMs: given.pauseMaxMs === undefined
      ? undefined
      : integer("pauseMaxMs", 0, MAX_TIMEOUT_MS),
    drainTimeoutMs: integer("drainTimeoutMs", 0, MAX_TIMEOUT_MS),
    recovery: checkedBoolean("stream.recovery", given.recovery),
    retryableStatuses: resolveStatuses(given.retryableStatuses),
    streams: integer("streams", 1, 64),
  });
}

function resolveStatuses(value: unknown): readonly StatusName[] {
  const field = "stream.retryableStatuses";
  if (!Array.isArray(value)) refuse(field, "an array of gRPC status names", shown(value));
  return Object.freeze(value.map((name) => checkedChoice(field, name, STATUS_NAMES)));
}

function resolveConversion(value: unknown): ResolvedConfiguration["conversion"] {
  const given = withDefaults("conversion", value, CONVERSION_DEFAULTS);
  return Object.freeze({
    maxRecordBytes: checkedInteger(
      "conversion.maxRecordBytes",
      given.maxRecordBytes,
      1,
      MAX_REQUEST_BYTES,
    ),
    extraColumns: checkedChoice("conversion.extraColumns", given.extraColumns, ["error", "drop"]),
  });
}

/** The given options over the defaults; an explicit `undefined` is the default, too. */
function withDefaults<T extends object>(
  field: string,
  value: unknown,
  defaults: T,
): { readonly [K in keyof T]: unknown } {
  const given = checkedObject(field, value, Object.keys(defaults));
  const defined = Object.entries(given).filter(([, option]) => option !== undefined);
  return { ...defaults, ...Object.fromEntries(defined) };
}
