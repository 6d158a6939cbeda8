/**
 * One array of a batch and how to write it.
 *
 * @module
 */
import type { FieldDescriptorProto_Type as FieldType } from "@bufbuild/protobuf/wkt";
import type { Enumeration } from "../schema/enumeration.ts";
import type { FieldPlan, Source } from "../schema/field_plan.ts";

const NO_BYTES = new Uint8Array(0);
const NO_I8 = new Int8Array(0);
const NO_I16 = new Int16Array(0);
const NO_U16 = new Uint16Array(0);
const NO_I32 = new Int32Array(0);
const NO_F32 = new Float32Array(0);

/**
 * A field's plan and the buffers of its array. One class with every view that any kind of array
 * needs, so that the writer's loads are monomorphic; made once for a batch and column, never for a
 * row.
 *
 * Values are addressed from 0: apache-arrow has applied an array's offset to everything but the
 * bit-packed buffers.
 */
export class Column {
  /** As in {@linkcode FieldPlan}. */
  readonly path: string;
  /** As in {@linkcode FieldPlan}. */
  readonly source: Source;
  /** As in {@linkcode FieldPlan}. */
  readonly type: FieldType;
  /** As in {@linkcode FieldPlan}. */
  readonly tag: number;
  /** As in {@linkcode FieldPlan}. */
  readonly nullError: string;
  /** As in {@linkcode FieldPlan}. */
  readonly factor: number;
  /** As in {@linkcode FieldPlan}. */
  readonly scale: number;
  /** As in {@linkcode FieldPlan}. */
  readonly width: number;
  /** As in {@linkcode FieldPlan}. */
  readonly indices: Source;
  /** As in {@linkcode FieldPlan}. */
  readonly enumeration: Enumeration | undefined;

  /** Number of values. */
  length = 0;
  /** Whether `validity` is to be looked at. */
  hasNulls = false;
  /** One bit a value, from bit `bitOffset`. */
  validity: Uint8Array = NO_BYTES;
  /** First bit of `validity`, and of booleans' values. */
  bitOffset = 0;

  /** Values as unsigned bytes. */
  bytes: Uint8Array = NO_BYTES;
  /** Values as signed bytes. */
  i8: Int8Array = NO_I8;
  /** Values as signed 16-bit numbers. */
  i16: Int16Array = NO_I16;
  /** Values as unsigned 16-bit numbers. */
  u16: Uint16Array = NO_U16;
  /** Values as 32-bit words: two of them, low first, for a 64-bit value; four for a view. */
  i32: Int32Array = NO_I32;
  /** Values as single-precision numbers. */
  f32: Float32Array = NO_F32;
  /** Offsets of variable-length values as 32-bit words; two of them for a 64-bit offset. */
  offsets: Int32Array = NO_I32;
  /** Data buffers that views point into. */
  buffers: readonly Uint8Array[] = [];
  /** Those, or `bytes`, as words at any address; made when first wanted. */
  views: readonly DataView[] | undefined;
  /** Of a dictionary: what some of its indices stand for; made when first wanted. */
  unpacked: Column | undefined;

  /** Members, elements, key and value, or the chunks of a dictionary. */
  children: readonly Column[] = [];
  /** Of a list or map: how many elements or entries its child has. */
  elements = 0;
  /** Bytes that the length of the last value took; the next one's probably takes as many. */
  lengthSize = 1;

  /** An empty array with a plan, or with the same plan as another one. */
  constructor(plan: Omit<FieldPlan, "index" | "children">) {
    this.path = plan.path;
    this.source = plan.source;
    this.type = plan.type;
    this.tag = plan.tag;
    this.nullError = plan.nullError;
    this.factor = plan.factor;
    this.scale = plan.scale;
    this.width = plan.width;
    this.indices = plan.indices;
    this.enumeration = plan.enumeration;
  }

  /** Whether a value is null by the array's own validity. */
  isNull(index: number): boolean {
    if (!this.hasNulls) return false;
    const bit = this.bitOffset + index;
    return (this.validity[bit >> 3]! >> (bit & 7) & 1) === 0;
  }
}
