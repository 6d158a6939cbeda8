import { assert, assertEquals, assertGreaterOrEqual, assertRejects } from "@std/assert";
import { ConfigurationError } from "../../src/core/errors.ts";
import { ErrorInfoSchema } from "../../src/gen/error_info_pb.ts";
import { RetryInfoSchema } from "../../src/gen/retry_info_pb.ts";
import { type Fault, startLocalZerobus } from "../../src/local/mod.ts";
import { test } from "../harness/mod.ts";
import { createStream, openStream, statusOf, TABLE, WIRES } from "./client.ts";
import { READING } from "./reading.ts";
import { saidBy } from "./said.ts";

const SCRIPTS: [title: string, faults: Fault[], requests: number, said: string[]][] = [
  [
    "an error in place of the stream",
    [
      { kind: "error", at: "creation", status: "ABORTED" },
    ],
    1,
    ["ABORTED"],
  ],
  [
    "an error as soon as the stream is accepted",
    [
      { kind: "error", status: "DATA_LOSS" },
    ],
    1,
    ["created", "DATA_LOSS"],
  ],
  [
    "an error after two requests",
    [
      { kind: "error", status: "INTERNAL", at: { requests: 2 } },
    ],
    4,
    ["created", "ack 0", "ack 1", "INTERNAL"],
  ],
  [
    "an error after two records",
    [
      { kind: "error", status: "INTERNAL", at: { records: 2 } },
    ],
    4,
    ["created", "ack 0", "ack 1", "INTERNAL"],
  ],
  ["a clean end", [{ kind: "end", at: { requests: 1 } }], 4, ["created", "ack 0", "OK"]],
  ["a wrong first message", [{ kind: "wrong_first_message" }], 0, ["ack 0", "OK"]],
  ["a stream without a name", [{ kind: "missing_stream_id" }], 0, ["nameless", "OK"]],
  [
    "an acknowledgement twice",
    [
      { kind: "duplicate_acknowledgement", at: { requests: 1 } },
    ],
    3,
    ["created", "ack 0", "ack 1", "ack 1", "ack 2", "OK"],
  ],
  [
    "acknowledgements missing",
    [
      { kind: "withhold_acknowledgement", times: 2 },
    ],
    3,
    ["created", "ack 2", "OK"],
  ],
  [
    "acknowledgements backwards and beyond",
    [
      { kind: "backward_acknowledgement", at: { requests: 2 } },
      { kind: "excessive_acknowledgement", by: 7 },
    ],
    4,
    ["created", "ack 0", "ack 1", "ack 2", "ack 0", "ack 10", "OK"],
  ],
  [
    "acknowledgements coalesced",
    [
      { kind: "coalesce_acknowledgements", every: 3, delayMs: 60_000 },
    ],
    4,
    ["created", "ack 2", "ack 3", "OK"],
  ],
  [
    "what is coalesced is said at the end",
    [
      { kind: "coalesce_acknowledgements", every: 9, delayMs: 60_000, times: "always" },
    ],
    4,
    ["created", "ack 3", "OK"],
  ],
  [
    "late acknowledgements hold up those behind them",
    [
      { kind: "delay_acknowledgement", delayMs: 20 },
    ],
    2,
    ["created", "ack 0", "ack 1", "OK"],
  ],
  [
    "a close signal without a duration",
    [
      { kind: "close_signal", at: { requests: 1 } },
    ],
    3,
    ["created", "ack 0", "close -", "OK"],
  ],
  [
    "a close signal, and the end in time",
    [
      { kind: "close_signal", durationMs: 20 },
      { kind: "slow_reads", pauseMs: 60_000 },
    ],
    3,
    ["created", "close 20", "OK"],
  ],
  [
    "a request too large",
    [
      { kind: "request_too_large", at: { requests: 1 } },
    ],
    3,
    ["created", "ack 0", "INVALID_ARGUMENT"],
  ],
  [
    "a record that is refused",
    [
      { kind: "reject_record", column: "id", equals: 2 },
    ],
    4,
    ["created", "ack 0", "ack 1", "INVALID_ARGUMENT"],
  ],
  [
    "one after the other, counted anew",
    [
      { kind: "withhold_acknowledgement", at: { requests: 1 } },
      { kind: "duplicate_acknowledgement", at: { requests: 1 } },
      { kind: "end", at: { requests: 0 } },
    ],
    5,
    ["created", "ack 0", "ack 2", "ack 3", "ack 3", "OK"],
  ],
  [
    "a fault of another table waits",
    [
      { kind: "error", status: "INTERNAL", table: "main.iot.others" },
    ],
    1,
    ["created", "ack 0", "OK"],
  ],
  [
    "what happens always lets others have their turn",
    [
      { kind: "duplicate_acknowledgement", times: "always" },
      { kind: "end", at: { requests: 2 } },
    ],
    3,
    ["created", "ack 0", "ack 0", "ack 1", "ack 1", "OK"],
  ],
  ["a token rejected", [{ kind: "reject_token" }], 0, ["UNAUTHENTICATED"]],
];

for (const [title, faults, requests, said] of SCRIPTS) {
  test(`faults: ${title}`, async () => {
    await using local = await startLocalZerobus({ faults });
    assertEquals(await saidBy(local, requests), said);
  });
}

for (const wire of WIRES) {
  test(`${wire.name}: a reset ends the connection, and its acknowledgements came before`, async () => {
    await using local = await startLocalZerobus({
      faults: [{ kind: "reset", at: { requests: 2 } }],
    });
    const said = await saidBy(local, 4, { wire });
    assertEquals(said.slice(0, 3), ["created", "ack 0", "ack 1"]);
    assert(said[3] !== "OK", said[3]);
    const requests = [...local.tables.get(TABLE)!.requests()];
    assertEquals(requests.map(({ acknowledged }) => acknowledged), [true, true]);
    assertGreaterOrEqual(requests[1]!.cutAfterMs!, 25);
  });

  test(`${wire.name}: a silent server says and keeps nothing, and closes in time`, async () => {
    await using local = await startLocalZerobus({
      faults: [{ kind: "silence", at: { requests: 1 } }],
    });
    assertEquals(await saidBy(local, 4, { wire, until: 2 }), ["created", "ack 0"]);
    assertEquals(local.tables.get(TABLE)!.rowCount, 1);
  });
}

test("faults: the place in the script survives connections", async () => {
  await using local = await startLocalZerobus({
    faults: [{ kind: "error", status: "INTERNAL", at: { requests: 3 }, times: 2 }],
  });
  assertEquals((await saidBy(local, 2)).at(-1), "OK");
  assertEquals(await saidBy(local, 2), ["created", "ack 0", "INTERNAL"]);
  assertEquals(local.faults.left.map(({ times }) => times), [1]);
  assertEquals((await saidBy(local, 3)).at(-1), "INTERNAL");
  assertEquals([local.faults.left, local.faults.fired.error], [[], 2]);
  local.faults.add({ kind: "end" }, { kind: "end" });
  assertEquals(await saidBy(local, 1), ["created", "OK"]);
  local.faults.clear();
  assertEquals(await saidBy(local, 1), ["created", "ack 0", "OK"]);
});

test("faults: RetryInfo and ErrorInfo are in the details", async () => {
  const fault: Fault = {
    kind: "error",
    at: "creation",
    status: "UNAVAILABLE",
    retryAfterMs: 1_500,
    serviceCode: 6006,
  };
  await using local = await startLocalZerobus({ faults: [fault] });
  const stream = openStream(local);
  stream.send(createStream(READING));
  const error = (await stream.outcome())!;
  const [info] = error.findDetails(RetryInfoSchema);
  assertEquals([info?.retryDelay?.seconds, info?.retryDelay?.nanos], [1n, 500_000_000]);
  assertEquals(error.findDetails(ErrorInfoSchema)[0]?.metadata, { error_code: "6006" });
});

test("faults: a rejected token is never taken again", async () => {
  await using local = await startLocalZerobus({ faults: [{ kind: "reject_token" }] });
  const headers = {
    authorization: `Bearer ${local.issueToken(TABLE)}`,
    "x-databricks-zerobus-table-name": TABLE,
  };
  for (let attempt = 0; attempt < 2; attempt++) {
    assertEquals(statusOf(await openStream(local, { headers }).outcome()), "UNAUTHENTICATED");
  }
  assertEquals(await saidBy(local, 0), ["created", "OK"]);
});

test("faults: the token endpoint in trouble", async () => {
  await using local = await startLocalZerobus({
    faults: [
      { kind: "token_error", status: 429, retryAfterSeconds: 7 },
      { kind: "token_error", status: 503 },
      { kind: "token_garbage" },
      { kind: "token_hang" },
    ],
  });
  const ask = (signal?: AbortSignal) =>
    fetch(`${local.url}/oidc/v1/token`, {
      method: "POST",
      body: "",
      ...(signal ? { signal } : {}),
    });
  const busy = await ask();
  assertEquals([busy.status, busy.headers.get("retry-after")], [429, "7"]);
  await busy.body?.cancel();
  const down = await ask();
  assertEquals([down.status, down.headers.get("retry-after")], [503, null]);
  await down.body?.cancel();
  const garbage = await ask();
  assertEquals(garbage.status, 200);
  await assertRejects(() => garbage.json());
  await assertRejects(() => ask(AbortSignal.timeout(50)), DOMException);
  assertEquals(await ask().then(({ status, body }) => body?.cancel().then(() => status)), 401);
});

test("faults: duplicates are found, with what their requests were told", async () => {
  await using local = await startLocalZerobus({
    faults: [{ kind: "withhold_acknowledgement" }, { kind: "end" }],
  });
  await saidBy(local, 1);
  await saidBy(local, 2);
  const [duplicate, ...others] = local.tables.get(TABLE)!.duplicates();
  assertEquals([duplicate!.row.id, others], [0n, []]);
  assertEquals(duplicate!.requests.map(({ acknowledged }) => acknowledged), [false, true]);
  assertEquals(duplicate!.requests.map(({ cutAfterMs }) => cutAfterMs), [undefined, undefined]);
});

const BAD_FAULTS: [faults: unknown, field: string][] = [
  [[{ kind: "errors" }], "faults[0].kind"],
  [[{ kind: "end" }, { kind: "error" }], "faults[1].status"],
  [[{ kind: "error", status: "OK" }], "faults[0].status"],
  [[{ kind: "end", after: 1 }], "faults[0].after"],
  [[{ kind: "end", at: { requests: 1, records: 1 } }], "faults[0].at"],
  [[{ kind: "end", at: { requests: -1 } }], "faults[0].at.requests"],
  [[{ kind: "end", times: 0 }], "faults[0].times"],
  [[{ kind: "end", table: "readings" }], "faults[0].table"],
  [[{ kind: "token_error", status: 200 }], "faults[0].status"],
  [[{ kind: "reject_record", column: "n", equals: {} }], "faults[0].equals"],
  [{ seed: 1, rate: 0 }, "faults.rate"],
  [{ seed: -1, rate: 1 }, "faults.seed"],
];

for (const [faults, field] of BAD_FAULTS) {
  test(`faults: ${JSON.stringify(faults)} are refused`, async () => {
    const error = await assertRejects(
      () => startLocalZerobus({ faults: faults as Fault[] }),
      ConfigurationError,
    );
    assertEquals(error.details.field, field);
  });
}
