import { create, toBinary } from "@bufbuild/protobuf";
import { DescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { RecordType } from "../../src/gen/zerobus_pb.ts";
import type { LocalZerobusOptions } from "../../src/local/mod.ts";
import { authorization, batch, createStream, type Payload, single, TABLE } from "./client.ts";
import { READING, reading } from "./reading.ts";
import { type Rule, testRules } from "./rule.ts";

const OPEN = createStream(READING);
const READING_BYTES = toBinary(DescriptorProtoSchema, create(DescriptorProtoSchema, READING));
const OTHER_TABLE = "main.iot.others";

const RULES: readonly Rule[] = [
  ...headerRules(),
  ...creationRules(),
  ...requestRules(),
];

function headerRules(): Rule[] {
  const unauthenticated = { requests: [OPEN], status: "UNAUTHENTICATED" };
  const denied = { requests: [OPEN], status: "PERMISSION_DENIED" };
  return [
    {
      ...unauthenticated,
      name: "no token",
      headers: () => ({ "x-databricks-zerobus-table-name": TABLE }),
      message: "no bearer token",
    },
    {
      ...unauthenticated,
      name: "Basic instead of Bearer",
      headers: (local) => ({
        ...authorization("", TABLE),
        authorization: `Basic ${local.issueToken(TABLE)}`,
      }),
      message: "no bearer token",
    },
    {
      ...unauthenticated,
      name: "a token from elsewhere",
      headers: () => authorization("made-up", TABLE),
      message: "unknown or has expired",
    },
    {
      ...unauthenticated,
      name: "an expired token",
      headers: (local) => authorization(local.issueToken(TABLE, { lifetimeMs: 0 }), TABLE),
      message: "unknown or has expired",
    },
    {
      ...unauthenticated,
      name: "a revoked token",
      headers: (local) => {
        const token = local.issueToken(TABLE);
        local.revokeTokens();
        return authorization(token, TABLE);
      },
      message: "unknown or has expired",
    },
    {
      ...denied,
      name: "a token for another table",
      headers: (local) => authorization(local.issueToken(OTHER_TABLE), TABLE),
      message: `the token is for table ${OTHER_TABLE}`,
    },
    {
      ...denied,
      name: "no table header",
      headers: (local) => ({ authorization: `Bearer ${local.issueToken(TABLE)}` }),
      message: "the stream for none",
    },
    {
      ...denied,
      name: "create_stream for another table than the headers",
      requests: [createStream(READING, OTHER_TABLE)],
      message: `the headers are for table ${TABLE}, create_stream for ${OTHER_TABLE}`,
    },
  ];
}

function creationRules(): Rule[] {
  const invalid = { status: "INVALID_ARGUMENT" };
  const noAuth: LocalZerobusOptions = { auth: { required: false } };
  const creation = (fields: Extract<Payload, { case: "createStream" }>["value"]): Payload => ({
    case: "createStream",
    value: { tableName: TABLE, descriptorProto: READING_BYTES, ...fields },
  });
  return [
    {
      ...invalid,
      name: "a request before create_stream",
      requests: [single(0, reading(1))],
      message: "the first request is not create_stream",
    },
    {
      ...invalid,
      name: "create_stream twice",
      requests: [OPEN, single(0, reading(1)), OPEN],
      message: "create_stream was sent twice",
      rows: 1,
    },
    {
      ...invalid,
      name: "a table name of two parts",
      options: noAuth,
      requests: [createStream(READING, "iot.readings")],
      message: "table_name is not catalog.schema.table",
    },
    {
      name: "a table that does not exist",
      options: { tables: [OTHER_TABLE] },
      requests: [OPEN],
      status: "NOT_FOUND",
      message: `there is no table ${TABLE}`,
    },
    {
      ...invalid,
      name: "record type UNSPECIFIED",
      requests: [creation({ recordType: RecordType.RECORD_TYPE_UNSPECIFIED })],
      message: "record_type is not one of",
    },
    {
      name: "record type AVRO",
      requests: [creation({ recordType: RecordType.AVRO })],
      status: "UNIMPLEMENTED",
      message: "AVRO is not served",
    },
    {
      ...invalid,
      name: "no descriptor",
      requests: [creation({ descriptorProto: new Uint8Array(0) })],
      message: "descriptor_proto is missing",
    },
    {
      ...invalid,
      name: "a descriptor that is none",
      requests: [creation({ descriptorProto: Uint8Array.of(0xff, 0xff) })],
      message: "descriptor_proto: it does not parse",
    },
    {
      ...invalid,
      name: "a field that is no column",
      options: { tables: [{ name: TABLE, columns: [{ name: "id" }] }] },
      requests: [OPEN],
      message: "field name is no column",
    },
    {
      ...invalid,
      name: "a column that must have a field",
      options: {
        tables: [{
          name: TABLE,
          columns: ["id", "name", "at"].map((name) => ({ name, nullable: name !== "at" })),
        }],
      },
      requests: [OPEN],
      message: "needs column at",
    },
  ];
}

function requestRules(): Rule[] {
  const invalid = { status: "INVALID_ARGUMENT" };
  const nonSequential = (offset: number, expected: number) => ({
    ...invalid,
    message: `expected ${expected}, got ${offset}. Error Code: 4002, Error State: 1`,
  });
  const nameOnly = reading(1, "x").subarray(2);
  const tooLarge = { ...invalid, options: { maxRequestBytes: 1000 } };
  return [
    {
      ...nonSequential(1, 0),
      name: "offsets that do not start at 0",
      requests: [OPEN, single(1, reading(1))],
    },
    {
      ...nonSequential(2, 1),
      name: "an offset left out",
      requests: [OPEN, single(0, reading(1)), batch(2, [reading(2)])],
      rows: 1,
    },
    {
      ...nonSequential(0, 1),
      name: "an offset used again",
      requests: [OPEN, batch(0, [reading(1), reading(2)]), single(0, reading(3))],
      rows: 2,
    },
    {
      ...invalid,
      name: "no offset",
      requests: [OPEN, {
        case: "ingestRecord",
        value: { record: { case: "protoEncodedRecord", value: reading(1) } },
      }],
      message: "expected 0, got none. Error Code: 4002",
    },
    {
      ...invalid,
      name: "a request without payload",
      requests: [OPEN, undefined],
      message: "the request has no payload",
    },
    {
      ...invalid,
      name: "a request without records",
      requests: [OPEN, { case: "ingestRecordBatch", value: { offsetId: 0n } }],
      message: "the request has no records",
    },
    {
      ...invalid,
      name: "JSON on a stream for PROTO",
      requests: [OPEN, {
        case: "ingestRecord",
        value: { offsetId: 0n, record: { case: "jsonRecord", value: "{}" } },
      }],
      message: "created for PROTO",
    },
    {
      ...invalid,
      name: "a batch that is none",
      requests: [OPEN, {
        case: "ingestRecordBatch",
        value: { offsetId: 0n, batch: { case: "protoEncodedBatch", value: reading(1) } },
      }],
      message: "proto_encoded_batch does not parse",
    },
    {
      ...invalid,
      name: "a bad record in a good batch: none of the batch is kept",
      requests: [OPEN, single(0, reading(1)), batch(1, [reading(2), nameOnly, reading(3)])],
      message: "record 1 of the request with offset 1: required field id is missing",
      rows: 1,
    },
    {
      ...tooLarge,
      name: "a request over the limit",
      requests: [OPEN, single(0, reading(1)), single(1, reading(2, "x".repeat(1000)))],
      message: "too large: ",
      rows: 1,
    },
  ];
}

testRules(RULES);
