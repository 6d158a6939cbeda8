/**
 * Pairs the columns of an Arrow schema with the fields of a message.
 *
 * @module
 */
import { isFieldSet } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as FieldType,
  FieldDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { Type } from "../core/arrow_numbers.ts";
import type { ArrowField, ArrowSchema, ArrowType } from "../core/arrow.ts";
import { ConfigurationError } from "../core/errors.ts";
import { elementOf, entryOf, isList, type ParametricType, valueTypeOf } from "./arrow_type.ts";
import { enumerationOf } from "./enumeration.ts";
import { type FieldPlan, Source } from "./field_plan.ts";
import { fieldTypeName, packedTagOf, tagOf } from "./field_type.ts";
import { checkDepth } from "./limits.ts";
import { mapEntryOf, type MessageTypes } from "./message_types.ts";
import { checkColumnNames, join } from "./names.ts";
import { indexSource, scalarOf } from "./scalar.ts";

/** What to do with a column that no field of the descriptor is called after. */
export type ExtraColumns = "error" | "drop";

/** A schema and a message that fit. */
export interface Binding {
  /** One plan for each column that is sent. */
  readonly fields: readonly FieldPlan[];
  /** Paths of optional fields without a column; they are absent from every record. */
  readonly missing: readonly string[];
  /** Paths of columns without a field; their values are not sent. */
  readonly dropped: readonly string[];
}

/**
 * Pairs columns and fields by name, at every depth.
 *
 * @throws {ConfigurationError} for a column without a field (unless they are to be dropped), a
 * required field without a column, and a pair of types between which values would change, naming
 * both.
 */
export function bindSchema(
  schema: ArrowSchema,
  types: MessageTypes,
  extraColumns: ExtraColumns = "error",
): Binding {
  const binder = new Binder(types, extraColumns);
  const fields = binder.members(schema.fields, types.root, "", 0);
  if (fields.length === 0) {
    throw new ConfigurationError("no column of the schema has a field in the descriptor");
  }
  return { fields, missing: binder.missing, dropped: binder.dropped };
}

const NULL_COLUMN = "null, but the column is not nullable";
const NULL_FIELD = "null, but the field is required";
const NULL_ELEMENT = "null element, which a repeated field cannot hold";
const NULL_KEY = "null key, which a map field cannot hold";
const NULL_VALUE = "null value, which a map field cannot hold";

/** Where a value goes. */
interface Place {
  readonly path: string;
  readonly index: number;
  readonly field: FieldDescriptorProto;
  /** Whether the field's label asks for a list or a map here. */
  readonly repeated: boolean;
  readonly tag: number;
  readonly nullError: string;
  /** Depth of the message that the field stands in. */
  readonly depth: number;
}

class Binder {
  readonly missing: string[] = [];
  readonly dropped: string[] = [];
  readonly #types: MessageTypes;
  readonly #extraColumns: ExtraColumns;

  constructor(types: MessageTypes, extraColumns: ExtraColumns) {
    this.#types = types;
    this.#extraColumns = extraColumns;
  }

  members(
    columns: readonly ArrowField[],
    message: DescriptorProto,
    path: string,
    depth: number,
  ): FieldPlan[] {
    checkDepth(path, depth);
    checkColumnNames(columns.map((column) => column.name), path);
    const open = new Map(message.field.map((field) => [field.name, field]));
    const oneofs = new Map<number, string>();
    const plans: FieldPlan[] = [];
    for (const [index, column] of columns.entries()) {
      const columnPath = join(path, column.name);
      const isNull = valueTypeOf(column.type).typeId === Type.Null;
      const field = open.get(column.name);
      if (field === undefined) {
        // A column of nulls has nothing to lose.
        if (!isNull) this.#extra(columnPath, message);
        continue;
      }
      if (isNull) continue;
      open.delete(column.name);
      checkOneof(field, columnPath, oneofs);
      plans.push(this.#column(column, field, columnPath, index, depth));
    }
    for (const field of open.values()) this.#absent(field, join(path, field.name));
    return plans;
  }

  #extra(path: string, message: DescriptorProto): void {
    if (this.#extraColumns === "error") {
      throw new ConfigurationError(
        `column "${path}" has no field in message "${message.name}": add one, leave the column ` +
          `out, or have such columns dropped (extraColumns: "drop")`,
        { details: { column: path } },
      );
    }
    this.dropped.push(path);
  }

  #absent(field: FieldDescriptorProto, path: string): void {
    if (field.label === Label.REQUIRED) {
      throw new ConfigurationError(
        `field "${path}" of the descriptor is required, but the schema has no column with values ` +
          "for it: add the column, or make the field optional",
        { details: { column: path } },
      );
    }
    this.missing.push(path);
  }

  #column(
    column: ArrowField,
    field: FieldDescriptorProto,
    path: string,
    index: number,
    depth: number,
  ): FieldPlan {
    const nullError = !column.nullable
      ? NULL_COLUMN
      : field.label === Label.REQUIRED
      ? NULL_FIELD
      : "";
    const tag = tagOf(field.number, field.type);
    const repeated = field.label === Label.REPEATED;
    return this.#plan(column.type, { path, index, field, repeated, tag, nullError, depth });
  }

  #plan(type: ArrowType, place: Place): FieldPlan {
    if (type.typeId === Type.Dictionary) return this.#dictionary(type, place);
    if (place.repeated) {
      const entry = mapEntryOf(place.field, this.#types);
      if (entry !== undefined && type.typeId === Type.Map) return this.#map(type, place, entry);
      if (entry === undefined && isList(type)) return this.#list(type, place);
      throw this.#mismatch(type, place);
    }
    if (type.typeId === Type.Struct) return this.#struct(type, place);
    return this.#scalar(type, place);
  }

  #dictionary(type: ArrowType, place: Place): FieldPlan {
    const { indices, dictionary = type } = type as ParametricType;
    return {
      ...this.#leaf(place, Source.Dictionary),
      indices: indexSource(indices),
      children: [this.#plan(dictionary, { ...place, index: 0 })],
    };
  }

  #list(type: ArrowType, place: Place): FieldPlan {
    const { field, path, depth } = place;
    const packed = field.options?.packed === true;
    const element: Place = {
      path: `${path}[]`,
      index: 0,
      field,
      repeated: false,
      tag: packed ? 0 : place.tag,
      nullError: NULL_ELEMENT,
      depth,
    };
    const source = type.typeId === Type.List
      ? Source.List
      : type.typeId === Type.LargeList
      ? Source.LargeList
      : Source.FixedSizeList;
    return {
      ...this.#leaf(place, source),
      // Without packing only the elements have tags.
      tag: packed ? packedTagOf(field.number) : 0,
      width: (type as ParametricType).listSize ?? 0,
      children: [this.#plan(elementOf(type).type, element)],
    };
  }

  #map(type: ArrowType, place: Place, entry: DescriptorProto): FieldPlan {
    const { key, value } = entryOf(type);
    const member = (column: ArrowField, index: number, nullError: string): FieldPlan => {
      // Numbers 1 and 2 have been checked to be key and value.
      const field = entry.field.find(({ number }) => number === index + 1) ?? place.field;
      return this.#plan(column.type, {
        path: `${place.path}.${field.name}`,
        index,
        field,
        repeated: false,
        tag: tagOf(field.number, field.type),
        nullError,
        depth: place.depth,
      });
    };
    if (!scalarOf(valueTypeOf(key.type))?.mapKey) throw this.#mismatch(type, place);
    return {
      ...this.#leaf(place, Source.Map),
      children: [member(key, 0, NULL_KEY), member(value, 1, NULL_VALUE)],
    };
  }

  #struct(type: ArrowType, place: Place): FieldPlan {
    const { field, path, depth } = place;
    const message = field.type === FieldType.MESSAGE
      ? this.#types.messages.get(field.typeName)
      : undefined;
    if (message === undefined) throw this.#mismatch(type, place);
    return {
      ...this.#leaf(place, Source.Struct),
      children: this.members(type.children ?? [], message, path, depth + 1),
    };
  }

  #scalar(type: ArrowType, place: Place): FieldPlan {
    const scalar = scalarOf(type);
    if (!scalar?.exact.has(place.field.type)) throw this.#mismatch(type, place);
    const { byteWidth = 0, scale = 0, bitWidth = 128 } = type as ParametricType;
    return {
      ...this.#leaf(place, scalar.source),
      factor: scalar.factor,
      scale,
      width: scalar.source === Source.Decimal ? bitWidth / 32 : byteWidth,
      enumeration: place.field.type === FieldType.ENUM
        ? enumerationOf(place.field.typeName, this.#types)
        : undefined,
    };
  }

  #leaf(place: Place, source: Source): FieldPlan {
    const { path, index, field, tag, nullError } = place;
    return {
      path,
      index,
      source,
      type: field.type,
      tag,
      nullError,
      factor: 1,
      scale: 0,
      width: 0,
      indices: Source.Int32,
      enumeration: undefined,
      children: [],
    };
  }

  #mismatch(type: ArrowType, place: Place): ConfigurationError {
    const { path, field, repeated } = place;
    const isMap = mapEntryOf(field, this.#types) !== undefined;
    const name = field.typeName === "" ? fieldTypeName(field.type) : field.typeName.slice(1);
    const target = !repeated ? name : isMap ? "map" : `repeated ${name}`;
    return new ConfigurationError(
      `column "${path}" of type ${type} cannot become Protobuf ${target} without loss: change ` +
        "the descriptor, or cast the column",
      { details: { column: path } },
    );
  }
}

function checkOneof(field: FieldDescriptorProto, path: string, oneofs: Map<number, string>): void {
  if (!isFieldSet(field, FieldDescriptorProtoSchema.field.oneofIndex)) return;
  const other = oneofs.get(field.oneofIndex);
  if (other !== undefined) {
    throw new ConfigurationError(
      `columns "${other}" and "${path}" are members of one oneof, which holds a single value: ` +
        "leave one of them out",
      { details: { column: path } },
    );
  }
  oneofs.set(field.oneofIndex, path);
}
