import { gunzipSync, gzipSync } from "node:zlib";
import { assertEquals, assertLess, assertRejects } from "@std/assert";
import fc from "fast-check";
import { joined } from "../../src/core/bytes.ts";
import { ConnectionError } from "../../src/core/errors.ts";
import { gunzip, gzip } from "../../src/transport/gzip.ts";
import { test } from "../harness/mod.ts";
import { someParts } from "./some_parts.ts";

/** A plain array of bytes: Node's buffers are not equal to one. */
const plain = (bytes: Uint8Array) => new Uint8Array(bytes);

test("what is compressed is read by zlib, and what zlib compressed is read", async () => {
  await fc.assert(
    fc.asyncProperty(someParts, async (given) => {
      const whole = joined(given);
      assertEquals(plain(gunzipSync(joined(await gzip(given)))), whole);
      assertEquals(await gunzip(plain(gzipSync(whole)), whole.length), whole);
    }),
    { numRuns: 60 },
  );
});

test("a bomb costs much less than what it would have become", async () => {
  const bomb = plain(gzipSync(new Uint8Array(200 * 1024 * 1024)));
  const began = performance.now();
  await assertRejects(() => gunzip(bomb, 4 * 1024 * 1024), ConnectionError);
  const neededMs = performance.now() - began;
  const again = performance.now();
  gunzipSync(bomb);
  assertLess(neededMs, performance.now() - again);
});
