import { assertEquals, assertRejects } from "@std/assert";
import { Turn } from "../../src/delivery/turn.ts";
import { test } from "../harness/mod.ts";

test("turns are taken in the order they were asked for", async () => {
  const turn = new Turn();
  const order: number[] = [];
  const passFirst = await turn.take();
  const others = [1, 2, 3].map(async (number) => {
    const passOn = await turn.take();
    order.push(number);
    passOn();
  });
  order.push(0);
  passFirst();
  await Promise.all(others);
  assertEquals(order, [0, 1, 2, 3]);
});

test("who gives up waiting does not hold up the others", async () => {
  const turn = new Turn();
  const order: string[] = [];
  const passFirst = await turn.take();
  const impatient = new AbortController();
  const given = assertRejects(() => turn.take(impatient.signal), Error, "enough");
  const patient = turn.take().then((passOn) => {
    order.push("patient");
    passOn();
  });
  impatient.abort(new Error("enough"));
  await given;
  order.push("first done");
  passFirst();
  await patient;
  assertEquals(order, ["first done", "patient"]);
});

test("a signal that has aborted already takes no turn", async () => {
  const turn = new Turn();
  await assertRejects(() => turn.take(AbortSignal.abort(new Error("late"))), Error, "late");
  (await turn.take())();
});
