import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { BufferPool, pooledBytes } from "../../src/encode/buffer_pool.ts";
import { test } from "../harness/mod.ts";

const SIZE = 20_000;

test("a buffer that comes back is given out again, to requests of about its size", () => {
  const pool = new BufferPool(1_000_000);
  const first = pool.take(SIZE);
  assert(first.length >= SIZE && first.length < SIZE * 1.25);
  pool.release({ bytes: first.subarray(100, 200) }); // a request is a part of its buffer
  assertEquals(pool.freeBytes, first.length);
  assertNotStrictEquals(pool.take(4 * SIZE).buffer, first.buffer);
  assertStrictEquals(pool.take(SIZE - 10).buffer, first.buffer);
  assertEquals(pool.freeBytes, 0);
});

test("a buffer that comes back twice is given out once", () => {
  const pool = new BufferPool(1_000_000);
  const bytes = pool.take(SIZE);
  pool.release({ bytes });
  pool.release({ bytes });
  assertEquals(pool.freeBytes, bytes.length);
  const taken = [pool.take(SIZE), pool.take(SIZE)];
  assertStrictEquals(taken[0]!.buffer, bytes.buffer);
  assertNotStrictEquals(taken[1]!.buffer, bytes.buffer);
  // It is in somebody's hands again, and may come back again.
  pool.release({ bytes });
  assertEquals(pool.freeBytes, bytes.length);
});

test("a stranger's buffer is not taken, nor one that was given away", () => {
  const pool = new BufferPool(1_000_000);
  pool.release({ bytes: new Uint8Array(SIZE) });
  const given = pool.take(SIZE);
  structuredClone(given.buffer, { transfer: [given.buffer] });
  pool.release({ bytes: given });
  assertEquals(pool.freeBytes, 0);
});

test("no more is kept than may be", () => {
  const pool = new BufferPool(50_000);
  const taken = [pool.take(SIZE), pool.take(SIZE), pool.take(SIZE)];
  for (const bytes of taken) pool.release({ bytes });
  assertEquals(pool.freeBytes, 2 * taken[0]!.length);
});

test("a pool that is cleared has nothing, and takes back what is still lent", () => {
  const pool = new BufferPool(1_000_000);
  const [kept, lent] = [pool.take(SIZE), pool.take(SIZE)];
  pool.release({ bytes: kept });
  pool.clear();
  assertEquals(pool.freeBytes, 0);
  assertNotStrictEquals(pool.take(SIZE).buffer, kept.buffer);
  pool.release({ bytes: lent });
  assertStrictEquals(pool.take(SIZE).buffer, lent.buffer);
});

test("a wrapper keeps half as much again as its window, and no more than for the default one", () => {
  const MIB = 1024 * 1024;
  const sizes = [1, 64, 65, 1_024].map((window) => pooledBytes(window * MIB) / MIB);
  assertEquals(sizes, [1.5, 96, 96, 96]);
});
