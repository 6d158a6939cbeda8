/**
 * What every connection says in its headers.
 *
 * @module
 */
import type { ConnectionHeaders } from "../core/headers_provider.ts";
import { kindOf } from "../core/kind.ts";
import { refuse } from "../core/checks.ts";

/** Header that names the table of a stream. */
export const TABLE_NAME_HEADER = "x-databricks-zerobus-table-name";

const LEGAL_NAME = /^[a-z0-9._-]+$/;
const LEGAL_VALUE = /^[\x20-\x7e]*$/;

/**
 * The headers of a connection: those that a headers provider gave, checked, and the name of the
 * table, which overrides whatever the provider said about it. An empty `authorization` is left out.
 *
 * gRPC knows only lower-case names and printable ASCII; what runtimes make of anything else differs,
 * and some of them quote the value, which may be a credential. So it is refused here.
 *
 * @param provided what the provider gave
 * @param tableName full name of the table
 * @throws {ConfigurationError} for a name or value that cannot be sent; it names the header, but
 * never its value
 */
export function connectionHeaders(provided: ConnectionHeaders, tableName: string): Headers {
  const headers = new Headers();
  for (const [index, [givenName, value]] of pairsOf(provided).entries()) {
    const name = typeof givenName === "string" ? givenName.toLowerCase() : "";
    if (!LEGAL_NAME.test(name)) {
      // It may be a value in the wrong place, so it is not shown either.
      refuseHeaders(
        `names of ASCII letters, digits, "-", "_" and "."`,
        `something else as name of header ${index + 1}`,
      );
    }
    if (typeof value !== "string") {
      refuseHeaders("text as values", `${kindOf(value)} for "${name}"`);
    }
    if (!LEGAL_VALUE.test(value)) {
      refuseHeaders(
        "values of printable ASCII without line breaks",
        `something else for "${name}"`,
      );
    }
    if (headers.has(name)) refuseHeaders("each header once", `"${name}" more than once`);
    if (value.trim() !== "" || name !== "authorization") headers.set(name, value);
  }
  if (!LEGAL_VALUE.test(tableName)) {
    refuse("tableName", "printable ASCII", "something that cannot be sent as a header");
  }
  headers.set(TABLE_NAME_HEADER, tableName);
  return headers;
}

/** Reads any form of headers without the help of `Headers`, whose errors quote values. */
function pairsOf(provided: unknown): (readonly [unknown, unknown])[] {
  if (typeof provided !== "object" || provided === null) {
    refuseHeaders("Headers, a record or a list of pairs", kindOf(provided));
  }
  if (!(Symbol.iterator in provided)) return Object.entries(provided);
  return Array.from(provided as Iterable<unknown>, (pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) {
      refuseHeaders("pairs of name and value", "something else in the list");
    }
    return [pair[0], pair[1]];
  });
}

function refuseHeaders(wanted: string, found: string): never {
  refuse("headersProvider", wanted, found);
}
