/**
 * From the descriptor that a client sends to a type whose records can be checked and read.
 *
 * @module
 */
import { create, createFileRegistry, type DescMessage, fromBinary } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Type as FieldType,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { fitsField, type TypesByName } from "./columns/fits_protobuf.ts";
import type { ResolvedTable } from "./options.ts";

/** A descriptor that cannot describe rows. The message says why. */
export class DescriptorProblem extends Error {
  override name = "DescriptorProblem";
}

/** What a client declared its records to be. */
export interface RowType {
  /** As it was sent. */
  readonly descriptor: DescriptorProto;
  /** Every type it contains, itself included, by the names that fields use for them. */
  readonly types: TypesByName;
  /** The same, ready for reflection. */
  readonly message: DescMessage;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MAX_FIELDS = 2000;
const MAX_FIELD_NUMBER = 536_870_911;
/** Numbers that protobuf keeps for itself. */
const RESERVED_NUMBERS = { first: 19_000, last: 19_999 };

/**
 * Reads a serialized `google.protobuf.DescriptorProto`.
 *
 * @throws {DescriptorProblem} if it does not parse, breaks a rule of protobuf or of the service, or
 * refers to a type that it does not contain.
 */
export function readDescriptor(bytes: Uint8Array): RowType {
  let descriptor: DescriptorProto;
  try {
    descriptor = fromBinary(DescriptorProtoSchema, bytes);
  } catch {
    throw new DescriptorProblem("it does not parse as a google.protobuf.DescriptorProto");
  }
  if (descriptor.name === "") throw new DescriptorProblem("its message has no name");
  const packageName = packageOf(descriptor);
  const scope = packageName === "" ? "" : `.${packageName}`;
  if (descriptor.field.length === 0) {
    throw new DescriptorProblem(`${scope}.${descriptor.name}: it has no fields`);
  }
  const types = new Map<string, DescriptorProto | EnumDescriptorProto>();
  collectTypes(descriptor, scope, types);
  for (const [name, type] of types) {
    if (type.$typeName === "google.protobuf.DescriptorProto") checkMessage(name, type, types);
  }
  const file = create(FileDescriptorProtoSchema, {
    name: "row.proto",
    package: packageName,
    syntax: "proto2",
    messageType: [descriptor],
  });
  const registry = createFileRegistry(file, () => undefined);
  return {
    descriptor,
    types,
    message: registry.getMessage(`${scope}.${descriptor.name}`.slice(1))!,
  };
}

/**
 * Whether rows of a type fit a declared table.
 *
 * @throws {DescriptorProblem} for a field that is no column or of a type that the column is not, or
 * a column without a field that must have one.
 */
export function checkColumns(
  { descriptor, types }: RowType,
  { name, columns }: ResolvedTable,
): void {
  if (columns === undefined) return;
  const fields = new Map(descriptor.field.map((field) => [field.name, field]));
  for (const [field, proto] of fields) {
    const column = columns.get(field);
    if (column === undefined) throw new DescriptorProblem(`field ${field} is no column of ${name}`);
    if (column.type !== undefined && !fitsField(column.type, proto, types)) {
      throw new DescriptorProblem(`field ${field} is not of a type for the column of ${name}`);
    }
  }
  for (const [column, { nullable }] of columns) {
    if (!nullable && !fields.has(column)) {
      throw new DescriptorProblem(`${name} needs column ${column}, no field has it`);
    }
  }
}

function collectTypes(
  message: DescriptorProto,
  scope: string,
  types: Map<string, DescriptorProto | EnumDescriptorProto>,
): void {
  const name = `${scope}.${message.name}`;
  for (const type of [message, ...message.enumType]) {
    const typeName = type === message ? name : `${name}.${type.name}`;
    if (!NAME.test(type.name)) throw new DescriptorProblem(`${typeName}: illegal type name`);
    if (types.has(typeName)) throw new DescriptorProblem(`${typeName}: declared twice`);
    types.set(typeName, type);
  }
  for (const nested of message.nestedType) collectTypes(nested, name, types);
}

function checkMessage(
  messageName: string,
  { field: fields }: DescriptorProto,
  types: RowType["types"],
): void {
  if (fields.length > MAX_FIELDS) {
    throw new DescriptorProblem(
      `${messageName}: it has ${fields.length} fields, allowed are ${MAX_FIELDS}`,
    );
  }
  const names = new Set(fields.map((field) => field.name));
  const numbers = new Set(fields.map((field) => field.number));
  if (names.size < fields.length || numbers.size < fields.length) {
    throw new DescriptorProblem(`${messageName}: two fields have the same name or number`);
  }
  for (const field of fields) {
    const problem = problemOf(field, types);
    if (problem !== undefined) {
      throw new DescriptorProblem(`${messageName}.${field.name}: ${problem}`);
    }
  }
}

function problemOf(field: FieldDescriptorProto, types: RowType["types"]): string | undefined {
  const { name, number, type, typeName } = field;
  if (!NAME.test(name)) return "illegal field name";
  if (number < 1 || number > MAX_FIELD_NUMBER) {
    return `field number ${number} is not in 1…${MAX_FIELD_NUMBER}`;
  }
  if (number >= RESERVED_NUMBERS.first && number <= RESERVED_NUMBERS.last) {
    return `field number ${number} is reserved by protobuf`;
  }
  if (type === FieldType.GROUP || !(type in FieldType)) {
    return `field type ${type} is not supported`;
  }
  if (type === FieldType.MESSAGE || type === FieldType.ENUM) {
    const wanted = type === FieldType.MESSAGE
      ? "google.protobuf.DescriptorProto"
      : "google.protobuf.EnumDescriptorProto";
    if (types.get(typeName)?.$typeName !== wanted) {
      return `its type "${typeName}" is not in the descriptor (names must be absolute)`;
    }
  }
  return undefined;
}

/**
 * The package in which a row message was declared. It is not part of the descriptor, but shows in
 * the absolute names by which the message refers to the types nested in it.
 */
function packageOf(row: DescriptorProto): string {
  for (const { typeName } of row.field) {
    const at = typeName.indexOf(`.${row.name}.`);
    if (at > 0) return typeName.slice(1, at);
  }
  return "";
}
