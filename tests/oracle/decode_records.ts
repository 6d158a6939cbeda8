/**
 * Reads records with protobuf-es, which knows nothing of how they were written.
 */
import {
  create,
  createFileRegistry,
  type DescMessage,
  fromBinary,
  type Message,
} from "@bufbuild/protobuf";
import { reflect, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import { type DescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/** A decoded value: scalars as they are, lists, maps as entries, messages as objects. */
export type Decoded =
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | Decoded[]
  | Map<unknown, Decoded>
  | { [field: string]: Decoded };

/** The message that a descriptor describes, with nothing else in its file. */
export function messageOf(descriptor: DescriptorProto): DescMessage {
  const file = create(FileDescriptorProtoSchema, {
    name: "row.proto",
    syntax: "proto2",
    messageType: [descriptor],
  });
  const message = createFileRegistry(file, () => undefined).getMessage(descriptor.name);
  if (message === undefined) throw new Error(`the file has no message ${descriptor.name}`);
  return message;
}

/** The fields of a record that are set, by name. Unknown fields are an error. */
export function decodeRecord(
  message: DescMessage,
  bytes: Uint8Array,
): { [field: string]: Decoded } {
  return plain(reflect(message, fromBinary(message, bytes)));
}

function plain(message: ReflectMessage): { [field: string]: Decoded } {
  if ((message.message as Message).$unknown?.length) throw new Error("unknown fields");
  const result: { [field: string]: Decoded } = {};
  for (const field of message.fields) {
    if (!message.isSet(field)) continue;
    if (field.fieldKind === "list") {
      const list = message.get(field);
      result[field.name] = Array.from(list, (item) => value(item));
    } else if (field.fieldKind === "map") {
      const map = message.get(field);
      result[field.name] = new Map(Array.from(map, ([key, item]) => [key, value(item)]));
    } else {
      result[field.name] = value(message.get(field));
    }
  }
  return result;
}

function value(item: unknown): Decoded {
  const isMessage = typeof item === "object" && item !== null && "desc" in item;
  return isMessage ? plain(item as ReflectMessage) : item as Decoded;
}
