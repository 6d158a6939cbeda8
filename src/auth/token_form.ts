/**
 * What a token for one table is asked for with.
 *
 * @module
 */
import { refuse } from "../core/checks.ts";

/** Printable ASCII without dots and without the back-ticks of quoted names. */
const NAME_PART = /^[\x21-\x2d\x2f-\x5f\x61-\x7e]+$/;

/** The form of a request whose token is for the workspace's own interfaces. */
export function workspaceTokenForm(): URLSearchParams {
  return new URLSearchParams({ scope: "all-apis" });
}

/**
 * The form of a request whose token may write to exactly one table.
 *
 * @throws {ConfigurationError} when the table name does not have three parts
 */
export function tokenForm(tableName: string, workspaceId: string): URLSearchParams {
  return new URLSearchParams({
    scope: "all-apis",
    resource: `api://databricks/workspaces/${workspaceId}/zerobusDirectWriteApi`,
    authorization_details: JSON.stringify(authorizationDetails(tableName)),
  });
}

function authorizationDetails(tableName: string): readonly Readonly<Record<string, unknown>>[] {
  const parts = tableName.split(".");
  if (parts.length !== 3 || !parts.every((part) => NAME_PART.test(part))) {
    refuse(
      "tableName",
      "three parts, catalog.schema.table, to ask for a token for",
      `${parts.length} of them or characters that names do not have`,
    );
  }
  const [catalog, schema] = parts;
  const type = "unity_catalog_privileges";
  return [
    {
      type,
      privileges: ["USE CATALOG"],
      object_type: "CATALOG",
      object_full_path: catalog,
    },
    {
      type,
      privileges: ["USE SCHEMA"],
      object_type: "SCHEMA",
      object_full_path: `${catalog}.${schema}`,
    },
    {
      type,
      privileges: ["SELECT", "MODIFY"],
      object_type: "TABLE",
      object_full_path: tableName,
      operations: ["zerobuswrite"],
    },
  ];
}
