/**
 * Writes records with protobuf-es's writer, which knows nothing of Arrow.
 */
import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { Decoded } from "./decode_records.ts";

/** The bytes of a record of these fields, lowest number first. */
export function writeRecord(
  message: DescMessage,
  record: { [field: string]: Decoded },
): Uint8Array {
  const writer = new BinaryWriter();
  writeFields(writer, message, record);
  return writer.finish();
}

function writeFields(
  writer: BinaryWriter,
  message: DescMessage,
  record: { [field: string]: Decoded },
): void {
  for (const field of message.fields) {
    const value = record[field.name];
    if (value !== undefined) writeField(writer, field, value);
  }
}

function writeField(writer: BinaryWriter, field: DescField, value: Decoded): void {
  const { number } = field;
  switch (field.fieldKind) {
    case "scalar":
      return writeScalar(writer, number, field.scalar, value);
    case "message":
      return writeMessage(writer, number, field.message, value);
    case "list":
      for (const element of value as Decoded[]) {
        if (field.listKind === "scalar") writeScalar(writer, number, field.scalar, element);
        else if (field.listKind === "message") {
          writeMessage(writer, number, field.message, element);
        }
      }
      return;
    case "map":
      for (const [key, item] of value as Map<Decoded, Decoded>) {
        writer.tag(number, WireType.LengthDelimited).fork();
        writeScalar(writer, 1, field.mapKey, key);
        if (field.mapKind === "scalar") writeScalar(writer, 2, field.scalar, item);
        else if (field.mapKind === "message") writeMessage(writer, 2, field.message, item);
        writer.join();
      }
  }
}

function writeMessage(
  writer: BinaryWriter,
  number: number,
  message: DescMessage,
  value: Decoded,
): void {
  writer.tag(number, WireType.LengthDelimited).fork();
  writeFields(writer, message, value as { [field: string]: Decoded });
  writer.join();
}

/** The types that Arrow types become, and no others. */
function writeScalar(
  writer: BinaryWriter,
  number: number,
  type: ScalarType,
  value: Decoded,
): void {
  switch (type) {
    case ScalarType.INT32:
      writer.tag(number, WireType.Varint).int32(value as number);
      return;
    case ScalarType.INT64:
      writer.tag(number, WireType.Varint).int64(value as bigint);
      return;
    case ScalarType.BOOL:
      writer.tag(number, WireType.Varint).bool(value as boolean);
      return;
    case ScalarType.FLOAT:
      writer.tag(number, WireType.Bit32).float(value as number);
      return;
    case ScalarType.DOUBLE:
      writer.tag(number, WireType.Bit64).double(value as number);
      return;
    case ScalarType.STRING:
      writer.tag(number, WireType.LengthDelimited).string(value as string);
      return;
    case ScalarType.BYTES:
      writer.tag(number, WireType.LengthDelimited).bytes(value as Uint8Array);
      return;
    default:
      throw new Error(`no Arrow type becomes ${ScalarType[type]}`);
  }
}
