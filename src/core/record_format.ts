/**
 * The formats that records travel in, and which protocol carries which.
 *
 * @module
 */

/** How records are written on their way. */
export type RecordFormat = "protobuf" | "arrow" | "json";

/** A format, with what the service must know to read a stream's records. */
export type StreamFormat =
  | {
    /** Protobuf messages of one type. */
    readonly kind: "protobuf";
    /** Serialized `google.protobuf.DescriptorProto` of the row message. */
    readonly descriptor: Uint8Array;
  }
  | {
    /** JSON objects. */
    readonly kind: "json";
  }
  | {
    /** Arrow record batches. */
    readonly kind: "arrow";
    /** The schema as an Arrow IPC message, without the prefix that streams and files put before. */
    readonly schema: Uint8Array;
  };

/** Every format. */
export const RECORD_FORMATS: readonly RecordFormat[] = ["protobuf", "arrow", "json"];
