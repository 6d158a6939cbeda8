/**
 * What a local Zerobus can be told, resolved once to something complete and checked.
 *
 * @module
 */
import { checkedBoolean, checkedInteger, checkedObject, refuse, shown } from "../core/checks.ts";
import { type ColumnType, readColumnType } from "../catalog/column_type.ts";
import { type FaultPlan, resolveFaults } from "./faults/resolve_faults.ts";
import type { Fault, RandomFaultOptions } from "./faults/fault.ts";
import { isTableName } from "./table_name.ts";

/** A column that a declared table has. */
export interface ColumnDefinition {
  /** Name of the column, and of the field that carries it. */
  readonly name: string;
  /**
   * Its type as `CREATE TABLE` has it, such as `BIGINT`, `DECIMAL(10, 2)` or
   * `ARRAY<STRUCT<at: TIMESTAMP, value: DOUBLE>>`. When given, a field, an Arrow column or a JSON
   * value of another type is refused. Default: any type fits.
   */
  readonly type?: string;
  /** Whether rows may leave it out. Default true. */
  readonly nullable?: boolean;
}

/** A table that exists before anybody writes to it. */
export interface TableDefinition {
  /** Full name, `catalog.schema.table`. */
  readonly name: string;
  /** Rows of this table to keep. Default: `maxRowsKept` of the server. */
  readonly maxRowsKept?: number;
  /**
   * When given, a stream is refused if its descriptor or Arrow schema has a field that is no column
   * here, or lacks a column that is not nullable; and so is a JSON record. Default: anything fits.
   */
  readonly columns?: readonly ColumnDefinition[];
}

/** Certificate and key for TLS, both as PEM text. */
export interface TlsIdentity {
  /** The certificate, its issuers after it if there are any. */
  readonly cert: string;
  /** The private key. */
  readonly key: string;
}

/** How callers prove who they are. */
export interface AuthOptions {
  /** The only client that gets tokens. Default `local-client`. */
  readonly clientId?: string;
  /** Its secret. Default `local-secret`. */
  readonly clientSecret?: string;
  /** A token of another identity provider that is exchanged for one. Default `local-subject`. */
  readonly subjectToken?: string;
  /** Life of a token in milliseconds. Default one hour. */
  readonly tokenLifetimeMs?: number;
  /** Whether a stream needs a token. Default true. */
  readonly required?: boolean;
}

/** What a local server does with gzip, message by message. Both are off at first. */
export interface GzipOptions {
  /**
   * Whether it takes compressed messages, decompressed no larger than `maxRequestBytes`. Default
   * false: clients that announce them are refused with UNIMPLEMENTED and a list of what is taken,
   * as gRPC and Connect want it.
   */
  readonly accept?: boolean;
  /** Whether it compresses its answers for clients that take it. Default false. */
  readonly answer?: boolean;
}

/** What {@linkcode startLocalZerobus} takes. Everything has a default. */
export interface LocalZerobusOptions {
  /** TCP port. Default 0: any free one. */
  readonly port?: number;
  /** Address to listen on. Default `127.0.0.1`. */
  readonly hostname?: string;
  /** Serves `https` instead of `http`. Default: plain text. */
  readonly tls?: TlsIdentity;
  /** Credentials. Default: one well-known client, tokens required. */
  readonly auth?: AuthOptions;
  /** When given, only these tables exist. Default: every table exists as soon as it is named. */
  readonly tables?: readonly (string | TableDefinition)[];
  /**
   * Rows kept per table, the first to arrive; later ones are checked and counted only. Default
   * 1,000,000. With 0 nothing is kept and memory stays flat.
   */
  readonly maxRowsKept?: number;
  /** Compressed messages. Default: none, in neither direction. */
  readonly gzip?: GzipOptions;
  /** Largest request message in bytes. Default 10 MiB, the service's own limit. */
  readonly maxRequestBytes?: number;
  /**
   * What goes wrong, in this order; or, with a seed and a rate, whatever chance brings. Default:
   * nothing. See {@linkcode LocalZerobus.faults} for a server that runs.
   */
  readonly faults?: readonly Fault[] | RandomFaultOptions;
  /** Aborting it closes the server. */
  readonly signal?: AbortSignal;
}

/** A table's definition with nothing left open. */
export interface ResolvedTable {
  /** Full name. */
  readonly name: string;
  /** Rows to keep. */
  readonly maxRowsKept: number;
  /** The columns, or undefined if anything fits. */
  readonly columns: ReadonlyMap<string, ResolvedColumn> | undefined;
}

/** A column's definition with nothing left open. */
export interface ResolvedColumn {
  /** Whether rows may leave it out. */
  readonly nullable: boolean;
  /** Its type, or undefined if any fits. */
  readonly type: ColumnType | undefined;
}

/** {@linkcode LocalZerobusOptions} with nothing left open. */
export interface ResolvedOptions {
  readonly port: number;
  readonly hostname: string;
  readonly tls: TlsIdentity | undefined;
  readonly auth: Required<AuthOptions>;
  readonly tables: readonly ResolvedTable[] | undefined;
  readonly maxRowsKept: number;
  readonly gzip: Required<GzipOptions>;
  readonly maxRequestBytes: number;
  readonly faults: FaultPlan;
  readonly signal: AbortSignal | undefined;
}

const HIGHEST = Number.MAX_SAFE_INTEGER;

/**
 * Fills in the defaults and checks the rest.
 *
 * @throws {ConfigurationError} naming the option, what it wants and what it got.
 */
export function resolveOptions(options: LocalZerobusOptions): ResolvedOptions {
  checkedObject("options", options, [
    "port",
    "hostname",
    "tls",
    "auth",
    "tables",
    "maxRowsKept",
    "gzip",
    "maxRequestBytes",
    "faults",
    "signal",
  ]);
  const maxRowsKept = checkedInteger("maxRowsKept", options.maxRowsKept ?? 1_000_000, 0, HIGHEST);
  return Object.freeze({
    port: checkedInteger("port", options.port ?? 0, 0, 65_535),
    hostname: checkedText("hostname", options.hostname ?? "127.0.0.1"),
    tls: options.tls === undefined ? undefined : resolveTls(options.tls),
    auth: resolveAuth(options.auth ?? {}),
    tables: options.tables?.map((table, index) =>
      resolveTable(`tables[${index}]`, table, maxRowsKept)
    ),
    maxRowsKept,
    gzip: resolveGzip(options.gzip ?? {}),
    maxRequestBytes: checkedInteger(
      "maxRequestBytes",
      options.maxRequestBytes ?? 10 * 1024 * 1024,
      1,
      0xffff_ffff,
    ),
    faults: resolveFaults(options.faults ?? []),
    signal: options.signal,
  });
}

function resolveTls(tls: TlsIdentity): TlsIdentity {
  checkedObject("tls", tls, ["cert", "key"]);
  if (typeof tls.cert !== "string" || tls.cert === "") refuse("tls.cert", "PEM text", "none");
  if (typeof tls.key !== "string" || tls.key === "") refuse("tls.key", "PEM text", "none");
  return tls;
}

function resolveGzip(gzip: GzipOptions): Required<GzipOptions> {
  checkedObject("gzip", gzip, ["accept", "answer"]);
  return Object.freeze({
    accept: checkedBoolean("gzip.accept", gzip.accept ?? false),
    answer: checkedBoolean("gzip.answer", gzip.answer ?? false),
  });
}

function resolveAuth(auth: AuthOptions): Required<AuthOptions> {
  checkedObject("auth", auth, [
    "clientId",
    "clientSecret",
    "subjectToken",
    "tokenLifetimeMs",
    "required",
  ]);
  const { clientId = "local-client", clientSecret = "local-secret" } = auth;
  if (typeof clientSecret !== "string" || clientSecret === "") {
    refuse("auth.clientSecret", "text", "none");
  }
  return Object.freeze({
    clientId: checkedText("auth.clientId", clientId),
    clientSecret,
    subjectToken: checkedText("auth.subjectToken", auth.subjectToken ?? "local-subject"),
    tokenLifetimeMs: checkedInteger(
      "auth.tokenLifetimeMs",
      auth.tokenLifetimeMs ?? 3_600_000,
      1,
      HIGHEST,
    ),
    required: checkedBoolean("auth.required", auth.required ?? true),
  });
}

function resolveTable(
  field: string,
  table: string | TableDefinition,
  maxRowsKept: number,
): ResolvedTable {
  const definition = typeof table === "string" ? { name: table } : table;
  checkedObject(field, definition, ["name", "maxRowsKept", "columns"]);
  if (typeof definition.name !== "string" || !isTableName(definition.name)) {
    refuse(`${field}.name`, "catalog.schema.table", shown(definition.name));
  }
  return Object.freeze({
    name: definition.name,
    maxRowsKept: checkedInteger(
      `${field}.maxRowsKept`,
      definition.maxRowsKept ?? maxRowsKept,
      0,
      HIGHEST,
    ),
    columns: definition.columns && new Map(
      definition.columns.map((column, index) => [
        column.name,
        resolveColumn(`${field}.columns[${index}]`, column),
      ]),
    ),
  });
}

function resolveColumn(field: string, column: ColumnDefinition): ResolvedColumn {
  checkedObject(field, column, ["name", "type", "nullable"]);
  checkedText(`${field}.name`, column.name);
  const nullable = checkedBoolean(`${field}.nullable`, column.nullable ?? true);
  if (column.type === undefined) return { nullable, type: undefined };
  const type = readColumnType(checkedText(`${field}.type`, column.type));
  if (type === undefined) refuse(`${field}.type`, "a type of SQL", shown(column.type));
  return { nullable, type };
}

function checkedText(field: string, value: unknown): string {
  if (typeof value !== "string" || value === "") refuse(field, "text", shown(value));
  return value;
}
