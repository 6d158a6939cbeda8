/**
 * A user's descriptor, validated and with every type name resolved.
 *
 * @module
 */
import { clone, isFieldSet } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as FieldType,
  FieldDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { ConfigurationError, type ErrorDetails } from "../core/errors.ts";
import { INTEGER_TYPES, isPackable } from "./field_type.ts";
import {
  MAX_DEPTH,
  MAX_FIELD_NUMBER,
  MAX_FIELDS,
  RESERVED_FIRST,
  RESERVED_LAST,
} from "./limits.ts";
import { isValidName } from "./names.ts";

/** A message and everything it refers to. */
export interface MessageTypes {
  /** The row message; its fields have explicit types and absolute type names. */
  readonly root: DescriptorProto;
  /** Every message by absolute name (`.Row.Address`), the row message included. */
  readonly messages: ReadonlyMap<string, DescriptorProto>;
  /** Every enumeration by absolute name. */
  readonly enumerations: ReadonlyMap<string, EnumDescriptorProto>;
}

/**
 * Validates a descriptor and resolves its type names.
 *
 * The result is a copy that stands on its own: a name that is relative, or that carries the package
 * the message once had, becomes the absolute name within the message, because the package is not
 * part of what is sent.
 *
 * @throws {ConfigurationError} naming the message or field: a bad or duplicate name, a number that
 * is out of range, reserved or used twice, a type that is missing, a group or cannot be resolved, a
 * malformed map entry, more than 2,000 fields, nesting deeper than 10.
 */
export function resolveMessageTypes(descriptor: DescriptorProto): MessageTypes {
  const root = clone(DescriptorProtoSchema, descriptor);
  const messages = new Map<string, DescriptorProto>();
  const enumerations = new Map<string, EnumDescriptorProto>();
  collect(root, "", 0, messages, enumerations);
  const types: MessageTypes = { root, messages, enumerations };
  for (const [typeName, message] of messages) {
    checkFields(typeName, message);
    for (const field of message.field) resolveField(field, typeName, types);
  }
  for (const [typeName, message] of messages) {
    if (message.options?.mapEntry) checkMapEntry(typeName, message);
  }
  return types;
}

function collect(
  message: DescriptorProto,
  scope: string,
  depth: number,
  messages: Map<string, DescriptorProto>,
  enumerations: Map<string, EnumDescriptorProto>,
): void {
  const typeName = `${scope}.${message.name}`;
  checkName(message.name, `a message in "${scope === "" ? "the descriptor" : scope}"`);
  if (depth > MAX_DEPTH) {
    throw invalid(typeName, `is nested ${depth} deep, the service takes ${MAX_DEPTH}: flatten it`, {
      limit: MAX_DEPTH,
      actual: depth,
    });
  }
  if (messages.has(typeName)) throw invalid(typeName, "is defined more than once");
  messages.set(typeName, message);
  for (const enumeration of message.enumType) {
    checkName(enumeration.name, `an enumeration in "${typeName}"`);
    const enumName = `${typeName}.${enumeration.name}`;
    if (enumerations.has(enumName)) throw invalid(enumName, "is defined more than once");
    enumerations.set(enumName, enumeration);
  }
  for (const nested of message.nestedType) {
    collect(nested, typeName, depth + 1, messages, enumerations);
  }
}

function checkFields(typeName: string, message: DescriptorProto): void {
  const count = message.field.length;
  if (count > MAX_FIELDS) {
    throw invalid(typeName, `has ${count} fields, the service takes ${MAX_FIELDS}`, {
      limit: MAX_FIELDS,
      actual: count,
    });
  }
  const names = new Set<string>();
  const owners = new Map<number, string>();
  for (const { name, number } of message.field) {
    checkName(name, `a field of "${typeName}"`);
    const path = `${typeName}.${name}`;
    if (names.has(name)) throw invalid(path, "is defined more than once");
    names.add(name);
    if (number < 1 || number > MAX_FIELD_NUMBER) {
      throw invalid(path, `has number ${number}, Protobuf takes 1 to ${MAX_FIELD_NUMBER}`, {
        limit: number < 1 ? 1 : MAX_FIELD_NUMBER,
        actual: number,
      });
    }
    if (number >= RESERVED_FIRST && number <= RESERVED_LAST) {
      throw invalid(
        path,
        `has number ${number}, Protobuf keeps ${RESERVED_FIRST} to ${RESERVED_LAST} for itself`,
        { actual: number },
      );
    }
    const owner = owners.get(number);
    if (owner !== undefined) {
      throw invalid(path, `has number ${number}, which field "${owner}" has already`, {
        actual: number,
      });
    }
    owners.set(number, name);
  }
}

function resolveField(field: FieldDescriptorProto, scope: string, types: MessageTypes): void {
  const path = `${scope}.${field.name}`;
  if (isTyped(field) && field.type === FieldType.GROUP) {
    throw invalid(path, "is a group: make it a message");
  }
  if (field.typeName !== "") {
    const typeName = resolve(field.typeName, scope, types);
    if (typeName === undefined) {
      throw invalid(
        path,
        `refers to type "${field.typeName}", which the descriptor does not contain: nest it in ` +
          "the row message",
      );
    }
    const type = types.messages.has(typeName) ? FieldType.MESSAGE : FieldType.ENUM;
    if (isTyped(field) && field.type !== type) {
      throw invalid(path, `refers to type "${field.typeName}", which is of another kind`);
    }
    field.typeName = typeName;
    field.type = type;
  } else if (!isTyped(field)) {
    throw invalid(path, "has no type");
  } else if (field.type === FieldType.MESSAGE || field.type === FieldType.ENUM) {
    throw invalid(path, "has no type name");
  }
  if (mapEntryOf(field, types) !== undefined && field.label !== Label.REPEATED) {
    throw invalid(path, "is a map: it must be repeated");
  }
  if (field.options?.packed && !(field.label === Label.REPEATED && isPackable(field.type))) {
    throw invalid(path, "is packed: only repeated numbers, booleans and enumerations can be");
  }
}

/** The entry message of a field whose type is resolved, if it is a map. */
export function mapEntryOf(
  field: FieldDescriptorProto,
  types: MessageTypes,
): DescriptorProto | undefined {
  const message = types.messages.get(field.typeName);
  return message?.options?.mapEntry ? message : undefined;
}

function isTyped(field: FieldDescriptorProto): boolean {
  return isFieldSet(field, FieldDescriptorProtoSchema.field.type);
}

/** Absolute, from the innermost scope outwards, or absolute behind a package name. */
function resolve(name: string, scope: string, types: MessageTypes): string | undefined {
  const has = (candidate: string) =>
    types.messages.has(candidate) || types.enumerations.has(candidate);
  if (name.startsWith(".")) {
    if (has(name)) return name;
  } else {
    for (let outer = scope;; outer = outer.slice(0, outer.lastIndexOf("."))) {
      if (has(`${outer}.${name}`)) return `${outer}.${name}`;
      if (outer === "") break;
    }
  }
  const parts = name.split(".");
  for (let at = 0; at < parts.length; at++) {
    const candidate = `.${parts.slice(at).join(".")}`;
    if (has(candidate)) return candidate;
  }
  return undefined;
}

const KEY_TYPES: ReadonlySet<FieldType> = new Set([
  ...INTEGER_TYPES,
  FieldType.BOOL,
  FieldType.STRING,
]);

function checkMapEntry(typeName: string, entry: DescriptorProto): void {
  const key = entry.field.find((field) => field.number === 1);
  const value = entry.field.find((field) => field.number === 2);
  const wellFormed = entry.field.length === 2 && key?.name === "key" && value?.name === "value" &&
    key.label !== Label.REPEATED && value.label !== Label.REPEATED && KEY_TYPES.has(key.type);
  if (!wellFormed) {
    throw invalid(
      typeName,
      'is a map entry: it must have "key" = 1 (an integer, a boolean or a string) and "value" = 2, ' +
        "neither of them repeated",
    );
  }
}

function checkName(name: string, what: string): void {
  if (isValidName(name)) return;
  const found = name === "" ? "has no name" : `is called "${name}"`;
  throw new ConfigurationError(
    `descriptor: ${what} ${found}: a name has ASCII letters, digits and underscores`,
    { details: { field: "descriptor" } },
  );
}

function invalid(path: string, problem: string, details: ErrorDetails = {}): ConfigurationError {
  return new ConfigurationError(`descriptor: "${path.slice(1)}" ${problem}`, {
    details: { field: "descriptor", ...details },
  });
}
