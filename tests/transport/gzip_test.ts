import { gunzipSync, gzipSync } from "node:zlib";
import { assert, assertEquals, assertLess, assertMatch, assertRejects } from "@std/assert";
import fc from "fast-check";
import { joined } from "../../src/core/bytes.ts";
import { ConnectionError } from "../../src/core/errors.ts";
import { gunzip, gzip } from "../../src/transport/gzip.ts";
import { test } from "../harness/mod.ts";

const MEGABYTE = 1024 * 1024;

/** Some bytes in some buffers; of some of them there is much, and much of the same. */
const parts: fc.Arbitrary<Uint8Array[]> = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 50 }),
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 20_000 }))
      .map(([bytes, times]) => joined(Array<Uint8Array>(times).fill(bytes))),
    fc.uint8Array({ minLength: 1, maxLength: 30 })
      .map((bytes) => new Uint8Array([0, ...bytes, 0]).subarray(1, -1)),
  ),
  { maxLength: 6 },
);

/** A plain array of bytes: Node's buffers are not equal to one. */
const plain = (bytes: Uint8Array) => new Uint8Array(bytes);

test("what is compressed is read by zlib, and what zlib compressed is read", async () => {
  await fc.assert(
    fc.asyncProperty(parts, async (given) => {
      const whole = joined(given);
      const compressed = joined(await gzip(given));
      assertEquals(plain(gunzipSync(compressed)), whole);
      assertEquals(plain(await gunzip(compressed, whole.length)), whole);
      assertEquals(plain(await gunzip(plain(gzipSync(whole)), whole.length)), whole);
      assertEquals(joined(given), whole, "a buffer was written to, or given away");
    }),
    { numRuns: 60 },
  );
});

test("damaged gzip is an error of the protocol, however it is damaged", async () => {
  const good = plain(gzipSync(new Uint8Array(5_000).map((_, at) => at * 7)));
  const flipped = (at: number) => good.map((byte, index) => index === at ? byte ^ 0x55 : byte);
  const damaged: Record<string, Uint8Array> = {
    "nothing": new Uint8Array(0),
    "something else": Uint8Array.of(10, 1, 82),
    "another format": plain(gzipSync(good)).subarray(2),
    "cut short": good.subarray(0, good.length - 9),
    "cut in the middle": good.subarray(0, good.length >> 1),
    "checksum": flipped(good.length - 7),
    "length": flipped(good.length - 2),
    "garbage behind it": joined([good, Uint8Array.of(1, 2, 3)]),
  };
  for (const [what, bytes] of Object.entries(damaged)) {
    const error = await assertRejects(
      () => gunzip(bytes, MEGABYTE),
      ConnectionError,
      undefined,
      what,
    );
    assertMatch(
      error.message,
      /broke the protocol: a compressed message, \d+ bytes, that is no gzip/,
    );
    assertEquals([error.retryable, error.details.status], [true, "INTERNAL"]);
  }
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
      const bytes = good.map((byte, index) => index === at ? byte ^ by : byte);
      const outcome = await gunzip(bytes, MEGABYTE).catch((reason) => reason);
      // A few bits of the header mean nothing.
      if (outcome instanceof Uint8Array) assertLess(at, 10);
      else assert(outcome instanceof ConnectionError, String(outcome));
    }),
    { numRuns: 60 },
  );
});

test("a bomb is found out before it is large", async () => {
  const bomb = plain(gzipSync(new Uint8Array(200 * MEGABYTE)));
  const began = performance.now();
  const error = await assertRejects(() => gunzip(bomb, 4 * MEGABYTE), ConnectionError);
  const neededMs = performance.now() - began;
  assertEquals(error.details, { status: "RESOURCE_EXHAUSTED", limit: 4 * MEGABYTE });
  const whole = performance.now();
  gunzipSync(bomb);
  assertLess(neededMs, performance.now() - whole, "as slow as to decompress all of it");
  for (const size of [0, 1, 1_000, 70_000]) {
    const compressed = plain(gzipSync(new Uint8Array(size)));
    assertEquals((await gunzip(compressed, size)).length, size);
    if (size > 0) await assertRejects(() => gunzip(compressed, size - 1), ConnectionError);
  }
});

test("others get a turn while much is compressed", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const much = crypto.getRandomValues(new Uint8Array(65_536));
  await gzip(Array<Uint8Array>(128).fill(much));
  clearInterval(timer);
  assert(turns >= 5, `${turns} turns`);
});

test("compressing ends when nobody needs it any more", async () => {
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const much = Array<Uint8Array>(200).fill(new Uint8Array(MEGABYTE));
  const compressing = gzip(much, controller.signal);
  controller.abort(reason);
  assertEquals(await compressing.catch((error) => error), reason);
  assertEquals(await gzip(much, controller.signal).catch((error) => error), reason);
});
