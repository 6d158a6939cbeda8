/**
 * Arrow schema → Protobuf descriptor.
 *
 * @module
 */
import { create } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as FieldType,
  FieldDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { Type } from "../core/arrow_numbers.ts";
import type { ArrowField, ArrowSchema, ArrowType } from "../core/arrow.ts";
import { ConfigurationError } from "../core/errors.ts";
import { elementOf, entryOf, isList, valueTypeOf } from "./arrow_type.ts";
import { checkSchema } from "./check_schema.ts";
import { checkDepth, MAX_FIELDS, RESERVED_FIRST, RESERVED_LAST } from "./limits.ts";
import type { MessageDescriptor } from "./message_descriptor.ts";
import { checkColumnNames, isValidName, join, jsonName, pascalCase } from "./names.ts";
import { scalarOf } from "./scalar.ts";

/** Name of the row message when none is given. */
export const DEFAULT_MESSAGE_NAME = "ZerobusMessage";

/** Options of {@linkcode descriptorFromSchema}. */
export interface DescriptorOptions {
  /** Name of the row message: ASCII letters, digits, underscores. Default `ZerobusMessage`. */
  readonly messageName?: string;
}

/**
 * The proto2 message that rows of an Arrow schema are sent as.
 *
 * Fields are numbered in column order; nullable columns are `optional`, others `required`, lists and
 * maps `repeated`. Structs become nested messages with absolute type names, dictionaries what their
 * values are. Columns of type Null are left out.
 *
 * @example
 * ```ts
 * import { descriptorFromSchema } from "@zerobus/wrapper";
 * import { assertEquals } from "@std/assert";
 * import { Field, Float64, Int32, Schema } from "apache-arrow";
 *
 * const schema = new Schema([
 *   new Field("device", new Int32(), false),
 *   new Field("celsius", new Float64(), true),
 * ]);
 * const message = descriptorFromSchema(schema, { messageName: "Reading" });
 * assertEquals(message.field.map(({ name, number }) => [name, number]), [
 *   ["device", 1],
 *   ["celsius", 2],
 * ]);
 * ```
 *
 * @throws {ConfigurationError} naming the column that has no Protobuf equivalent, a bad or duplicate
 * name, too many columns (2,000) or too deep a nesting (10).
 */
export function descriptorFromSchema(
  schema: ArrowSchema,
  options: DescriptorOptions = {},
): MessageDescriptor {
  const { messageName = DEFAULT_MESSAGE_NAME } = options;
  if (!isValidName(messageName)) {
    throw new ConfigurationError(
      `messageName must have ASCII letters, digits and underscores only, got "${messageName}"`,
      { details: { field: "messageName" } },
    );
  }
  checkSchema(schema);
  const message = deriveMessage(messageName, `.${messageName}`, schema.fields, "", 0);
  if (message.field.length === 0) {
    const found = schema.fields.length === 0 ? "no columns" : "columns of type Null only";
    throw new ConfigurationError(`the schema has ${found}: there is nothing to send`);
  }
  return message;
}

function deriveMessage(
  name: string,
  typeName: string,
  members: readonly ArrowField[],
  path: string,
  depth: number,
): DescriptorProto {
  checkDepth(path, depth);
  checkColumnNames(members.map((member) => member.name), path);
  const columns = members.filter((member) => valueTypeOf(member.type).typeId !== Type.Null);
  if (columns.length > MAX_FIELDS) {
    const where = path === "" ? "the schema" : `struct column "${path}"`;
    throw new ConfigurationError(
      `${where} has ${columns.length} columns, the service takes ${MAX_FIELDS} in a message`,
      { details: { column: path, limit: MAX_FIELDS, actual: columns.length } },
    );
  }
  const builder = new MessageBuilder(name, typeName, columns, path, depth);
  for (const [position, column] of columns.entries()) builder.add(column, fieldNumber(position));
  return builder.message;
}

/** Positions count from 0, numbers from 1, leaping over the range that Protobuf reserves. */
export function fieldNumber(position: number): number {
  const number = position + 1;
  return number < RESERVED_FIRST ? number : number + RESERVED_LAST - RESERVED_FIRST + 1;
}

interface DerivedType {
  readonly type: FieldType;
  readonly typeName?: string;
}

class MessageBuilder {
  readonly message: DescriptorProto;
  readonly #typeName: string;
  readonly #path: string;
  readonly #depth: number;
  // Fields and messages share one scope in Protobuf.
  readonly #names: Set<string>;
  readonly #entryNames = new Map<string, string>();

  constructor(
    name: string,
    typeName: string,
    columns: readonly ArrowField[],
    path: string,
    depth: number,
  ) {
    this.message = create(DescriptorProtoSchema, { name });
    this.#typeName = typeName;
    this.#path = path;
    this.#depth = depth;
    this.#names = new Set(columns.map((column) => column.name));
    // The entry of a map must be called after its field, so entries choose before structs do.
    for (const column of columns) {
      if (valueTypeOf(column.type).typeId !== Type.Map) continue;
      this.#entryNames.set(column.name, this.#claim(`${pascalCase(column.name)}Entry`));
    }
  }

  add(column: ArrowField, number: number): void {
    const { name, nullable } = column;
    const path = join(this.#path, name);
    const type = valueTypeOf(column.type);
    const pascal = pascalCase(name);
    if (type.typeId === Type.Map) {
      this.#addField(name, number, Label.REPEATED, this.#entry(name, type, path));
    } else if (isList(type)) {
      const element = this.#value(elementOf(type).type, `${path}[]`, `${pascal}Element`);
      this.#addField(name, number, Label.REPEATED, element);
    } else {
      const label = nullable ? Label.OPTIONAL : Label.REQUIRED;
      this.#addField(name, number, label, this.#value(type, path, pascal));
    }
  }

  #addField(name: string, number: number, label: Label, type: DerivedType): void {
    this.message.field.push(field(name, number, label, type));
  }

  /** The type of one value; a struct's message becomes a member of this one. */
  #value(arrowType: ArrowType, path: string, wantedName: string): DerivedType {
    const type = valueTypeOf(arrowType);
    const scalar = scalarOf(type);
    if (scalar !== undefined) return { type: scalar.type };
    if (type.typeId !== Type.Struct) throw unsupported(path, type);
    const name = this.#claim(wantedName);
    const typeName = `${this.#typeName}.${name}`;
    const members = type.children ?? [];
    this.message.nestedType.push(deriveMessage(name, typeName, members, path, this.#depth + 1));
    return { type: FieldType.MESSAGE, typeName };
  }

  #entry(column: string, type: ArrowType, path: string): DerivedType {
    const { key, value } = entryOf(type);
    const keyType = valueTypeOf(key.type);
    const keyScalar = scalarOf(keyType);
    if (!keyScalar?.mapKey) throw unsupportedKey(`${path}.key`, keyType);
    // An entry is a message too, and counts where nesting is limited.
    checkDepth(path, this.#depth + 1);
    const name = this.#entryNames.get(column) ?? column;
    const valueType = this.#value(value.type, `${path}.value`, `${pascalCase(column)}Value`);
    this.message.nestedType.push(create(DescriptorProtoSchema, {
      name,
      field: [
        field("key", 1, Label.OPTIONAL, { type: keyScalar.type }),
        field("value", 2, Label.OPTIONAL, valueType),
      ],
      options: { mapEntry: true },
    }));
    return { type: FieldType.MESSAGE, typeName: `${this.#typeName}.${name}` };
  }

  #claim(wanted: string): string {
    const base = wanted === "" ? "Nested" : wanted;
    let name = base;
    for (let copy = 2; this.#names.has(name); copy++) name = `${base}${copy}`;
    this.#names.add(name);
    return name;
  }
}

function field(
  name: string,
  number: number,
  label: Label,
  type: DerivedType,
): FieldDescriptorProto {
  return create(FieldDescriptorProtoSchema, {
    name,
    number,
    label,
    jsonName: jsonName(name),
    ...type,
  });
}

function unsupported(path: string, type: ArrowType): ConfigurationError {
  const remedy = isList(type) || type.typeId === Type.Map
    ? "an element of a list or a value of a map cannot be a list or a map itself; wrap it in a struct"
    : "cast it to a supported type, or leave it out";
  return new ConfigurationError(
    `column "${path}" of type ${type} can be sent neither as Protobuf nor as JSON: ${remedy}`,
    { details: { column: path } },
  );
}

function unsupportedKey(path: string, type: ArrowType): ConfigurationError {
  return new ConfigurationError(
    `column "${path}" of type ${type}: a map's key must be an integer, a boolean or a string`,
    { details: { column: path } },
  );
}
