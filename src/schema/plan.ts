/**
 * A schema, and a descriptor if there is one, compiled once to what the encoder and the connection
 * need of it.
 *
 * @module
 */
import { clone, isMessage, toBinary } from "@bufbuild/protobuf";
import { base64Encode } from "@bufbuild/protobuf/wire";
import { type DescriptorProto, DescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type { ArrowSchema } from "../core/arrow.ts";
import { ConfigurationError } from "../core/errors.ts";
import { kindOf } from "../core/kind.ts";
import { bindSchema, type ExtraColumns } from "./bind.ts";
import { DEFAULT_MESSAGE_NAME, descriptorFromSchema } from "./derive.ts";
import type { FieldPlan } from "./field_plan.ts";
import { resolveMessageTypes } from "./message_types.ts";
import { schemaKey } from "./schema_key.ts";

/** Options of {@linkcode planFor}. */
export interface PlanOptions {
  /**
   * The message to send rows as. Default: derived from the schema. Known by identity once planned,
   * so do not change it afterwards.
   */
  readonly descriptor?: DescriptorProto;
  /** Name of a derived message. Default `ZerobusMessage`. */
  readonly messageName?: string;
  /** What to do with a column that the descriptor has no field for. Default `"error"`. */
  readonly extraColumns?: ExtraColumns;
}

/** How to send batches of one schema as rows of one message. */
export interface SchemaPlan {
  /** The row message: self-contained, with absolute type names. */
  readonly descriptor: DescriptorProto;
  /** The descriptor as the service wants it. */
  readonly descriptorBytes: Uint8Array;
  /** Equal for two plans exactly if their `descriptorBytes` are. */
  readonly key: string;
  /** {@linkcode schemaKey} of the schemas that the plan is for. */
  readonly schemaKey: string;
  /** One plan for each column that is sent, in column order. */
  readonly fields: readonly FieldPlan[];
  /** Paths of optional fields without a column; they are absent from every record. */
  readonly missing: readonly string[];
  /** Paths of columns without a field; their values are not sent. */
  readonly dropped: readonly string[];
}

/**
 * Plans are kept for schemas that are read anew with every batch: a batch of one row of 20 columns
 * takes 33 µs then, and 227 when its plan must be made. As many as have keys of no more characters
 * than these together: some 2,000 schemas of 20 columns, or 20 of 2,000.
 */
const KEPT_CHARACTERS = 1 << 20;
/** Plans of that many descriptors are found by a schema's identity. */
const KEPT_VARIANTS = 8;

interface Variant {
  readonly descriptor: DescriptorProto | undefined;
  readonly options: string;
  readonly plan: SchemaPlan;
}

const variantsOf = new WeakMap<ArrowSchema, Variant[]>();
const plans = new Map<string, SchemaPlan>();
let keptCharacters = 0;
const bytesOf = new WeakMap<DescriptorProto, string>();

/**
 * The plan for a schema. The same schema object, and any other one of the same structure, gets the
 * same plan.
 *
 * @throws {ConfigurationError} if the schema cannot be sent, the descriptor is malformed or the two
 * do not fit; see {@linkcode descriptorFromSchema}.
 */
export function planFor(schema: ArrowSchema, options: PlanOptions = {}): SchemaPlan {
  const { descriptor, messageName = DEFAULT_MESSAGE_NAME, extraColumns = "error" } = options;
  const optionsKey = descriptor === undefined ? messageName : extraColumns;
  let variants = variantsOf.get(schema);
  if (variants === undefined) variantsOf.set(schema, variants = []);
  for (const variant of variants) {
    if (variant.descriptor === descriptor && variant.options === optionsKey) return variant.plan;
  }
  const plan = sharedPlan(schema, descriptor, optionsKey, { messageName, extraColumns });
  if (variants.length === KEPT_VARIANTS) variants.shift();
  variants.push({ descriptor, options: optionsKey, plan });
  return plan;
}

/** Finds a plan by structure, or makes it; the one used longest ago makes room. */
function sharedPlan(
  schema: ArrowSchema,
  descriptor: DescriptorProto | undefined,
  optionsKey: string,
  options: { messageName: string; extraColumns: ExtraColumns },
): SchemaPlan {
  const source = descriptor === undefined ? "" : descriptorKey(descriptor);
  const key = [source, optionsKey, schemaKey(schema)].join("\n");
  const plan = plans.get(key) ?? makePlan(schema, descriptor, options);
  if (!plans.delete(key)) keptCharacters += key.length;
  plans.set(key, plan);
  for (const oldest of plans.keys()) {
    if (keptCharacters <= KEPT_CHARACTERS || plans.size === 1) break;
    plans.delete(oldest);
    keptCharacters -= oldest.length;
  }
  return plan;
}

function makePlan(
  schema: ArrowSchema,
  given: DescriptorProto | undefined,
  { messageName, extraColumns }: { messageName: string; extraColumns: ExtraColumns },
): SchemaPlan {
  const types = resolveMessageTypes(given ?? descriptorFromSchema(schema, { messageName }));
  const binding = bindSchema(schema, types, extraColumns);
  const descriptorBytes = toBinary(DescriptorProtoSchema, types.root);
  return {
    descriptor: types.root,
    descriptorBytes,
    key: base64Encode(descriptorBytes),
    schemaKey: schemaKey(schema),
    ...binding,
  };
}

function descriptorKey(descriptor: DescriptorProto): string {
  let key = bytesOf.get(descriptor);
  if (key === undefined) {
    key = base64Encode(bytesOfGiven(descriptor));
    bytesOf.set(descriptor, key);
  }
  return key;
}

/** Serializes what was given as a descriptor; who writes no types may have given anything. */
function bytesOfGiven(descriptor: unknown): Uint8Array {
  if (!isMessage(descriptor, DescriptorProtoSchema)) throw noDescriptor(kindOf(descriptor));
  try {
    // Writing is lenient, copying is not.
    return toBinary(DescriptorProtoSchema, clone(DescriptorProtoSchema, descriptor));
  } catch (cause) {
    throw noDescriptor(
      "one with values that do not belong there: make it with protobuf-es's create()",
      cause,
    );
  }
}

function noDescriptor(found: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(
    "descriptor: expected a google.protobuf.DescriptorProto message of protobuf-es (a generated " +
      `schema has it as "proto"), got ${found}`,
    { details: { field: "descriptor" }, cause },
  );
}
