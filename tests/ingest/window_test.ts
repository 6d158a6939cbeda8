import { assertEquals } from "@std/assert";
import { Window } from "../../src/ingest/window.ts";
import { test } from "../harness/mod.ts";
import { idOf, payload } from "./stage.ts";

/** A window that holds requests 0 to n − 1, some of them sent. */
function windowOf(count: number, sent: number): Window {
  const window = new Window(1000, 100_000);
  for (let id = 0; id < count; id++) window.add(payload(id, 10));
  for (let n = 0; n < sent; n++) window.takeUnsent();
  return window;
}

function ids(window: Window): number[] {
  return window.unacknowledged().map(({ records }) => idOf(records.bytes));
}

test("the cursor passes requests in order, and a rewind brings it back to the front", () => {
  const window = windowOf(3, 0);
  const taken = () =>
    Array.from({ length: 4 }, () => window.takeUnsent()?.bytes).map((b) => b && idOf(b));
  assertEquals(taken(), [0, 1, 2, undefined]);
  assertEquals(window.sent, 3);
  window.release(1);
  window.rewind();
  assertEquals([window.sent, ids(window)], [0, [1, 2]]);
  assertEquals(taken(), [1, 2, undefined, undefined]);
});

test("a release frees what was held, says what that was, and keeps the order", () => {
  const window = windowOf(5, 4);
  assertEquals(window.release(3), { upTo: 2n, requests: 3, rows: 3, bytes: 30 });
  assertEquals([window.requests, window.bytes, window.sent, window.nextOffset], [2, 20, 1, 5n]);
  assertEquals(window.unacknowledged(), [
    { offset: 3n, records: payload(3, 10) },
    { offset: 4n, records: payload(4, 10) },
  ]);
});

test("a payload is subtracted with the size it was added with", () => {
  const window = new Window(10, 100);
  const records = { bytes: new Uint8Array(40), rowCount: 1 };
  window.add(records);
  records.bytes = new Uint8Array(90);
  window.takeUnsent();
  assertEquals([window.release(1).bytes, window.bytes], [40, 0]);
});

const ROOM: { name: string; held: number[]; size: number; room: boolean }[] = [
  { name: "an empty window has room for anything", held: [], size: 1000, room: true },
  { name: "bytes up to the limit fit", held: [60], size: 40, room: true },
  { name: "one byte more does not", held: [60], size: 41, room: false },
  { name: "requests up to the limit fit", held: [4, 4], size: 4, room: true },
  { name: "one request more does not", held: [4, 4, 4], size: 4, room: false },
  { name: "nothing fits beside an oversized one", held: [1000], size: 4, room: false },
];
for (const { name, held, size, room } of ROOM) {
  test(name, () => {
    const window = new Window(3, 100);
    for (const bytes of held) window.add(payload(0, bytes));
    assertEquals(window.hasRoomFor(size), room);
  });
}

test("watchers hear of their request, once, unless they gave up", () => {
  const window = windowOf(3, 3);
  const heard: string[] = [];
  const watcher = (name: string) => ({
    resolve: () => void heard.push(`${name} durable`),
    reject: (reason: unknown) => void heard.push(`${name} ${reason}`),
  });
  window.watch(0n, watcher("a"));
  window.watch(1n, watcher("b"));
  window.watch(1n, watcher("c"));
  const giveUp = window.watch(1n, watcher("d"));
  window.watch(2n, watcher("e"));
  giveUp();
  window.release(2);
  assertEquals(heard, ["a durable", "b durable", "c durable"]);
  giveUp();
  window.watch(1n, watcher("late"));
  window.fail("lost");
  window.fail("lost again");
  assertEquals(heard.slice(3), ["late durable", "e lost"]);
  assertEquals(ids(window), [2], "a failure keeps the requests");
});

test("long after compaction offsets still find their requests", () => {
  const window = new Window(10_000, 1_000_000);
  let durable = 0;
  for (let id = 0; id < 20_000; id++) {
    assertEquals(window.add(payload(id)), BigInt(id));
    window.takeUnsent();
    if (id % 7 === 6) window.release(id % 2 === 0 ? 7 : 5);
    window.watch(BigInt(id), { resolve: () => durable++, reject: () => {} });
  }
  const [first] = window.unacknowledged();
  assertEquals(idOf(first!.records.bytes), Number(first!.offset));
  window.release(window.sent);
  assertEquals([durable, window.requests, window.bytes], [20_000, 0, 0]);
  assertEquals(window.nextOffset, 20_000n);
});
