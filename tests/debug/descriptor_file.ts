/**
 * Reads Protobuf debug files with protobuf-es and their descriptor file, and nothing of ours.
 *
 * @module
 */
import { createFileRegistry, type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { type Decoded, decodeRecord } from "../oracle/decode_records.ts";

/** A descriptor file. */
export class DescriptorFile {
  /** The row message. */
  readonly row: DescMessage;
  /** The message that a file is. */
  readonly batch: DescMessage;

  constructor(bytes: Uint8Array) {
    const [file] = fromBinary(FileDescriptorSetSchema, bytes).file;
    const registry = createFileRegistry(file!, () => undefined);
    [this.row, this.batch] = file!.messageType.map(({ name }) => registry.getMessage(name)!) as [
      DescMessage,
      DescMessage,
    ];
  }

  /** The records of a file that is one message. */
  decode(bytes: Uint8Array): Decoded[] {
    return (decodeRecord(this.batch, bytes) as { records?: Decoded[] }).records ?? [];
  }

  /** The records of a file of delimited messages. */
  decodeDelimited(bytes: Uint8Array): Decoded[] {
    const reader = new BinaryReader(bytes);
    const records: Decoded[] = [];
    while (reader.pos < reader.len) records.push(decodeRecord(this.row, reader.bytes()));
    return records;
  }
}
