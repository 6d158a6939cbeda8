/**
 * From what the user wrote to a frozen configuration with nothing left open.
 *
 * @module
 */
import {
  checkedBoolean,
  checkedChoice,
  checkedGroup,
  checkedUrl,
  checkKeys,
  refuse,
  shown,
} from "./checks.ts";
import type { Access, ResolvedConfiguration } from "./resolved_configuration.ts";
import type { AcknowledgementCallback } from "./acknowledgement_callback.ts";
import { resolveCompression, resolveCompressionMinBytes } from "./compression.ts";
import { resolveDebug } from "./debug_options.ts";
import { ConfigurationError } from "./errors.ts";
import type { FileSystem } from "./file_system.ts";
import {
  resolveBackoff,
  resolveConversion,
  resolveIsolation,
  resolveRetry,
  resolveStream,
} from "./resolve_options.ts";
import { Problems, settled } from "./problems.ts";
import { isSecret, Secret } from "./secret.ts";
import type { HeadersProvider } from "./headers_provider.ts";
import { resolveLogger, resolveObservability } from "./observability_options.ts";
import { RECORD_FORMATS, type RecordFormat } from "./record_format.ts";
import { FORMATS_OF, type Protocol, type Transport } from "./transport.ts";

/** What an entry point adds to the user's configuration. */
export interface Preset {
  /** Protocol when the user names none. */
  readonly protocol: Protocol;
  /** Protocols the entry point can speak. */
  readonly protocols: readonly Protocol[];
  /** Names of the options that only this entry point has, and checks itself. */
  readonly ownOptions: readonly string[];
  /** Names of the options of `observability` that only this entry point has, and checks itself. */
  readonly observabilityOptions?: readonly string[];
  /** Where files are, if the entry point has any. */
  readonly files?: FileSystem;
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
  "recordFormat",
  "transport",
  "insecure",
  "compression",
  "compressionMinBytes",
  "applicationName",
  "retry",
  "stream",
  "conversion",
  "isolateRejectedRows",
  "backoff",
  "debug",
  "observability",
  "logger",
  "onAck",
  "signal",
] as const;

const PROTOCOLS = Object.keys(FORMATS_OF) as readonly Protocol[];

type Raw = Readonly<Record<string, unknown>>;

/**
 * Checks a configuration and fills in the defaults.
 *
 * @throws {ConfigurationError} for the option that cannot work, with `details.field`; if there are
 * several, for all of them, a sentence each in `details.problems`.
 */
export function resolveConfiguration(
  configuration: unknown,
  preset: Preset,
): ResolvedConfiguration {
  const raw = checkedGroup("configuration", configuration);
  const problems = new Problems();
  const known = [...KNOWN, ...preset.ownOptions];
  problems.attempt(() => checkKeys("configuration", raw, known), undefined);
  // What others depend on. What stands in for it gives them nothing to complain about.
  const boolean = (name: "insecure" | "writerDisabled") =>
    problems.attempt(() => checkedBoolean(name, raw[name] ?? false), true);
  const insecure = boolean("insecure");
  const writerDisabled = boolean("writerDisabled");
  const scoped = raw.headersProvider === undefined && !writerDisabled;
  const stream = problems.attempt(() => resolveStream(raw.stream ?? {}), resolveStream({}));
  const protocol = problems.attempt<Protocol | undefined>(
    () => resolveProtocol(raw.protocol ?? preset.protocol, preset),
    undefined,
  );
  // What a transport of the user's carries is between the two.
  const carrier = raw.transport === undefined && (protocol ?? false);
  const recordFormat = problems.attempt(
    () => resolveRecordFormat(raw.recordFormat, carrier),
    "protobuf",
  );
  return Object.freeze(problems.settle<ResolvedConfiguration>({
    endpoint: () => checkedUrl("endpoint", raw.endpoint, insecure),
    tableName: () => resolveTableName(raw.tableName, scoped),
    access: () => resolveAccess(raw, insecure, writerDisabled),
    writerDisabled: () => writerDisabled,
    protocol: () => protocol ?? preset.protocol,
    recordFormat: () => recordFormat,
    compression: () => resolveCompression(raw.compression, raw.transport !== undefined),
    compressionMinBytes: () => resolveCompressionMinBytes(raw.compressionMinBytes),
    transport: () => resolveTransport(raw.transport),
    applicationName: () => resolveApplicationName(raw.applicationName),
    retry: () => resolveRetry(raw.retry ?? {}),
    stream: () => stream,
    conversion: () => resolveConversion(raw.conversion ?? {}),
    isolation: () => resolveIsolation(raw.isolateRejectedRows ?? true, stream),
    backoff: () => resolveBackoff(raw.backoff ?? {}),
    observability: () => resolveObservability(raw.observability, preset.observabilityOptions ?? []),
    logger: () => resolveLogger(raw.logger),
    onAck: () => resolveCallback("onAck", raw.onAck) as AcknowledgementCallback | undefined,
    debug: () => resolveDebug(raw.debug, recordFormat, preset.files),
    signal: () => resolveSignal(raw.signal),
  }));
}

function resolveCallback(field: string, value: unknown): unknown {
  if (value === undefined || typeof value === "function") return value;
  refuse(field, "a function", shown(value));
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
  return Object.freeze(settled<Extract<Access, { kind: "oauth" }>>({
    kind: () => "oauth",
    unityCatalogUrl: () => resolveWorkspace(unityCatalogUrl, insecure),
    clientId: () => resolveId(clientId),
    clientSecret: () => resolveSecret(clientSecret),
  }));
}

function resolveId(value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  refuse("clientId", "a service principal's id (or a headersProvider)", shown(value));
}

function resolveSecret(value: unknown): Secret {
  const secret = isSecret(value) ? value.reveal() : value;
  if (typeof secret === "string" && secret !== "") return new Secret(secret);
  const found = secret === undefined ? "undefined" : "something that is no text, or empty";
  refuse("clientSecret", "a service principal's secret (or a headersProvider)", found);
}

function resolveWorkspace(value: unknown, insecure: boolean): string {
  if (value !== undefined) return checkedUrl("unityCatalogUrl", value, insecure);
  refuse("unityCatalogUrl", "the workspace URL that issues tokens", "undefined");
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

/** @param protocol the protocol that is to carry the format, or `false` if that is another's affair */
function resolveRecordFormat(value: unknown, protocol: Protocol | false): RecordFormat {
  const carried = protocol === false ? RECORD_FORMATS : FORMATS_OF[protocol];
  const format = checkedChoice("recordFormat", value ?? carried[0], RECORD_FORMATS);
  if (carried.includes(format)) return format;
  const others = (Object.keys(FORMATS_OF) as Protocol[])
    .filter((other) => FORMATS_OF[other].includes(format));
  const remedy = others.length === 0
    ? "no protocol does yet"
    : `protocol ${others.map((other) => `"${other}"`).join(" or ")} does`;
  throw new ConfigurationError(
    `recordFormat: "${format}" does not travel over protocol "${protocol}", which carries ` +
      `${carried.join(" and ")}; ${remedy}`,
    { details: { field: "recordFormat" } },
  );
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
