import { assertEquals, assertThrows } from "@std/assert";
import { resolveCompression, resolveCompressionMinBytes } from "../../src/core/compression.ts";
import { ConfigurationError } from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";

test("a runtime without compression is told before anything is sent", () => {
  const real = globalThis.CompressionStream;
  // Not deleted: workers inherit it, and would still have it.
  Reflect.set(globalThis, "CompressionStream", undefined);
  try {
    assertEquals(resolveCompression(undefined), "none");
    const error = assertThrows(
      () => resolveCompression("gzip"),
      ConfigurationError,
      "which this runtime lacks",
    );
    assertEquals(error.details.field, "compression");
  } finally {
    globalThis.CompressionStream = real;
  }
  assertEquals(resolveCompression("gzip"), "gzip");
});

test("compressionMinBytes is 1,024 unless it is given", () => {
  assertEquals([undefined, 0, 7].map(resolveCompressionMinBytes), [1_024, 0, 7]);
  for (const value of [null, -1, 1.5, "1"]) {
    assertThrows(
      () => resolveCompressionMinBytes(value),
      ConfigurationError,
      "compressionMinBytes",
    );
  }
});
