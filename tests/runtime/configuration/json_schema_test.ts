import { assert, assertEquals } from "@std/assert";
import {
  configurationSchema,
  type JsonSchema,
} from "../../../src/runtime/configuration/json_schema.ts";
import { namedOptions } from "../../../src/runtime/configuration/named_options.ts";
import { keyOf } from "../../../src/runtime/configuration/option.ts";
import { test } from "../../harness/mod.ts";

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
