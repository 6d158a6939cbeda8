/**
 * The workspace's OAuth endpoint: client credentials in, a token for one table (or for the
 * workspace's own interfaces) out.
 *
 * @module
 */
import { isTableName } from "./table_name.ts";

/** What a token request proves and asks for. */
export interface TokenRequest {
  /** HTTP method. */
  readonly method: string;
  /** Value of the `content-type` header. */
  readonly contentType: string | undefined;
  /** Value of the `authorization` header. */
  readonly authorization: string | undefined;
  /** The form. */
  readonly body: string;
}

/** An answer whose body is JSON. */
export interface JsonAnswer {
  /** HTTP status. */
  readonly status: number;
  /** To be serialized. */
  readonly body: Readonly<Record<string, unknown>> | readonly unknown[];
  /** Headers besides the content type. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The client that may ask, and what to do when it asks well. */
export interface TokenIssuer {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly subjectToken: string;
  readonly tokenLifetimeMs: number;
  /** Mints the token. */
  issue(tableName: string): string;
}

const FORM = "application/x-www-form-urlencoded";
const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const SCOPE = "all-apis";
const RESOURCE = /^api:\/\/databricks\/workspaces\/[^/]+\/zerobusDirectWriteApi$/;

/** Answers a token request: 200 with a token, 401 for the wrong client, 400 for a wrong form. */
export function answerTokenRequest(request: TokenRequest, issuer: TokenIssuer): JsonAnswer {
  if (request.method !== "POST") {
    return { ...refusal(405, "invalid_request", "use POST"), headers: { allow: "POST" } };
  }
  const type = (request.contentType ?? "").split(";", 1)[0]!.trim().toLowerCase();
  const form = new URLSearchParams(type === FORM ? request.body : "");
  const isExchange = form.get("grant_type") === EXCHANGE;
  if (isExchange && !isSubject(form, issuer)) {
    return refusal(401, "invalid_grant", "wrong subject token");
  }
  if (!isExchange && request.authorization !== basic(issuer.clientId, issuer.clientSecret)) {
    return {
      ...refusal(401, "invalid_client", "wrong client id or secret (HTTP Basic)"),
      headers: { "www-authenticate": 'Basic realm="local zerobus"' },
    };
  }
  if (type !== FORM) return refusal(400, "invalid_request", "the body is not form-encoded");
  if (!isExchange && form.get("grant_type") !== "client_credentials") {
    return refusal(
      400,
      "unsupported_grant_type",
      "grant_type is neither client_credentials nor an exchange of tokens",
    );
  }
  if (form.get("scope") !== SCOPE) {
    return refusal(400, "invalid_scope", `scope is not ${SCOPE}`);
  }
  if (!form.has("resource") && !form.has("authorization_details")) return issued(issuer, "");
  if (!RESOURCE.test(form.get("resource") ?? "")) {
    return refusal(
      400,
      "invalid_target",
      "resource is not api://databricks/workspaces/<workspace id>/zerobusDirectWriteApi",
    );
  }
  const table = tableOf(form.get("authorization_details") ?? "");
  if ("problem" in table) {
    return refusal(400, "invalid_authorization_details", table.problem);
  }
  return issued(issuer, table.name);
}

/** An answer with a token; without a table it is for the workspace's other interfaces. */
function issued(issuer: TokenIssuer, tableName: string): JsonAnswer {
  return {
    status: 200,
    body: {
      access_token: issuer.issue(tableName),
      token_type: "Bearer",
      expires_in: Math.floor(issuer.tokenLifetimeMs / 1000),
      scope: SCOPE,
    },
    headers: { "cache-control": "no-store" },
  };
}

/** Whether an exchange brings the token of the identity provider, for the one client if for any. */
function isSubject(form: URLSearchParams, { clientId, subjectToken }: TokenIssuer): boolean {
  return form.get("subject_token") === subjectToken &&
    form.get("subject_token_type") === "urn:ietf:params:oauth:token-type:jwt" &&
    (form.get("client_id") ?? clientId) === clientId;
}

/** The table that a token request is about, if it can be told. */
export function tokenRequestTable(body: string): string | undefined {
  const table = tableOf(new URLSearchParams(body).get("authorization_details") ?? "");
  return "name" in table ? table.name : undefined;
}

/** What must be asked for at each level of a table's name. */
const LEVELS = [
  { objectType: "CATALOG", privileges: ["USE CATALOG"] },
  { objectType: "SCHEMA", privileges: ["USE SCHEMA"] },
  { objectType: "TABLE", privileges: ["SELECT", "MODIFY"] },
] as const;

/** The table that a well-formed `authorization_details` names, or what is wrong with it. */
function tableOf(text: string): { readonly name: string } | { readonly problem: string } {
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    return { problem: "it is no JSON" };
  }
  if (!Array.isArray(entries) || entries.length !== LEVELS.length) {
    return { problem: "it is no array of three entries" };
  }
  const byType = new Map<unknown, Record<string, unknown>>(
    entries.map((entry) => [entry?.object_type, entry]),
  );
  const name = byType.get("TABLE")?.object_full_path;
  if (typeof name !== "string" || !isTableName(name)) {
    return { problem: "there is no TABLE entry with a path catalog.schema.table" };
  }
  for (const [index, { objectType, privileges }] of LEVELS.entries()) {
    const entry = byType.get(objectType);
    const path = name.split(".", index + 1).join(".");
    const wanted = entry?.type === "unity_catalog_privileges" && entry.object_full_path === path &&
      sameWords(entry.privileges, privileges) &&
      (entry.operations === undefined || sameWords(entry.operations, ["zerobuswrite"]));
    if (!wanted) {
      return { problem: `there is no entry for ${privileges.join(" and ")} on ${path}` };
    }
  }
  return { name };
}

function sameWords(found: unknown, wanted: readonly string[]): boolean {
  return Array.isArray(found) && found.length === wanted.length &&
    wanted.every((word) => found.includes(word));
}

function basic(clientId: string, clientSecret: string): string {
  const bytes = new TextEncoder().encode(`${clientId}:${clientSecret}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

function refusal(status: number, error: string, description: string): JsonAnswer {
  return { status, body: { error, error_description: description } };
}
