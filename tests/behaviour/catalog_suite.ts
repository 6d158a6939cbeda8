import { assertEquals, assertMatch } from "@std/assert";
import type { LocalHandle, TestEnvironment } from "../harness/environment.ts";
import { test } from "../harness/mod.ts";
import { configurationFor, TABLE } from "./stage.ts";

/** Every kind of column, as `CREATE TABLE` has it. */
const COLUMNS = [
  { name: "device", type: "BIGINT", nullable: false },
  { name: "at", type: "TIMESTAMP" },
  { name: "day", type: "DATE" },
  { name: "price", type: "DECIMAL(10, 2)" },
  { name: "active", type: "BOOLEAN" },
  { name: "level", type: "TINYINT" },
  { name: "raw", type: "BINARY" },
  { name: "labels", type: "MAP<STRING, STRING>" },
  { name: "notes", type: "ARRAY<STRUCT<text: STRING NOT NULL, weight: DOUBLE>>" },
  { name: "extra", type: "VARIANT" },
];

const ROW = {
  device: 7n,
  at: new Date(1_700_000_000_123),
  day: new Date(Date.UTC(2026, 1, 3)),
  price: "19.99",
  active: true,
  level: -5,
  raw: Uint8Array.of(1, 2, 3),
  labels: { room: "attic" },
  notes: [{ text: "cold", weight: 0.5 }, { text: "drafty" }],
  extra: '{"a":1}',
};

/** A table's own columns decide what rows are. */
export function catalogSuite(env: TestEnvironment): void {
  const { fetchTableSchema, createWrapper, oauthHeadersProvider } = env.library;
  const workspaceOf = ({ unityCatalogUrl, clientId, clientSecret }: LocalHandle) => ({
    unityCatalogUrl,
    clientId,
    clientSecret,
    tableName: TABLE,
  });

  for (const { name, configuration: road } of env.roads) {
    test(`${name}: rows by the columns that the catalog knows`, async () => {
      // Arrow streams take VARIANT as a structure, which plain text does not become.
      const columns = COLUMNS.filter(({ type }) =>
        type !== "VARIANT" || road.recordFormat !== "arrow"
      );
      await using local = await env.startLocal({ tables: [{ name: TABLE, columns }] });
      const { schema } = await fetchTableSchema(workspaceOf(local));
      assertEquals(schema.fields.map((field) => field.name), columns.map((column) => column.name));
      await using wrapper = await createWrapper({ ...configurationFor(local), ...road });
      const { extra, ...rest } = ROW;
      const row = road.recordFormat === "arrow" ? rest : { ...rest, extra };
      const wrong = { device: 8n, price: "a lot" };
      const result = await wrapper.sendRows([row, wrong, row], { schema });
      assertEquals([result.error, result.successfulCount], [undefined, 2]);
      assertEquals(result.failedRows[0]!.error.details, { row: 1, column: "price" });
      assertEquals((await local.table(TABLE)).rowCount, 2);
    });
  }

  test("the catalog's descriptor numbers fields, and holds batches to the table's types", async () => {
    await using local = await env.startLocal({ tables: [{ name: TABLE, columns: COLUMNS }] });
    const table = await fetchTableSchema(workspaceOf(local));
    const descriptor = table.descriptor();
    assertEquals(descriptor.name, "IotReadings");
    assertEquals(
      descriptor.field.map(({ name, number }) => [name, number]),
      COLUMNS.map(({ name }, at) => [name, at + 1]),
    );
    await using wrapper = await createWrapper(configurationFor(local));
    const rows = [{ device: 1, level: 3 }, { level: 4 }];
    const result = await wrapper.sendRows(rows, { descriptor });
    assertEquals([result.error, result.successfulCount], [undefined, 1]);
    assertEquals(result.failedRows[0]!.error.details, { row: 1, column: "device" });
  });

  test("tokens of another identity provider are exchanged, for rows and for the catalog", async () => {
    await using local = await env.startLocal({ tables: [{ name: TABLE, columns: COLUMNS }] });
    const { endpoint, tableName, unityCatalogUrl } = configurationFor(local);
    const workspace = { unityCatalogUrl: unityCatalogUrl!, subjectToken: () => "local-subject" };
    const headersProvider = oauthHeadersProvider({ endpoint, ...workspace });
    await using wrapper = await createWrapper({ endpoint, tableName, headersProvider });
    const { schema } = await fetchTableSchema({ tableName, ...workspace });
    const result = await wrapper.sendRows([ROW], { schema });
    assertEquals([result.error, result.successfulCount], [undefined, 1]);
    assertEquals((await local.stats()).tokensIssued, 2);
    const stranger = { ...workspace, subjectToken: () => "another" };
    const error = await fetchTableSchema({ tableName, ...stranger }).catch((reason) => reason);
    assertEquals([error.name, error.details?.httpStatus], ["AuthenticationError", 401]);
  });

  test("the catalog does not know a table that is not there, nor one without types", async () => {
    await using local = await env.startLocal({ tables: [TABLE] });
    for (const tableName of [TABLE, "main.iot.nothing"]) {
      const error = await fetchTableSchema({ ...workspaceOf(local), tableName }).catch((e) => e);
      assertEquals([error.name, error.details?.field], ["ConfigurationError", "tableName"]);
      assertMatch(error.message, /has no table main\.iot\.\w+ \(HTTP 404\)/);
    }
  });

  test("the catalog shows nothing to strangers", async () => {
    await using local = await env.startLocal({ tables: [{ name: TABLE, columns: COLUMNS }] });
    const { clientId: _, clientSecret: __, ...open } = workspaceOf(local);
    const byToken = await fetchTableSchema({ ...open, token: "made-up" }).catch((e) => e);
    assertEquals([byToken.name, byToken.details?.httpStatus], ["AuthenticationError", 401]);
    const bySecret = await fetchTableSchema({ ...workspaceOf(local), clientSecret: "hunter2" })
      .catch((e) => e);
    assertEquals([bySecret.name, bySecret.details?.httpStatus], ["AuthenticationError", 401]);
    assertEquals(bySecret.message.includes("hunter2"), false);
  });
}
