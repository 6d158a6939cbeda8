import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isSecret } from "../../../src/core/secret.ts";
import { loadConfiguration } from "../../../src/runtime/configuration/load_configuration.ts";
import { namedOptions } from "../../../src/runtime/configuration/named_options.ts";
import { keyOf, type Option, variableOf } from "../../../src/runtime/configuration/option.ts";
import { createWrapper } from "../../../src/runtime/node.ts";
import { test } from "../../harness/mod.ts";
import { FILE, load, problemsOf, REQUIRED } from "./loading.ts";

function valueAt(tree: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>(
    (group, name) => (group as Record<string, unknown> | undefined)?.[name],
    tree,
  );
}

/** Values of options that not every value of their kind is one for. */
const SAMPLES: Readonly<Record<string, string | number>> = {
  endpoint: "https://localhost:9",
  tableName: "d.e.f",
  unityCatalogUrl: "https://localhost:9",
  "observability.endpoint": "https://localhost:9",
  proxy: "http://localhost:9",
  "retry.maxDelayMs": 12_345,
};

/** A value of an option: as text, and what it means. */
function sampleOf(path: string, { kind }: Option): readonly [text: string, value: unknown] {
  const sample = SAMPLES[path];
  if (sample !== undefined) return [String(sample), sample];
  switch (kind.type) {
    case "text":
    case "secret":
      return ["some text", "some text"];
    case "headers":
      return ["a=b, c=d=e", { a: "b", c: "d=e" }];
    case "boolean":
      return ["false", false];
    case "integer":
      return [`${kind.min + 7}`, kind.min + 7];
    case "number":
      return ["0.25", 0.25];
    case "choice":
      return [kind.values[1]!, kind.values[1]];
    case "list":
      return [`${kind.values[1]}, ${kind.values[2]}`, [kind.values[1], kind.values[2]]];
  }
}

/** Options that are of no use alone, and what they need. */
const COMPANY: Readonly<Record<string, readonly string[]>> = {
  clientId: ["clientSecret", "unityCatalogUrl"],
  clientSecret: ["clientId", "unityCatalogUrl"],
  "tls.cert": ["tls.key"],
  "tls.key": ["tls.cert"],
};

function companyOf(path: string): Record<string, string> {
  if (path.startsWith("debug.") && path !== "debug.outputDir") {
    return { [variableOf("debug.outputDir")]: "out" };
  }
  const others = COMPANY[path] ?? [];
  return Object.fromEntries(
    others.map((other) => [variableOf(other), String(SAMPLES[other] ?? "some text")]),
  );
}

for (const [path, option] of namedOptions().filter(([path]) => path !== "debug.enabled")) {
  const [text, value] = sampleOf(path, option);
  const env = { ...REQUIRED, ...companyOf(path) };
  const check = (loaded: unknown) => {
    const found = valueAt(loaded, path);
    assertEquals(isSecret(found) ? found.reveal() : found, value);
  };

  test(`${path} is read from ${variableOf(path)}`, async () => {
    check(await loadConfiguration({ env: { ...env, [variableOf(path)]: text } }));
  });

  test(`${path} is read from ${keyOf(path)}`, async () => {
    const [name, ...others] = keyOf(path).split(".").reverse();
    const yaml = others.reduce(
      (inner, group) => `{ ${group}: ${inner} }`,
      `{ ${name}: "${text}" }`,
    );
    const without = { ...env, [variableOf(path)]: undefined };
    check(await load(yaml, { env: without }));
  });

  const { alias } = option;
  if (alias !== undefined && alias.variable !== variableOf(path)) {
    test(`${path} is read from ${alias.variable}, too`, async () => {
      const factor = alias.factor ?? 1;
      const given = factor === 1 ? text : "3";
      const loaded = await loadConfiguration({ env: { ...env, [alias.variable]: given } });
      if (factor === 1) check(loaded);
      else assertEquals(valueAt(loaded, path), 3 * factor);
    });
  }

  const { kind } = option;
  if (!["text", "secret", "headers"].includes(kind.type)) {
    test(`${variableOf(path)} with nonsense is refused`, async () => {
      const nonsense = { ...env, [variableOf(path)]: "nonsense" };
      const said = await problemsOf(() => loadConfiguration({ env: nonsense }));
      assertStringIncludes(said, `${variableOf(path)}: expected `);
      assertStringIncludes(said, `got "nonsense"`);
    });
  }

  if (kind.type === "integer") {
    test(`${variableOf(path)} has its bounds`, async () => {
      for (const beyond of [kind.min - 1, (kind.max ?? Number.MAX_SAFE_INTEGER) + 1]) {
        const given = { ...env, [variableOf(path)]: `${beyond}` };
        const said = await problemsOf(() => loadConfiguration({ env: given }));
        assertStringIncludes(said, `expected a whole number from ${kind.min} to`);
      }
      const unlimited = { ...env, [variableOf(path)]: "unlimited" };
      if (kind.nullable) {
        assertEquals(valueAt(await loadConfiguration({ env: unlimited }), path), null);
      } else await problemsOf(() => loadConfiguration({ env: unlimited }));
    });
  }
}

test("code counts more than the environment, that more than the file, that more than defaults", async () => {
  const yaml = "retry: { max_attempts: 1, base_delay_ms: 1 }\nstream: { streams: 1 }";
  const env = { ...REQUIRED, ZEROBUS_RETRY_BASE_DELAY_MS: "2", ZEROBUS_STREAM_STREAMS: "2" };
  const loaded = await load(yaml, { env, overrides: { stream: { streams: 3 } } });
  assertEquals(loaded.retry, { maxAttempts: 1, baseDelayMs: 2 });
  assertEquals(loaded.stream, { streams: 3 });
});

test("what only code can give goes through as it is", async () => {
  const headersProvider = () => ({});
  const { signal } = new AbortController();
  const loaded = await loadConfiguration({ env: REQUIRED, overrides: { headersProvider, signal } });
  assertEquals([loaded.headersProvider, loaded.signal], [headersProvider, signal]);
});

test("the file may be named by a variable", async () => {
  const folder = await mkdtemp(join(tmpdir(), "configuration-"));
  await writeFile(join(folder, FILE), "protocol: connect");
  const env = { ...REQUIRED, ZEROBUS_CONFIG_FILE: join(folder, FILE) };
  assertEquals((await loadConfiguration({ env })).protocol, "connect");
  await rm(folder, { recursive: true });
});

test("a loaded configuration makes a wrapper, and shows no secret", async () => {
  const env = { ...REQUIRED, ZEROBUS_CLIENT_ID: "me", ZEROBUS_CLIENT_SECRET: "hush-hush" };
  const overrides = { unityCatalogUrl: "https://localhost:2" };
  const loaded = await loadConfiguration({ env, overrides });
  assert(!JSON.stringify(loaded).includes("hush"));
  const wrapper = await createWrapper(loaded);
  const shown = wrapper.redactedConfiguration();
  assertEquals(shown.access, {
    kind: "oauth",
    unityCatalogUrl: "https://localhost:2",
    clientId: "me",
    clientSecret: "[redacted]",
  });
  assertEquals((shown.retry as { maxAttempts: number }).maxAttempts, 5);
  await wrapper.shutdown();
});

test("every option of a file can be in a wrapper at once", async () => {
  const env = {
    ...REQUIRED,
    ZEROBUS_UNITY_CATALOG_URL: "https://localhost:2",
    ZEROBUS_CLIENT_ID: "me",
    ZEROBUS_CLIENT_SECRET: "hush",
    ZEROBUS_TLS_KEY: "hush",
    ZEROBUS_TLS_CERT: "a certificate",
    ZEROBUS_OBSERVABILITY_HEADERS: "key=hush",
  };
  const loaded = await load("writer_disabled: true", { env });
  const wrapper = await createWrapper(loaded);
  assert(!JSON.stringify(wrapper.redactedConfiguration()).includes("hush"));
  await wrapper.shutdown();
});

test("what is shown of a wrapper has the entry point's own options, without their secrets", async () => {
  const outputDir = await mkdtemp(join(tmpdir(), "telemetry-"));
  const wrapper = await createWrapper({
    endpoint: "https://localhost:1",
    tableName: "main.iot.readings",
    headersProvider: () => ({}),
    tls: { ca: ["hush", "hush"], cert: "hush", key: "hush", serverName: "zerobus.example" },
    proxy: "http://me:hush@localhost:3128",
    observability: {
      outputDir,
      headers: { "api-key": "hush" },
      serviceName: "ingest",
      logLevel: "error",
    },
  });
  const { tls, proxy, observability } = wrapper.redactedConfiguration();
  await wrapper.shutdown();
  await rm(outputDir, { recursive: true });
  assertEquals(tls, {
    ca: ["[PEM]", "[PEM]"],
    cert: "[PEM]",
    key: "[redacted]",
    serverName: "zerobus.example",
  });
  assertEquals(proxy, "http://[redacted]@localhost:3128");
  const shown = observability as Record<string, unknown>;
  assertEquals(
    [shown.outputDir, shown.headers, shown.serviceName, shown.writeIntervalMs, shown.logLevel],
    [outputDir, { "api-key": "[redacted]" }, "ingest", 5_000, "error"],
  );
});

test("a wrapper without such options shows none; to go without a proxy is one", async () => {
  const required = {
    endpoint: "https://localhost:1",
    tableName: "main.iot.readings",
    headersProvider: () => ({}),
  };
  const plain = await createWrapper(required);
  const direct = await createWrapper({ ...required, proxy: "none" });
  const shown = plain.redactedConfiguration();
  assertEquals(["tls" in shown, "outputDir" in Object(shown.observability)], [false, false]);
  assertEquals(direct.redactedConfiguration().proxy, "none");
  await Promise.all([plain.shutdown(), direct.shutdown()]);
});

test("variables stand in values, with a text for those that are not set", async () => {
  const yaml = [
    "application_name: ${APP}-${STAGE:-dev}-$${x}",
    "retry: { max_attempts: '${ATTEMPTS}' }",
    "unity_catalog_url: https://${APP}.example.com",
    "client_id: me",
    "client_secret: ${SECRET}",
  ].join("\n");
  const env = { ...REQUIRED, APP: "app", STAGE: "", ATTEMPTS: "9", SECRET: "${APP}" };
  const loaded = await load(yaml, { env });
  assertEquals(loaded.applicationName, "app-dev-${x}");
  assertEquals(loaded.retry, { maxAttempts: 9 });
  assert(isSecret(loaded.clientSecret));
  assertEquals(loaded.clientSecret.reveal(), "${APP}");
});

test("variables stand in groups and lists, too", async () => {
  const yaml = "observability: { headers: { key: '${KEY}', plain: 7 } }\n" +
    "stream: { retryable_statuses: ['${STATUS}', Aborted] }";
  const loaded = await load(yaml, { env: { ...REQUIRED, KEY: "k", STATUS: "UNAVAILABLE" } });
  assertEquals(loaded.observability, { headers: { key: "k", plain: "7" } });
  assertEquals(loaded.stream, { retryableStatuses: ["UNAVAILABLE", "ABORTED"] });
});

test("numbers that are text stay as they are written", async () => {
  const loaded = await load(
    "unity_catalog_url: w.example.com\nclient_id: 00123\nclient_secret: 12345678901234567890",
  );
  assertEquals(loaded.clientId, "00123");
  assert(isSecret(loaded.clientSecret));
  assertEquals(loaded.clientSecret.reveal(), "12345678901234567890");
});

test("words are read in any case", async () => {
  const env = { ...REQUIRED, OTLP_LOG_LEVEL: "INFO", ZEROBUS_WRITER_DISABLED: "True" };
  const loaded = await loadConfiguration({ env });
  assertEquals([loaded.observability?.logLevel, loaded.writerDisabled], ["info", true]);
});

test("the environment switches off what the file has set", async () => {
  const env = { ...REQUIRED, ZEROBUS_ISOLATE_REJECTED_ROWS: "false" };
  const loaded = await load("isolate_rejected_rows: { max_extra_requests: 5 }", { env });
  assertEquals(loaded.isolateRejectedRows, false);
});

test("code may say where debug output goes", async () => {
  const overrides = { debug: { outputDir: "out" } };
  const loaded = await load("debug: { enabled: true, arrow: true }", { overrides });
  assertEquals(loaded.debug, { arrow: true, outputDir: "out" });
});

test("a switch and its group are one option", async () => {
  assertEquals((await load("isolate_rejected_rows: false")).isolateRejectedRows, false);
  assertEquals(
    (await load("isolate_rejected_rows: { max_extra_requests: 5 }")).isolateRejectedRows,
    {
      maxExtraRequests: 5,
    },
  );
  const env = { ...REQUIRED, ZEROBUS_BACKOFF_FAILURE_RATE: "true" };
  const loaded = await load("backoff: { failure_rate: { threshold: 0.5 } }", { env });
  assertEquals(loaded.backoff, { failureRate: { threshold: 0.5 } });
});

test("debug output can be switched off without forgetting where it went", async () => {
  assertEquals((await load("debug: { enabled: false, output_dir: out }")).debug, undefined);
  const env = { ...REQUIRED, DEBUG_OUTPUT_DIR: "out", DEBUG_ENABLED: "true" };
  assertEquals((await loadConfiguration({ env })).debug, { outputDir: "out" });
});
