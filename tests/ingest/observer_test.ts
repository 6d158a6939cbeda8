import { assertEquals, assertRejects } from "@std/assert";
import { test } from "../harness/mod.ts";
import { payload, stage, strike, unavailable } from "./stage.ts";

test("observers hear the story, and their failures are nobody's", async () => {
  const set = stage();
  await set.ingest(0);
  const error = unavailable();
  set.transport.latest.fail(error);
  await set.clock.advance(50);
  assertEquals(set.events, [
    ["connecting", { attempt: 1 }],
    ["connected", { attempt: 1, streamId: "stream-1" }],
    ["retrying", { error, delayMs: 50 }],
    ["connecting", { attempt: 2 }],
    ["connected", { attempt: 2, streamId: "stream-2" }],
  ]);
  await strike(set);

  const explode = () => {
    throw new Error("broken gauge");
  };
  const broken = stage({
    observer: { connecting: explode, connected: explode, acknowledged: explode, failed: explode },
  });
  await broken.ingest(0);
  broken.transport.latest.acknowledge(0);
  await broken.stream.flush();
  await strike(broken);
});

for (const hook of ["connecting", "connected", "acknowledged", "retrying", "paused"] as const) {
  test(`an observer may abort the stream from ${hook}`, async () => {
    const set = stage({ observer: { [hook]: () => set.stream.abort() } });
    set.transport.onConnection = (server) => {
      server.onRequest = () => {
        if (hook === "acknowledged") server.acknowledgeAll();
        else if (hook === "paused") server.announceEnd(1000);
        else if (hook === "retrying") server.fail(unavailable());
      };
    };
    await set.ingest(0);
    assertEquals(set.stream.state, "failed");
    await strike(set);
    await assertRejects(() => set.stream.ingest(payload(1)));
  });
}
