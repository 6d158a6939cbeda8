/**
 * The JSON Schema of a configuration file.
 *
 * @module
 */
import { namedOptions } from "./named_options.ts";
import { keyOf, type Option } from "./option.ts";

/** A schema, or a part of one. */
export type JsonSchema = { [keyword: string]: unknown };

/** A reference to a variable may stand for any value. */
const REFERENCE: JsonSchema = { type: "string", pattern: "\\$\\{" };

/**
 * What a file may hold: for editors, and for whoever checks files without this package.
 *
 * @example
 * ```ts
 * import { configurationSchema } from "@zerobus/wrapper/node";
 *
 * console.log(JSON.stringify(configurationSchema(), null, 2));
 * ```
 */
export function configurationSchema(): JsonSchema {
  const root: JsonSchema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Configuration of @zerobus/wrapper",
    description: "A value may have ${NAME} for an environment variable.",
    ...group(),
  };
  for (const [path, option] of namedOptions()) {
    place(root, keyOf(path), { ...valueSchema(option, 1), ...notes(option) });
    const { alias } = option;
    if (alias?.key === undefined) continue;
    const description = `Another name of ${keyOf(path)}. ${option.description}`;
    place(root, alias.key, {
      ...valueSchema(option, alias.factor ?? 1),
      description,
      deprecated: true,
    });
  }
  return root;
}

function group(): JsonSchema {
  return { type: "object", additionalProperties: false, properties: {} };
}

/** Puts a schema where its key says. What has both a value and members may be either. */
function place(root: JsonSchema, key: string, schema: JsonSchema): void {
  const names = key.split(".");
  const last = names.pop()!;
  let parent = root;
  for (const name of names) {
    const properties = parent.properties as Record<string, JsonSchema>;
    const present = properties[name];
    if (present === undefined) {
      parent = properties[name] = group();
    } else if (present.properties === undefined && present.anyOf !== undefined) {
      const members = (present.anyOf as JsonSchema[]).find((one) => one.properties !== undefined);
      parent = members ?? group();
      if (members === undefined) (present.anyOf as JsonSchema[]).push(parent);
    } else {
      parent = present;
    }
  }
  (parent.properties as Record<string, JsonSchema>)[last] = schema;
}

function notes({ description, default: value }: Option): JsonSchema {
  return value === undefined ? { description } : { description, default: value };
}

function valueSchema({ kind }: Option, factor: number): JsonSchema {
  switch (kind.type) {
    case "text":
    case "secret":
      return { type: "string", minLength: 1 };
    case "headers":
      return {
        anyOf: [
          { type: "string" },
          { type: "object", additionalProperties: { type: "string" } },
        ],
      };
    case "boolean":
      return { anyOf: [{ type: "boolean" }, REFERENCE] };
    case "integer": {
      const { min, max, nullable = false } = kind;
      const number: JsonSchema = { type: "integer", minimum: Math.ceil(min / factor) };
      if (max !== undefined) number.maximum = Math.floor(max / factor);
      const unlimited = nullable ? [{ type: "null" }, { const: "unlimited" }] : [];
      return { anyOf: [number, ...unlimited, REFERENCE] };
    }
    case "number":
      return { anyOf: [{ type: "number", minimum: kind.min, maximum: kind.max }, REFERENCE] };
    case "choice":
      return { anyOf: [{ enum: kind.values }, REFERENCE] };
    case "list":
      return { type: "array", items: { anyOf: [{ enum: kind.values }, REFERENCE] } };
  }
}
