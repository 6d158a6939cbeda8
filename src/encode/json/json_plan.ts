/**
 * The plan of a schema, turned to text: what the columns are called, and how they are read.
 *
 * @module
 */
import { FieldDescriptorProto_Type as FieldType } from "@bufbuild/protobuf/wkt";
import { type FieldPlan, Source } from "../../schema/field_plan.ts";
import type { SchemaPlan } from "../../schema/plan.ts";

/**
 * The plan with which values are read for JSON: nothing has a tag, and every integer (dates, times
 * and timestamps are some) is read into the 64 bits of one type.
 */
export function jsonPlan(plan: SchemaPlan): SchemaPlan {
  return { ...plan, fields: plan.fields.map(untagged) };
}

function untagged(plan: FieldPlan): FieldPlan {
  const isInteger = plan.source <= Source.DateMilliseconds;
  return {
    ...plan,
    tag: 0,
    type: isInteger ? FieldType.SFIXED64 : plan.type,
    children: plan.children.map(untagged),
  };
}
