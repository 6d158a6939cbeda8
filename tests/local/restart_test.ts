import { assertEquals, assertRejects } from "@std/assert";
import { startLocalZerobus } from "../../src/local/mod.ts";
import { test } from "../harness/mod.ts";
import { createStream, openStream, single, statusOf, TABLE } from "./client.ts";
import { READING, reading } from "./reading.ts";
import { saidBy } from "./said.ts";

test("restart: the same port, the same tables, other tokens", async () => {
  await using local = await startLocalZerobus();
  const { url } = local;
  const token = local.issueToken(TABLE);
  const stream = openStream(local);
  stream.send(createStream(READING));
  stream.send(single(0, reading(0)));
  await local.tables.get(TABLE)?.waitForRows(1);
  await stream.receive();
  const [error] = await Promise.all([stream.outcome(), local.restart(), local.restart()]);
  assertEquals(statusOf(error), "UNAVAILABLE");
  assertEquals(await saidBy(local, 1), ["created", "ack 0", "OK"]);
  assertEquals([local.url, local.tables.get(TABLE)!.rowCount], [url, 2]);
  const headers = { authorization: `Bearer ${token}`, "x-databricks-zerobus-table-name": TABLE };
  assertEquals(statusOf(await openStream(local, { headers }).outcome()), "UNAUTHENTICATED");

  const kept = local.issueToken(TABLE);
  await local.restart({ keepTokens: true });
  const next = openStream(local, { headers: { ...headers, authorization: `Bearer ${kept}` } });
  next.send(createStream(READING));
  assertEquals((await next.receive()).case, "createStreamResponse");
  next.abort();
});

test("restart: closing cuts the time away short", async () => {
  const local = await startLocalZerobus();
  const restarted = assertRejects(() => local.restart({ downMs: 60_000 }), DOMException, "closed");
  await local.close();
  await restarted;
  await assertRejects(() => local.restart(), DOMException, "closed");
  await assertRejects(() => fetch(local.url));
});
