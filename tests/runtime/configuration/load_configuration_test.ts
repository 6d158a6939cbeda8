import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationError } from "../../../src/core/errors.ts";
import { isSecret } from "../../../src/core/secret.ts";
import {
  loadConfiguration,
  type LoadOptions,
} from "../../../src/runtime/configuration/load_configuration.ts";
import { namedOptions } from "../../../src/runtime/configuration/named_options.ts";
import { keyOf, type Option, variableOf } from "../../../src/runtime/configuration/option.ts";
import { createWrapper } from "../../../src/runtime/node.ts";
import { test } from "../../harness/mod.ts";

const REQUIRED = { ZEROBUS_ENDPOINT: "https://localhost:1", ZEROBUS_TABLE_NAME: "a.b.c" };
const FILE = "zerobus.yaml";

/** Loads a file with this content. */
async function load(yaml: string, options: LoadOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), "configuration-"));
  const file = join(folder, FILE);
  try {
    await writeFile(file, yaml);
    return await loadConfiguration({ env: REQUIRED, file, ...options });
  } catch (error) {
    // The path is another one every time.
    if (error instanceof Error) error.message = error.message.replaceAll(file, FILE);
    throw error;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What is said about a configuration that cannot work. */
async function problemsOf(loading: () => Promise<unknown>): Promise<string> {
  const error = await assertRejects(loading);
  assertInstanceOf(error, ConfigurationError);
  assert(error.details.problems !== undefined);
  return error.message;
}

function valueAt(tree: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>(
    (group, name) => (group as Record<string, unknown> | undefined)?.[name],
    tree,
  );
}

/** A value of an option: as text, and what it means. */
function sampleOf({ kind }: Option): readonly [text: string, value: unknown] {
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
      return [kind.values.at(-1)!, kind.values.at(-1)];
    case "list":
      return [`${kind.values[1]}, ${kind.values[2]}`, [kind.values[1], kind.values[2]]];
  }
}

/** Options that are of no use alone, and what they need. */
const COMPANY: Readonly<Record<string, string>> = {
  clientId: "clientSecret",
  clientSecret: "clientId",
  "tls.cert": "tls.key",
  "tls.key": "tls.cert",
};

function companyOf(path: string): Record<string, string> {
  if (path.startsWith("debug.") && path !== "debug.outputDir") {
    return { [variableOf("debug.outputDir")]: "out" };
  }
  return COMPANY[path] === undefined ? {} : { [variableOf(COMPANY[path])]: "some text" };
}

for (const [path, option] of namedOptions().filter(([path]) => path !== "debug.enabled")) {
  const [text, value] = sampleOf(option);
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

test("variables stand in values, with a text for those that are not set", async () => {
  const yaml = [
    "application_name: ${APP}-${STAGE:-dev}-$${x}",
    "retry: { max_attempts: '${ATTEMPTS}' }",
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

const SAID: readonly [yaml: string, env: Record<string, string>, problems: readonly string[]][] = [
  ["retri: {}", {}, [`zerobus.yaml:1: retri: is no option; did you mean "retry"?`]],
  ["\nretry:\n  max_attempt: 3", {}, [
    `zerobus.yaml:3: retry.max_attempt: is no option; did you mean "retry.max_attempts"?`,
  ]],
  ["something_else_entirely: 1", {}, ["zerobus.yaml:1: something_else_entirely: is no option"]],
  ["retry: 5", {}, ["zerobus.yaml:1: retry: expected options with their values"]],
  ["- a\n- b", {}, ["zerobus.yaml:1: the file: expected options with their values"]],
  ["retry: { max_attempts: [1] }", {}, [
    "zerobus.yaml:1: retry.max_attempts: expected a whole number from 1 to 1000000, got a list",
  ]],
  ["retry: { max_attempts: 1.5 }", {}, [
    "zerobus.yaml:1: retry.max_attempts: expected a whole number from 1 to 1000000, got 1.5",
  ]],
  ["writer_disabled: maybe", {}, [
    `zerobus.yaml:1: writer_disabled: expected true or false, got "maybe"`,
  ]],
  ["protocol: http", {}, [
    `zerobus.yaml:1: protocol: expected one of grpc, grpc-web, connect, got "http"`,
  ]],
  ["client_secret: [hush]", {}, ["zerobus.yaml:1: client_secret: expected text, got a list"]],
  ["client_id: ''", {}, ["zerobus.yaml:1: client_id: is empty; leave it out, or give a value"]],
  ["client_id: ${NOBODY}", {}, ["zerobus.yaml:1: client_id: the variable NOBODY is not set"]],
  ["client_id: ${1}", {}, [
    "zerobus.yaml:1: client_id: expected ${NAME} or ${NAME:-text}; write $$ for a dollar sign",
  ]],
  ["client_id: me", {}, [
    "client_id: is of no use without client_secret; set ZEROBUS_CLIENT_SECRET, or client_secret in",
  ]],
  ["tls: { key: hush }", {}, ["tls.key: is of no use without tls.cert"]],
  ["debug: { arrow: true }", {}, ["debug: needs debug.output_dir (ZEROBUS_DEBUG_OUTPUT_DIR)"]],
  ["", { DEBUG_ENABLED: "true" }, ["DEBUG_ENABLED: needs debug.output_dir"]],
  ["isolate_rejected_rows: false", { ZEROBUS_ISOLATE_REJECTED_ROWS_MAX_EXTRA_REQUESTS: "5" }, [
    "ZEROBUS_ISOLATE_REJECTED_ROWS_MAX_EXTRA_REQUESTS: isolate_rejected_rows is switched off",
  ]],
  ["table_name: a.b.c\ntable_name: d.e.f", {}, ["zerobus.yaml:2: Map keys must be unique"]],
  ["retry: {", {}, ["zerobus.yaml:1: "]],
  ["debug: { output_dir: out, max_file_size: 5, max_file_bytes: 6 }", {}, [
    "zerobus.yaml:1: debug.max_file_bytes: zerobus.yaml:1: debug.max_file_size means the same",
  ]],
  ["a: &a [x]\nclient_id: *a", {}, [
    "zerobus.yaml:1: a: is no option",
    "zerobus.yaml:2: client_id: write the value here; aliases are not followed",
  ]],
  ["", { ZEROBUS_ENDPOIND: "x" }, [
    `ZEROBUS_ENDPOIND: is no variable of this package; did you mean "ZEROBUS_ENDPOINT"?`,
  ]],
  ["", { RETRY_MAX_ATTEMPTS: "2", ZEROBUS_RETRY_MAX_ATTEMPTS: "3" }, [
    "ZEROBUS_RETRY_MAX_ATTEMPTS and RETRY_MAX_ATTEMPTS mean the same and differ",
  ]],
  ["", { ZEROBUS_ENDPOINT: "", ZEROBUS_TABLE_NAME: "" }, [
    "endpoint: is missing; set ZEROBUS_ENDPOINT, or endpoint in zerobus.yaml",
    "table_name: is missing; set ZEROBUS_TABLE_NAME, or table_name in zerobus.yaml",
  ]],
  ["retri: 1\nstream: { streams: 0 }", { RETRY_MAX_ATTEMPTS: "many" }, [
    "the configuration has 3 problems",
    "zerobus.yaml:1: retri",
    "zerobus.yaml:2: stream.streams: expected a whole number from 1 to 64, got 0",
    `RETRY_MAX_ATTEMPTS: expected a whole number from 1 to 1000000, got "many"`,
  ]],
];

for (const [yaml, env, expected] of SAID) {
  test(`${JSON.stringify(yaml)} with ${JSON.stringify(env)} is refused with reasons`, async () => {
    const said = await problemsOf(() => load(yaml, { env: { ...REQUIRED, ...env } }));
    for (const problem of expected) assertStringIncludes(said, problem);
    assert(!said.includes("hush"));
  });
}

test("a file that is not there is named", async () => {
  const loading = () => loadConfiguration({ env: REQUIRED, file: "no/such/file.yaml" });
  assertStringIncludes(await problemsOf(loading), "no/such/file.yaml: there is no such file");
});

test("a file that grows without bound when it is read is refused", async () => {
  const levels = Array.from(
    { length: 30 },
    (_, level) =>
      `l${level}: &l${level} [${Array(9).fill(level === 0 ? "x" : `*l${level - 1}`).join(", ")}]`,
  );
  const started = performance.now();
  await problemsOf(() => load(levels.join("\n")));
  assert(performance.now() - started < 5_000);
});

test("variables of other programs are left alone", async () => {
  const env = { ...REQUIRED, DEBUG: "*", RETRY: "yes", ZEROBUS_SDK_WARNINGS_ENABLED: "false" };
  await loadConfiguration({ env });
});
