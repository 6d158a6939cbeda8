import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ConfigurationError } from "../../src/core/errors.ts";
import { Problems } from "../../src/core/problems.ts";
import { type Preset, resolveConfiguration } from "../../src/core/resolve.ts";
import { test } from "../harness/mod.ts";

const CORE: Preset = { protocol: "grpc-web", protocols: ["grpc-web", "connect"], ownOptions: [] };
const MINIMAL = {
  endpoint: "https://1234567890.zerobus.us-west-2.cloud.databricks.com",
  tableName: "main.iot.readings",
  unityCatalogUrl: "https://my-workspace.cloud.databricks.com",
  clientId: "id",
  clientSecret: "hush-hush",
};
const PROVIDED = {
  endpoint: MINIMAL.endpoint,
  tableName: "readings",
  headersProvider: () => ({}),
};

const resolve = (configuration: unknown) => resolveConfiguration(configuration, CORE);

test("defaults are filled in and the whole is frozen", () => {
  const resolved = resolve(MINIMAL);
  assertEquals(resolved.protocol, "grpc-web");
  assertEquals(resolved.retry, { maxAttempts: 5, baseDelayMs: 100, maxDelayMs: 30_000 });
  assertEquals(resolved.stream.maxRequestBytes, 10_420_224);
  assertEquals(resolved.stream.maxRequestRecords, 100_000);
  assertEquals(resolved.stream.pauseMaxMs, undefined);
  assertEquals(resolved.conversion.extraColumns, "error");
  assertEquals(resolved.writerDisabled, false);
  assertEquals(resolved.isolation, { maxExtraRequests: 64 });
  assertEquals(resolved.backoff, {
    failureRate: {
      threshold: 0.01,
      minRows: 100,
      windowMs: 300_000,
      pauseMs: 30_000,
      jitterMs: 15_000,
    },
    service: { pauseMs: 60_000, jitterMs: 30_000 },
  });
  const { retry, stream, conversion, access, isolation, backoff } = resolved;
  const parts = [resolved, retry, stream, conversion, access, isolation, backoff];
  for (const part of parts) assert(Object.isFrozen(part));
});

test("records are Protobuf unless another format is named that the protocol carries", () => {
  assertEquals(resolve(MINIMAL).recordFormat, "protobuf");
  assertEquals(resolve({ ...MINIMAL, recordFormat: "protobuf" }).recordFormat, "protobuf");
  // Whoever brings a transport knows what it carries.
  const transport = { open: () => {}, close: () => {} };
  assertEquals(resolve({ ...MINIMAL, transport, recordFormat: "arrow" }).recordFormat, "arrow");
});

test("an explicit undefined means the default", () => {
  const resolved = resolve({ ...MINIMAL, retry: { maxAttempts: undefined }, stream: undefined });
  assertEquals(resolved.retry.maxAttempts, 5);
});

const ENDPOINTS: [given: string, resolved: string][] = [
  ["https://x.example.com", "https://x.example.com"],
  ["x.example.com", "https://x.example.com"],
  ["  x.example.com:8443/ ", "https://x.example.com:8443"],
  ["https://x.example.com/base/", "https://x.example.com/base"],
  ["http://localhost:9000", "http://localhost:9000"],
  ["http://127.0.0.1:9000", "http://127.0.0.1:9000"],
  ["http://127.8.9.1", "http://127.8.9.1"],
  ["http://[::1]:9000", "http://[::1]:9000"],
  ["http://zerobus.localhost:9000", "http://zerobus.localhost:9000"],
];
for (const [given, expected] of ENDPOINTS) {
  test(`endpoint ${JSON.stringify(given)} becomes ${expected}`, () => {
    assertEquals(resolve({ ...PROVIDED, endpoint: given }).endpoint, expected);
    assertEquals(resolve({ ...PROVIDED, endpoint: given.trim() }).endpoint, expected);
  });
}

test("an endpoint may be a URL object", () => {
  assertEquals(resolve({ ...PROVIDED, endpoint: new URL("https://a.b/") }).endpoint, "https://a.b");
});

test("plain http to other hosts needs insecure", () => {
  const endpoint = "http://zerobus.internal:9000";
  assertEquals(resolve({ ...PROVIDED, endpoint, insecure: true }).endpoint, endpoint);
});

for (const tableName of ["t", "s.t", "c.s.t", "C_1.s_2.T_3", "1.2.3"]) {
  test(`table name ${tableName} is accepted where no token is scoped to it`, () => {
    assertEquals(resolve({ ...PROVIDED, tableName }).tableName, tableName);
  });
}

const REFUSED: [what: string, change: Record<string, unknown>, field: string, says: string[]][] = [
  ["no endpoint", { endpoint: undefined }, "endpoint", ["https URL", "undefined"]],
  ["an empty endpoint", { endpoint: " " }, "endpoint", ["an empty string"]],
  ["an endpoint that is no URL", { endpoint: "https://" }, "endpoint", ["no URL"]],
  ["another scheme", { endpoint: "ftp://x" }, "endpoint", ['scheme "ftp"']],
  ["an endpoint with a query", { endpoint: "https://x/?a=b" }, "endpoint", ["without query"]],
  ["plain http", { endpoint: "http://x.com" }, "endpoint", ["insecure: true", "http://x.com"]],
  ["http to a look-alike", { endpoint: "http://127.0.0.1.evil.com" }, "endpoint", ["loopback"]],
  ["a number for a table", { tableName: 7 }, "tableName", ["three parts", "7"]],
  ["two parts with OAuth", { tableName: "a.b" }, "tableName", ["three parts", '"a.b"']],
  ["no id", { clientId: undefined }, "clientId", ["headersProvider", "undefined"]],
  ["no secret", { clientSecret: undefined }, "clientSecret", ["headersProvider", "undefined"]],
  ["an empty secret", { clientSecret: "" }, "clientSecret", ["empty"]],
  ["no workspace URL", { unityCatalogUrl: undefined }, "unityCatalogUrl", ["undefined"]],
  ["a bad workspace URL", { unityCatalogUrl: "http://w.com" }, "unityCatalogUrl", ["loopback"]],
  ["a provider that is none", { headersProvider: {} }, "headersProvider", ["a function"]],
  ["both ways in", { headersProvider: () => ({}) }, "headersProvider", ["not both"]],
  ["a protocol nobody knows", { protocol: "soap" }, "protocol", ['"grpc"', '"soap"']],
  ["a format nobody knows", { recordFormat: "xml" }, "recordFormat", ['"protobuf"', '"xml"']],
  ["gRPC where it cannot be", { protocol: "grpc" }, "protocol", ["/deno", "grpc-web"]],
  ["an unknown option", { tabelName: "x" }, "tabelName", ["unknown option", "tableName"]],
  ["a truthy flag", { insecure: 1 }, "insecure", ["true or false", "1"]],
  ["a transport that is none", { transport: {} }, "transport", ["open() and close()"]],
  ["a name with a line break", { applicationName: "a\nb" }, "applicationName", ["printable"]],
  ["a signal that is none", { signal: true }, "signal", ["AbortSignal"]],
  ["retry that is none", { retry: 3 }, "retry", ["an object", "3"]],
  ["an unknown retry option", { retry: { tries: 1 } }, "retry.tries", ["maxAttempts"]],
  ["no attempts", { retry: { maxAttempts: 0 } }, "retry.maxAttempts", ["from 1", "got 0"]],
  ["half attempts", { retry: { maxAttempts: 1.5 } }, "retry.maxAttempts", ["integer", "1.5"]],
  ["NaN", { retry: { baseDelayMs: NaN } }, "retry.baseDelayMs", ["NaN"]],
  [
    "a cap below the base",
    { retry: { baseDelayMs: 500, maxDelayMs: 100 } },
    "retry.maxDelayMs",
    ["at least retry.baseDelayMs (500)", "100"],
  ],
  [
    "requests larger than the service takes",
    { stream: { maxRequestBytes: 10_420_225 } },
    "stream.maxRequestBytes",
    ["10420224", "10420225"],
  ],
  ["no window", { stream: { maxInflightRequests: 0 } }, "stream.maxInflightRequests", ["from 1"]],
  ["a negative pause", { stream: { pauseMaxMs: -1 } }, "stream.pauseMaxMs", ["from 0"]],
  ["65 lanes", { stream: { streams: 65 } }, "stream.streams", ["from 1 to 64"]],
  [
    "a status nobody knows",
    { stream: { retryableStatuses: ["TEAPOT"] } },
    "stream.retryableStatuses",
    ["UNAVAILABLE", "TEAPOT"],
  ],
  [
    "an odd word for extra columns",
    { conversion: { extraColumns: "keep" } },
    "conversion.extraColumns",
    ['"error"', '"drop"'],
  ],
  ["a word for isolation", { isolateRejectedRows: "no" }, "isolateRejectedRows", ["true, false"]],
  [
    "less than nothing to spend",
    { isolateRejectedRows: { maxExtraRequests: -1 } },
    "isolateRejectedRows.maxExtraRequests",
    ["from 0", "-1"],
  ],
  ["a back-off that is none", { backoff: true }, "backoff", ["an object", "true"]],
  ["an unknown back-off", { backoff: { rate: 1 } }, "backoff.rate", ["failureRate, service"]],
  ["a number for a switch", { backoff: { service: 6006 } }, "backoff.service", ["true or false"]],
  ["null for a rate", { backoff: { failureRate: null } }, "backoff.failureRate", ["an object"]],
  [
    "a share in per cent",
    { backoff: { failureRate: { threshold: 5 } } },
    "backoff.failureRate.threshold",
    ["from 0 to 1", "5"],
  ],
  [
    "a share that is none",
    { backoff: { failureRate: { threshold: NaN } } },
    "backoff.failureRate.threshold",
    ["NaN"],
  ],
  [
    "no rows to judge by",
    { backoff: { failureRate: { minRows: 0 } } },
    "backoff.failureRate.minRows",
    ["from 1"],
  ],
  [
    "a window without end",
    { backoff: { failureRate: { windowMs: Infinity } } },
    "backoff.failureRate.windowMs",
    ["Infinity"],
  ],
];
for (const [what, change, field, says] of REFUSED) {
  test(`refused: ${what}`, () => {
    const error = assertThrows(() => resolve({ ...MINIMAL, ...change }), ConfigurationError);
    assertEquals(error.details.field, field);
    assertStringIncludes(error.message, `${field}:`);
    for (const words of says) assertStringIncludes(error.message, words);
  });
}

const SWITCHED: [given: Record<string, unknown>, part: "isolation" | "backoff", is: unknown][] = [
  [{ isolateRejectedRows: false }, "isolation", undefined],
  [{ isolateRejectedRows: true }, "isolation", { maxExtraRequests: 64 }],
  [{ isolateRejectedRows: { maxExtraRequests: 0 } }, "isolation", { maxExtraRequests: 0 }],
  [{ stream: { recovery: false } }, "isolation", undefined],
  [{ backoff: { failureRate: false, service: false } }, "backoff", {
    failureRate: undefined,
    service: undefined,
  }],
  [{ backoff: { failureRate: { minRows: 7, threshold: 1 }, service: false } }, "backoff", {
    failureRate: {
      threshold: 1,
      minRows: 7,
      windowMs: 300_000,
      pauseMs: 30_000,
      jitterMs: 15_000,
    },
    service: undefined,
  }],
];
for (const [given, part, expected] of SWITCHED) {
  test(`${JSON.stringify(given)} decides ${part}`, () => {
    assertEquals(resolve({ ...MINIMAL, ...given })[part], expected);
  });
}

const BAD_NAMES = ["", "a.b.c.d", "a..c", ".a", "a.", "a-b", "a b", "a@b", "a#b", "ä", "a.`b`"];
for (const tableName of BAD_NAMES) {
  test(`refused: table name ${JSON.stringify(tableName)}`, () => {
    const error = assertThrows(() => resolve({ ...PROVIDED, tableName }), ConfigurationError);
    assertEquals(error.details.field, "tableName");
  });
}

test("everything that is wrong is said at once", () => {
  const error = assertThrows(
    () =>
      resolve({
        endpoint: "ftp://x",
        tableName: 7,
        clientID: "id",
        protocol: "soap",
        recordFormat: "xml",
        insecure: "yes",
        retry: { maxAttempts: 0, baseDelayMs: -1 },
        stream: { streams: 65, recovery: 1 },
        conversion: { maxRecordBytes: 0, extraColumns: "keep" },
        backoff: { service: 1, failureRate: { threshold: 2, minRows: 0 } },
        debug: { outputDir: "" },
      }),
    ConfigurationError,
  );
  const fields = (error.details.problems ?? []).map((problem) => problem.split(":")[0]);
  assertEquals(
    fields.sort(),
    [
      "clientID endpoint tableName clientId clientSecret unityCatalogUrl protocol recordFormat",
      "insecure retry.maxAttempts retry.baseDelayMs stream.streams stream.recovery",
      "conversion.maxRecordBytes conversion.extraColumns backoff.service debug.outputDir",
      "backoff.failureRate.threshold backoff.failureRate.minRows",
    ].join(" ").split(" ").sort(),
  );
  assertStringIncludes(error.message, `clientID: unknown option; did you mean "clientId"?`);
});

test("what fails for another reason than the configuration is not collected", () => {
  const problems = new Problems();
  const fail = () => {
    throw new TypeError("a mistake of ours");
  };
  assertThrows(() => problems.attempt<void>(fail, undefined), TypeError);
  assertEquals(problems.sentences, []);
});

for (const value of [undefined, null, 1, "x", []]) {
  test(`refused: ${JSON.stringify(value)} as a configuration`, () => {
    assertThrows(() => resolve(value), ConfigurationError, "configuration: expected an object");
  });
}

test("credentials are not needed when nothing is sent", () => {
  const resolved = resolve({ ...PROVIDED, headersProvider: undefined, writerDisabled: true });
  assertEquals(resolved.access, undefined);
});

test("no message shows a secret or what may hold one", () => {
  const hidden = "s3cr3t-value";
  const attempts = [
    { ...MINIMAL, clientSecret: { toString: () => hidden } },
    { ...MINIMAL, endpoint: `https://user:${hidden}@x.com` },
    { ...MINIMAL, endpoint: `https://x.com/?token=${hidden}` },
    { ...MINIMAL, endpoint: `http://user:${hidden}@x .com` },
    { ...MINIMAL, clientSecret: hidden, tableName: "?" },
  ];
  for (const attempt of attempts) {
    const error = assertThrows(() => resolve(attempt), ConfigurationError);
    assert(!String(error.stack).includes(hidden));
    assert(!JSON.stringify(error).includes(hidden));
  }
});

test("the resolved configuration does not show the secret", () => {
  const resolved = resolve(MINIMAL);
  assert(!JSON.stringify(resolved).includes(MINIMAL.clientSecret));
  assertEquals(
    resolved.access?.kind === "oauth" && resolved.access.clientSecret.reveal(),
    "hush-hush",
  );
});
