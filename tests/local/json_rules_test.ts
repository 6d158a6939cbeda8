import { RecordType } from "../../src/gen/zerobus_pb.ts";
import type { LocalZerobusOptions } from "../../src/local/mod.ts";
import { jsonBatch, type Payload, single, TABLE } from "./client.ts";
import { reading } from "./reading.ts";
import { type Rule, testRules } from "./rule.ts";

const OPEN_JSON: Payload = {
  case: "createStream",
  value: { tableName: TABLE, recordType: RecordType.JSON },
};
/** A table with a column that rows must have. */
const DECLARED: LocalZerobusOptions = {
  tables: [{ name: TABLE, columns: [{ name: "id", nullable: false }, { name: "name" }] }],
};
const invalid = { status: "INVALID_ARGUMENT" };

testRules([
  {
    ...invalid,
    name: "PROTO on a stream for JSON",
    requests: [OPEN_JSON, single(0, reading(1))],
    message: "created for JSON",
  },
  ...Object.entries({
    "no JSON": '{"id":',
    "a list": "[]",
    "a null": "null",
    "a text": '"id"',
  }).map(([name, record]): Rule => ({
    ...invalid,
    name: `a JSON record that is ${name}: none of its batch is kept`,
    requests: [OPEN_JSON, jsonBatch(0, ['{"id":1}']), jsonBatch(1, ["{}", record])],
    message: "record 1 of the request with offset 1: it is no",
    rows: 1,
  })),
  {
    ...invalid,
    name: "a JSON record with a member that is no column",
    options: DECLARED,
    requests: [OPEN_JSON, jsonBatch(0, ['{"id":1,"name":null}', '{"id":1,"secret":2}'])],
    message: `record 1 of the request with offset 0: a member is no column of ${TABLE}`,
  },
  ...['{"name":"a"}', '{"id":null}'].map((record): Rule => ({
    ...invalid,
    name: `a JSON record without what the table needs: ${record}`,
    options: DECLARED,
    requests: [OPEN_JSON, jsonBatch(0, [record])],
    message: "column id of",
  })),
]);
