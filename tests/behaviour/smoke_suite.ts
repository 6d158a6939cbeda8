import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import type { TestEnvironment } from "../harness/environment.ts";
import { test } from "../harness/mod.ts";

/** The entry point loads, refuses nonsense, and finds a local server to talk to. */
export function smokeSuite(env: TestEnvironment): void {
  const { ConfigurationError, createWrapper } = env.library;

  test("a configuration that cannot work is refused with the field's name", async () => {
    const error = await assertRejects(() =>
      createWrapper({ endpoint: "https://localhost:1", tableName: "not a table" })
    );
    assertInstanceOf(error, ConfigurationError);
    assertEquals(error.details.field, "tableName");
  });

  test("a local server starts with empty tables, is reached by fetch, and stops", async () => {
    await using local = await env.startLocal();
    assertEquals(await local.table("main.default.nobody"), { rowCount: 0, rows: [] });
    const response = await fetch(new URL("/no/such/path", local.url));
    await response.body?.cancel();
    assertEquals(response.ok, false);
    await local.close();
    await assertRejects(() => fetch(local.url));
  });
}
