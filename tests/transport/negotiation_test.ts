import { assertEquals } from "@std/assert";
import { Negotiation } from "../../src/transport/negotiation.ts";
import { test } from "../harness/mod.ts";

const ON = { compression: "gzip", compressionMinBytes: 0 } as const;

test("a refusal is told once, whatever the one who is told makes of it", () => {
  let told = 0;
  const negotiation = new Negotiation(ON, () => {
    told++;
    throw new Error("the listener's own trouble");
  });
  negotiation.heed("identity, gzip");
  assertEquals([negotiation.isOn, told], [true, 0]);
  negotiation.heed("identity");
  negotiation.heed("identity");
  negotiation.refuse();
  assertEquals([negotiation.isOn, told], [false, 1]);
});

test("where compression is off, there is nothing to refuse", () => {
  let told = 0;
  const negotiation = new Negotiation({ ...ON, compression: "none" }, () => told++);
  negotiation.heed("identity");
  assertEquals([negotiation.isOn, told], [false, 0]);
});
