import { assertEquals } from "@std/assert";
import {
  type DocumentedSymbol,
  withoutExample,
} from "../../tasks/documentation/symbol_examples.ts";
import { test } from "../harness/mod.ts";

const EXAMPLE = { tags: [{ kind: "throws" }, { kind: "example" }] };

const SYMBOLS: readonly DocumentedSymbol[] = [
  { name: "shown", declarations: [{ kind: "function", jsDoc: EXAMPLE }] },
  { name: "silent", declarations: [{ kind: "function", jsDoc: { tags: [{ kind: "throws" }] } }] },
  { name: "bare", declarations: [{ kind: "function" }] },
  {
    name: "overloaded",
    declarations: [{ kind: "function" }, { kind: "function", jsDoc: EXAMPLE }],
  },
  { name: "Shape", declarations: [{ kind: "interface" }] },
  { name: "Maker", declarations: [{ kind: "class" }] },
  { name: "RootError", declarations: [{ kind: "class", def: { extends: "Error" } }] },
  { name: "OtherError", declarations: [{ kind: "class", def: { extends: "RootError" } }] },
];

test("functions and classes need an example, kinds of an error and types do not", () => {
  assertEquals(withoutExample(SYMBOLS), ["silent", "bare", "Maker", "RootError"]);
});
