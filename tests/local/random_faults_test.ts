import { assert, assertEquals } from "@std/assert";
import { randomFaults, startLocalZerobus } from "../../src/local/mod.ts";
import { test } from "../harness/mod.ts";
import { saidBy } from "./said.ts";

test("random faults: the same for the same seed, about as many as asked for", () => {
  const some = (seed: number, rate: number) => {
    const chance = randomFaults({ seed, rate });
    return Array.from({ length: 500 }, () => chance.next().value);
  };
  assertEquals(some(7, 0.1), some(7, 0.1));
  assert(JSON.stringify(some(7, 0.1)) !== JSON.stringify(some(8, 0.1)));
  const gaps = some(7, 0.1).flatMap((fault) =>
    "at" in fault && typeof fault.at === "object" && "requests" in fault.at && fault.at.requests > 0
      ? [fault.at.requests]
      : []
  );
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  assert(mean > 7 && mean < 13, `mean gap ${mean}`);
});

test("random faults: a server takes a seed, and stops when told", async () => {
  await using local = await startLocalZerobus({ faults: { seed: 1, rate: 1 } });
  for (let stream = 0; stream < 3; stream++) await saidBy(local, 3, { until: 2 });
  assert(Object.values(local.faults.fired).some((times) => times > 0));
  local.faults.clear();
  assertEquals((await saidBy(local, 1)).at(-1), "OK");
});
