/**
 * Batches as apache-arrow's writer needs them.
 *
 * @module
 */
import {
  Binary,
  BinaryView,
  Bool,
  Data,
  type DataType,
  Date_,
  Decimal,
  Dictionary,
  Duration,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float,
  Int,
  type Int32,
  Interval,
  LargeBinary,
  LargeList,
  LargeUtf8,
  List,
  Map_,
  Null,
  RecordBatch,
  Schema,
  Struct,
  Time,
  Timestamp,
  Type,
  Union,
  Utf8,
  Utf8View,
  Vector,
} from "apache-arrow";
import type { ArrowBatch, ArrowData, ArrowField, ArrowSchema, ArrowType } from "../core/arrow.ts";

const PROTOTYPES: Readonly<Record<number, object>> = {
  [Type.Null]: Null.prototype,
  [Type.Int]: Int.prototype,
  [Type.Float]: Float.prototype,
  [Type.Binary]: Binary.prototype,
  [Type.LargeBinary]: LargeBinary.prototype,
  [Type.BinaryView]: BinaryView.prototype,
  [Type.Utf8]: Utf8.prototype,
  [Type.LargeUtf8]: LargeUtf8.prototype,
  [Type.Utf8View]: Utf8View.prototype,
  [Type.Bool]: Bool.prototype,
  [Type.Decimal]: Decimal.prototype,
  [Type.Date]: Date_.prototype,
  [Type.Time]: Time.prototype,
  [Type.Timestamp]: Timestamp.prototype,
  [Type.Interval]: Interval.prototype,
  [Type.Duration]: Duration.prototype,
  [Type.List]: List.prototype,
  [Type.LargeList]: LargeList.prototype,
  [Type.FixedSizeList]: FixedSizeList.prototype,
  [Type.FixedSizeBinary]: FixedSizeBinary.prototype,
  [Type.Struct]: Struct.prototype,
  [Type.Union]: Union.prototype,
  [Type.Map]: Map_.prototype,
  [Type.Dictionary]: Dictionary.prototype,
};

/** What a dictionary's type adds. */
interface DictionaryType extends ArrowType {
  readonly dictionary: ArrowType;
  readonly indices: ArrowType;
  readonly isOrdered?: boolean;
}

const schemas = new WeakMap<ArrowSchema, Schema>();

/**
 * The same batch, without a copy of its values, in the classes of this program's apache-arrow: the
 * writer tells types by class, and writes batches of another copy wrongly. Dictionaries are numbered
 * by their place, so that all batches of a schema can be in one stream; apache-arrow itself numbers
 * them in the order in which a program has made them.
 *
 * @throws {TypeError} for a type that is not known
 */
export function ownBatch(batch: ArrowBatch): RecordBatch {
  let schema = schemas.get(batch.schema);
  if (schema === undefined) {
    schema = new Schema(ownFields(batch.schema.fields, counter()), new Map(batch.schema.metadata));
    schemas.set(batch.schema, schema);
  }
  return new RecordBatch(schema, ownData(batch.data, new Struct(schema.fields)) as Data<Struct>);
}

function counter(): () => number {
  let next = 0;
  return () => next++;
}

function ownFields(fields: readonly ArrowField[], nextId: () => number): Field[] {
  return fields.map(({ name, type, nullable, metadata }) =>
    new Field(name, ownType(type, nextId), nullable, new Map(metadata))
  );
}

/** A type with the same parameters, which are its own properties in every version. */
function ownType(type: ArrowType, nextId: () => number): DataType {
  const prototype = PROTOTYPES[type.typeId];
  if (prototype === undefined) throw new TypeError(`Arrow type ${type} is not known`);
  if (type.typeId === Type.Dictionary) {
    const { indices, dictionary, isOrdered } = type as DictionaryType;
    const id = nextId();
    return new Dictionary(
      ownType(dictionary, nextId),
      ownType(indices, nextId) as Int32,
      id,
      isOrdered ?? false,
    );
  }
  const own = Object.create(prototype, Object.getOwnPropertyDescriptors(type));
  if (!type.children?.length) return own;
  return Object.defineProperty(own, "children", { value: ownFields(type.children, nextId) });
}

function ownData(data: ArrowData, type: DataType): Data {
  const fields = type.typeId === Type.Dictionary ? [] : type.children ?? [];
  const children = fields.map((field, index) => ownData(data.children[index]!, field.type));
  const values = (type as Dictionary).dictionary;
  const dictionary = data.dictionary &&
    new Vector(data.dictionary.data.map((part) => ownData(part, values)));
  return new Data(
    type,
    data.offset,
    data.length,
    data.nullCount,
    [data.valueOffsets, data.values, data.nullBitmap ?? undefined, data.typeIds] as never,
    children,
    dictionary,
    [...data.variadicBuffers ?? []],
  );
}
