/**
 * Batches as another copy of apache-arrow would make them.
 *
 * @module
 */
import type { RecordBatch } from "apache-arrow";
import type { ArrowBatch, ArrowData, ArrowField, ArrowType } from "../../src/core/arrow.ts";

/** The same batch, of plain objects: nothing of it is of a class known here. */
export function foreign({ schema, data, numRows }: RecordBatch): ArrowBatch {
  const fields = foreignFields(schema.fields);
  return { schema: { fields, metadata: new Map() }, data: foreignData(data as never), numRows };
}

function foreignFields(fields: readonly ArrowField[]): ArrowField[] {
  return fields.map(({ name, type, nullable }) => {
    return { name, type: foreignType(type), nullable, metadata: new Map() };
  });
}

function foreignType(type: ArrowType): ArrowType {
  const { indices, dictionary } = type as unknown as Record<string, ArrowType | undefined>;
  return {
    ...type,
    typeId: type.typeId,
    children: foreignFields(type.children ?? []),
    ...(dictionary && { dictionary: foreignType(dictionary) }),
    ...(indices && { indices: foreignType(indices) }),
  };
}

function foreignData(data: ArrowData): ArrowData {
  const { offset, length, nullCount, values, valueOffsets, typeIds, nullBitmap } = data;
  return {
    ...{ offset, length, nullCount, values, valueOffsets, typeIds, nullBitmap },
    type: foreignType(data.type),
    children: data.children.map(foreignData),
    variadicBuffers: data.variadicBuffers ?? [],
    dictionary: data.dictionary && { data: data.dictionary.data.map(foreignData) },
  };
}
