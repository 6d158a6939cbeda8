import { assert, assertStringIncludes } from "@std/assert";
import { loadConfiguration } from "../../../src/runtime/configuration/load_configuration.ts";
import { test } from "../../harness/mod.ts";
import { load, problemsOf, REQUIRED } from "./loading.ts";

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
    `zerobus.yaml:1: protocol: expected one of grpc, grpc-web, connect, rest, got "http"`,
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
  ["client_id: me\nclient_secret: hush", {}, [
    "client_id: is of no use without unity_catalog_url; set ZEROBUS_UNITY_CATALOG_URL, or unity_cat",
  ]],
  ["protocol: grpc\nendpoint: ftp://x\ntable_name: hush.a-b\nretry:\n  max_delay_ms: 3", {
    ZEROBUS_ENDPOINT: "",
    ZEROBUS_TABLE_NAME: "",
    ZEROBUS_APPLICATION_NAME: "hush\n",
  }, [
    "the configuration has 4 problems",
    `zerobus.yaml:2: endpoint: expected an https URL, got scheme "ftp"`,
    "zerobus.yaml:3: table_name: expected one to three dot-separated parts",
    "ZEROBUS_APPLICATION_NAME: expected 1 to 256 printable ASCII characters, got other text",
    "zerobus.yaml:5: retry.max_delay_ms: expected at least retry.baseDelayMs (100), got 3",
  ]],
  ["debug: { output_dir: out, arrow: false, protobuf: false }", {}, [
    "zerobus.yaml:1: debug.output_dir: expected arrow or protobuf to be true, or no debug",
  ]],
  ["tls: { key: hush }", {}, ["tls.key: is of no use without tls.cert"]],
  ["debug: { arrow: true }", {}, ["debug: needs debug.output_dir (ZEROBUS_DEBUG_OUTPUT_DIR)"]],
  ["", { DEBUG_ENABLED: "true" }, ["DEBUG_ENABLED: needs debug.output_dir"]],
  ["isolate_rejected_rows: false", { ZEROBUS_ISOLATE_REJECTED_ROWS_MAX_EXTRA_REQUESTS: "5" }, [
    "ZEROBUS_ISOLATE_REJECTED_ROWS_MAX_EXTRA_REQUESTS: isolate_rejected_rows is switched off",
  ]],
  ["table_name: a.b.c\ntable_name: d.e.f", {}, [
    "zerobus.yaml:2: table_name: a key is there twice; keep one",
  ]],
  ["retry: {", {}, ["zerobus.yaml:1: the indentation is wrong, or a bracket is not closed"]],
  ["client_id: !me x", {}, [`zerobus.yaml:1: a "!" begins a tag`]],
  ["retry:\n\tmax_attempts: 3", {}, ["zerobus.yaml:2: a tab indents; use spaces"]],
  ["client_id: a: b", {}, ["zerobus.yaml:1: a line has two colons"]],
  ["client_id: @me", {}, ["zerobus.yaml:1: a value begins with a special character"]],
  [`client_id: "\\q"`, {}, ["zerobus.yaml:1: between double quotes stands a backslash"]],
  ["protocol: grpc\n---\nprotocol: grpc", {}, ["the file has several documents (---)"]],
  ["client_id: [a] b", {}, ["zerobus.yaml:1: something stands where it cannot"]],
  ["client_secret=hush: x", {}, ["zerobus.yaml:1: …: this is no name of an option"]],
  ["? [hush]\n: x", {}, ["zerobus.yaml:1: …: this is no name of an option"]],
  ["stream: { streams: '${MANY}' }", { MANY: "hush" }, [
    "zerobus.yaml:1: stream.streams: expected a whole number from 1 to 64, got a string",
  ]],
  ["stream: { retryable_statuses: [OK, '${A}'] }", { A: "hush" }, [
    "UNAUTHENTICATED, got a string",
  ]],
  ["stream: { retryable_statuses: [[OK]] }", {}, ["UNAUTHENTICATED, got a group"]],
  ["stream: { retryable_statuses: [*a] }", {}, ["write the value here; aliases are not followed"]],
  ["observability: { headers: [hush] }", {}, [
    "zerobus.yaml:1: observability.headers: expected headers, name=value,… or a group of texts, got a list",
  ]],
  ["observability: { headers: { a: [hush] } }", {}, ["or a group of texts, got a group"]],
  ["observability: { headers: '' }", {}, ["or a group of texts, got a string"]],
  ["observability: { headers: 'a=hush,a=hushed' }", {}, ["or a group of texts, got a string"]],
  ["observability: { headers: { a: '${B}' } }", {}, ["headers: the variable B is not set"]],
  ["", { DEBUG_OUTPUT_DIR: "out", DEBUG_FLUSH_INTERVAL_SECS: "0" }, [
    'DEBUG_FLUSH_INTERVAL_SECS: expected a whole number from 1 to 2147483, got "0"',
  ]],
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

test("what is wrong is not called missing, too", async () => {
  const said = await problemsOf(() =>
    load("unity_catalog_url: w.com\nclient_id: me\nclient_secret: [hush]")
  );
  assertStringIncludes(said, "the configuration has a problem: zerobus.yaml:3: client_secret:");
  for (const yaml of ["endpoint: [a]\ntable_name: ''", "endpoint: 'x\ntable_name: a.b.c"]) {
    assert(!(await problemsOf(() => load(yaml, { env: {} }))).includes("is missing;"));
  }
});

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
  // What Kubernetes tells every container of services called zerobus and zerobus-proxy.
  const services = Object.fromEntries(
    ["ZEROBUS", "ZEROBUS_PROXY"].flatMap((name) => [
      [`${name}_SERVICE_HOST`, "10.0.0.11"],
      [`${name}_SERVICE_PORT`, "443"],
      [`${name}_SERVICE_PORT_HTTPS`, "443"],
      [`${name}_PORT`, "tcp://10.0.0.11:443"],
      [`${name}_PORT_443_TCP`, "tcp://10.0.0.11:443"],
      [`${name}_PORT_443_TCP_ADDR`, "10.0.0.11"],
    ]),
  );
  await loadConfiguration({ env: { ...env, ...services } });
});
