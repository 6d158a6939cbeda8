/**
 * gzip with nothing but the web's own streams, so that workers are tested, too.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import fc from "fast-check";
import { joined } from "../../src/core/bytes.ts";
import { ConnectionError } from "../../src/core/errors.ts";
import { gunzip, gzip } from "../../src/transport/gzip.ts";
import { test } from "../harness/mod.ts";
import { someParts } from "./some_parts.ts";

const MEGABYTE = 1024 * 1024;

/** What bytes become. */
const packed = async (bytes: Uint8Array) => joined(await gzip([bytes]));

test("what is compressed is what comes out", async () => {
  await fc.assert(
    fc.asyncProperty(someParts, async (given) => {
      const whole = joined(given);
      assertEquals(await gunzip(joined(await gzip(given)), whole.length), whole);
      assertEquals(joined(given), whole, "a buffer was written to, or given away");
    }),
    { numRuns: 60 },
  );
});

test("damaged gzip is an error of the protocol, however it is damaged", async () => {
  const original = new Uint8Array(5_000).map((_, at) => at * 7);
  const good = await packed(original);
  const flipped = (at: number) => good.map((byte, index) => index === at ? byte ^ 0x55 : byte);
  const damaged: Record<string, Uint8Array> = {
    "nothing": new Uint8Array(0),
    "something else": Uint8Array.of(10, 1, 82),
    "another format": (await packed(good)).subarray(2),
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
      // A few bits of the header mean nothing, nor do those that fill the last byte.
      if (outcome instanceof Uint8Array) assertEquals(outcome, original);
      else assert(outcome instanceof ConnectionError, String(outcome));
    }),
    { numRuns: 300 },
  );
});

test("a bomb is found out before it is large", async () => {
  const bomb = joined(await gzip(Array<Uint8Array>(200).fill(new Uint8Array(MEGABYTE))));
  const error = await assertRejects(() => gunzip(bomb, 4 * MEGABYTE), ConnectionError);
  assertEquals(error.details, { status: "RESOURCE_EXHAUSTED", limit: 4 * MEGABYTE });
  for (const size of [0, 1, 1_000, 70_000]) {
    const compressed = await packed(new Uint8Array(size));
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
