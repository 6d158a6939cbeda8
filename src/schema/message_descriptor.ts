/**
 * The type of descriptors in the public face.
 *
 * @module
 */
import type * as wkt from "@bufbuild/protobuf/wkt";

/** A `google.protobuf.DescriptorProto`, as protobuf-es (version 2) represents it. */
export type MessageDescriptor = wkt.DescriptorProto;
