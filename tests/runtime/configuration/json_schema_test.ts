import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import {
  configurationSchema,
  type JsonSchema,
} from "../../../src/runtime/configuration/json_schema.ts";
import { namedOptions } from "../../../src/runtime/configuration/named_options.ts";
import { keyOf } from "../../../src/runtime/configuration/option.ts";
import { test } from "../../harness/mod.ts";
import { load, problemsOf, REQUIRED } from "./loading.ts";

/** Every key that a schema allows, groups left out. */
function keysOf(schema: JsonSchema, prefix = ""): string[] {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  return properties.flatMap(([name, property]) => {
    const key = `${prefix}${name}`;
    const choices = (property.anyOf ?? []) as JsonSchema[];
    const members = [property, ...choices].flatMap((choice) => keysOf(choice, `${key}.`));
    const isGroup = property.properties !== undefined;
    return isGroup ? members : [key, ...members];
  });
}

test("the schema knows every option, and nothing else", () => {
  const schema = configurationSchema();
  const names = namedOptions().flatMap(([path, { alias }]) => [
    keyOf(path),
    ...(alias?.key === undefined ? [] : [alias.key]),
  ]);
  assertEquals(keysOf(schema).sort(), names.sort());
  assert(JSON.stringify(schema).includes(`"additionalProperties":false`));
});

const accepts = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
  .compile(configurationSchema());

const ACCEPTED = [
  "{}",
  "endpoint: https://x\ntable_name: a.b.c\nclient_secret: ${SECRET}",
  "zerobus_endpoint: https://x",
  "retry: { max_attempts: 3, base_delay_ms: '${DELAY}' }",
  "stream: { streams: 64, recovery: false, retryable_statuses: [OK, '${STATUS}'] }",
  "isolate_rejected_rows: false",
  "isolate_rejected_rows: { max_extra_requests: 5 }",
  "backoff: { failure_rate: { threshold: 0.5 }, service: false }",
  "debug: { enabled: true, output_dir: out, max_files_retained: unlimited, max_file_size: 5 }",
  "debug: { output_dir: out, max_files_retained: null, flush_interval_secs: 5 }",
  "observability: { headers: { key: '${KEY}' }, log_level: info }",
  "observability: { headers: 'a=b,c=d', write_interval_secs: 1 }",
  "protocol: grpc\nrecord_format: arrow",
];
for (const yaml of ACCEPTED) {
  test(`an editor accepts ${JSON.stringify(yaml)}, and so does the loader`, async () => {
    assert(accepts(parse(yaml)), JSON.stringify(accepts.errors));
    const env = { ...REQUIRED, SECRET: "s", DELAY: "5", STATUS: "ABORTED", KEY: "k" };
    const without = yaml.includes("endpoint") ? { ...env, ZEROBUS_ENDPOINT: "" } : env;
    const more = { ZEROBUS_CLIENT_ID: "me", ZEROBUS_UNITY_CATALOG_URL: "https://w" };
    await load(yaml, { env: yaml.includes("client_") ? { ...without, ...more } : without });
  });
}

const REFUSED = [
  "retri: {}",
  "retry: { max_attempts: 0 }",
  "retry: { max_attempts: many }",
  "retry: 5",
  "stream: { streams: 65 }",
  "stream: { retryable_statuses: [TEAPOT] }",
  "protocol: soap",
  "writer_disabled: maybe",
  "backoff: { failure_rate: { threshold: 2 } }",
  "debug: { output_dir: out, max_files_retained: -1 }",
  "debug: { output_dir: out, flush_interval_secs: 0 }",
  "observability: { headers: { key: [a] } }",
  "client_secret: [a]",
  "client_secret: ''",
];
for (const yaml of REFUSED) {
  test(`an editor refuses ${JSON.stringify(yaml)}, and so does the loader`, async () => {
    assert(!accepts(parse(yaml)));
    await problemsOf(() => load(yaml));
  });
}
