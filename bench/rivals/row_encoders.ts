/**
 * What others make records with, from an object for each row.
 *
 * @module
 */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as FieldType,
} from "@bufbuild/protobuf/wkt";
import protobufjs from "protobufjs";
import { messageOf } from "../../tests/oracle/decode_records.ts";

/** Makes a record of a row. */
export type RowEncoder = (row: Record<string, unknown>) => Uint8Array;

/** Records by protobuf-es, a dynamic message for each row. */
export function protobufEsRows(descriptor: DescriptorProto): RowEncoder {
  const message = messageOf(descriptor);
  return (row) => toBinary(message, create(message, row));
}

/** Records by protobufjs, reflected from the same descriptor. */
export function protobufjsRows(descriptor: DescriptorProto): RowEncoder {
  const type = protobufjsMessage(descriptor);
  // A root's edition is proto2, so that values that are there are written, 0 and false as well.
  new protobufjs.Root().add(type);
  return (row) => type.encode(withLongs(row) as Record<string, unknown>).finish();
}

function protobufjsMessage({ name: ofMessage, field, nestedType }: DescriptorProto) {
  const message = new protobufjs.Type(ofMessage);
  const below = new Map(nestedType.map((nested) => [nested.name, nested]));
  for (const { name, number, type, typeName, label } of field) {
    const nested = below.get(typeName.split(".").at(-1)!);
    if (nested?.options?.mapEntry) {
      const [key, value] = nested.field.map((member) =>
        protobufjsType(member.type, member.typeName)
      );
      message.add(new protobufjs.MapField(name, number, key!, value!));
    } else {
      const rule = label === Label.REPEATED ? "repeated" : "optional";
      message.add(new protobufjs.Field(name, number, protobufjsType(type, typeName), rule));
    }
  }
  for (const nested of nestedType) {
    if (!nested.options?.mapEntry) message.add(protobufjsMessage(nested));
  }
  return message;
}

function protobufjsType(type: FieldType, typeName: string): string {
  return type === FieldType.MESSAGE ? typeName : FieldType[type].toLowerCase();
}

/** protobufjs knows no bigint. */
function withLongs(value: unknown): unknown {
  if (typeof value === "bigint") {
    return {
      low: Number(BigInt.asIntN(32, value)),
      high: Number(BigInt.asIntN(32, value >> 32n)),
      unsigned: false,
    };
  }
  if (Array.isArray(value)) return value.map(withLongs);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const result: Record<string, unknown> = {};
  for (const name in value) result[name] = withLongs((value as Record<string, unknown>)[name]);
  return result;
}
