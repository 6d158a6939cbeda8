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

/** The types that Arrow types become, and no others: how they are on the wire, and who writes them. */
const SCALARS: ReadonlyMap<ScalarType, readonly [WireType, ScalarMethod]> = new Map([
  [ScalarType.INT32, [WireType.Varint, "int32"]],
  [ScalarType.INT64, [WireType.Varint, "int64"]],
  [ScalarType.BOOL, [WireType.Varint, "bool"]],
  [ScalarType.FLOAT, [WireType.Bit32, "float"]],
  [ScalarType.DOUBLE, [WireType.Bit64, "double"]],
  [ScalarType.STRING, [WireType.LengthDelimited, "string"]],
  [ScalarType.BYTES, [WireType.LengthDelimited, "bytes"]],
]);

type ScalarMethod = "int32" | "int64" | "bool" | "float" | "double" | "string" | "bytes";

function writeScalar(
  writer: BinaryWriter,
  number: number,
  type: ScalarType,
  value: Decoded,
): void {
  const scalar = SCALARS.get(type);
  if (scalar === undefined) throw new Error(`no Arrow type becomes ${ScalarType[type]}`);
  const [wireType, method] = scalar;
  writer.tag(number, wireType)[method](value as never);
}
