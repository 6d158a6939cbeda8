import { assert, assertEquals, assertThrows } from "@std/assert";
import { connectionHeaders } from "../../src/auth/connection_headers.ts";
import { ConfigurationError } from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";

const TABLE = "main.iot.readings";
const SECRET = "dose1a2b3c4d5e6f";

const kinds: [string, HeadersInit][] = [
  ["a record", { Authorization: "Bearer abc", "X-Trace_Id.1": "7" }],
  ["pairs", [["Authorization", "Bearer abc"], ["X-Trace_Id.1", "7"]]],
  ["Headers", new Headers({ Authorization: "Bearer abc", "X-Trace_Id.1": "7" })],
  ["a Map", new Map([["Authorization", "Bearer abc"], ["X-Trace_Id.1", "7"]]) as never],
];
for (const [name, provided] of kinds) {
  test(`connectionHeaders: takes ${name}`, () => {
    assertEquals([...connectionHeaders(provided, TABLE)], [
      ["authorization", "Bearer abc"],
      ["x-databricks-zerobus-table-name", TABLE],
      ["x-trace_id.1", "7"],
    ]);
  });
}

test("connectionHeaders: what was provided is left as it is", () => {
  const provided = new Headers({ authorization: "Bearer abc" });
  connectionHeaders(provided, TABLE);
  assertEquals([...provided], [["authorization", "Bearer abc"]]);
});

test("connectionHeaders: the table's name is ours to say", () => {
  const provided = { "X-Databricks-Zerobus-Table-Name": "other.table.name" };
  const headers = connectionHeaders(provided, TABLE);
  assertEquals([...headers], [["x-databricks-zerobus-table-name", TABLE]]);
});

test("connectionHeaders: an empty authorization is none", () => {
  for (const authorization of ["", "  "]) {
    assertEquals(connectionHeaders({ authorization }, TABLE).has("authorization"), false);
  }
});

const refused: [string, unknown, string][] = [
  ["a line break", { authorization: `Bearer ${SECRET}\n` }, '"authorization"'],
  ["a NUL", { authorization: `Bearer ${SECRET}\u0000` }, '"authorization"'],
  ["a tab", { "x-key": `a\t${SECRET}` }, '"x-key"'],
  ["text beyond ASCII", { "X-Key": `ü${SECRET}` }, '"x-key"'],
  ["a number", { "x-key": 42 }, 'number for "x-key"'],
  ["undefined", { authorization: undefined }, 'undefined for "authorization"'],
  ["an array as value", { "x-key": [SECRET] }, 'an array for "x-key"'],
  ["a value in place of a name", [[`Bearer ${SECRET}`, "authorization"]], "header 1"],
  ["a name with a space", { ok: "1", [`${SECRET} `]: "x" }, "header 2"],
  ["an empty name", [["", SECRET]], "header 1"],
  ["a pseudo header", { ":path": "/" }, "header 1"],
  [
    "a name twice",
    { authorization: SECRET, Authorization: SECRET },
    '"authorization" more than once',
  ],
  ["three in a pair", [["a", SECRET, "c"]], "pairs"],
  ["text in a list", [SECRET], "pairs"],
  ["nothing", undefined, "undefined"],
  ["null", null, "null"],
  ["text", `authorization: ${SECRET}`, "string"],
];
for (const [name, provided, message] of refused) {
  test(`connectionHeaders: ${name} is refused without being shown`, () => {
    const call = () => connectionHeaders(provided as HeadersInit, TABLE);
    const error = assertThrows(call, ConfigurationError, message);
    assertEquals(error.details.field, "headersProvider");
    assert(!`${error.stack}${JSON.stringify(error)}`.includes(SECRET), error.message);
  });
}

test("connectionHeaders: a table name that is no header value is refused", () => {
  const error = assertThrows(() => connectionHeaders({}, "a.b.c\n"), ConfigurationError);
  assertEquals(error.details.field, "tableName");
});
