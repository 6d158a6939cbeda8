import { assertEquals, assertMatch } from "@std/assert";
import { tableFromArrays } from "apache-arrow";
import type { WrapperConfiguration } from "@zerobus/wrapper";
import { ca, cert, key } from "../fixtures/tls.ts";
import type { LocalHandle, TestEnvironment } from "../harness/environment.ts";
import { testUnless } from "../harness/mod.ts";
import { configurationFor, TABLE } from "./stage.ts";

/** Certificates decide whom to trust, for streams and for token requests alike. */
export function tlsSuite(env: TestEnvironment): void {
  const noTls = env.runtime === "workerd" ? "a worker has no TLS options" : undefined;
  const numbers = tableFromArrays({ n: Int32Array.of(1, 2) });

  for (const { name, configuration: road } of env.roads) {
    /** The entry points of runtimes take `tls`, which the core's type does not know. */
    const wrapperFor = (local: LocalHandle, change: Partial<WrapperConfiguration>, tls: object) => {
      const configuration = { ...configurationFor(local), ...change, ...road, tls };
      return env.library.createWrapper(configuration);
    };

    testUnless(noTls, `${name} over TLS: rows arrive with the right authority`, async () => {
      await using local = await env.startLocal({ tls: { cert, key } });
      await using wrapper = await wrapperFor(local, {}, { ca });
      const result = await wrapper.sendBatch(numbers);
      assertEquals([result.error, result.successfulCount], [undefined, 2]);
      assertEquals((await local.table(TABLE)).rowCount, 2);
    });

    testUnless(noTls, `${name} over TLS: a stranger's certificate is refused`, async () => {
      await using local = await env.startLocal({ tls: { cert, key }, auth: { required: false } });
      const open = { clientId: undefined, clientSecret: undefined, headersProvider: () => ({}) };
      await using wrapper = await wrapperFor(local, open, {});
      const { error, attempts } = await wrapper.sendBatch(numbers);
      assertEquals([error?.name, error?.retryable, attempts], ["ConnectionError", false, 1]);
      assertMatch(error?.message ?? "", /certificate/);
    });

    testUnless(noTls, `${name} over TLS: token requests check certificates, too`, async () => {
      await using local = await env.startLocal({ tls: { cert, key } });
      await using wrapper = await wrapperFor(local, {}, {});
      const { error, failedCount } = await wrapper.sendBatch(numbers);
      assertEquals(failedCount, 2);
      let text = "";
      for (let e: unknown = error; e instanceof Error; e = e.cause) text += `${e.message}\n`;
      assertMatch(text, /certificate/i);
      assertEquals((await local.stats()).tokensIssued, 0);
    });
  }

  const BAD_OPTIONS: [what: string, tls: unknown, field: string][] = [
    ["text", "pem", "tls"],
    ["an unknown option", { pfx: "x" }, "tls.pfx"],
    ["a certificate without a key", { cert }, "tls.cert"],
    ["an authority that is no text", { ca: 1 }, "tls.ca"],
    ["a key that is no text", { cert, key: 7 }, "tls.key"],
    ["a word for a flag", { rejectUnauthorized: "no" }, "tls.rejectUnauthorized"],
  ];
  for (const [what, tls, field] of BAD_OPTIONS) {
    testUnless(noTls, `tls: ${what} is refused`, async () => {
      const configuration = { endpoint: "https://localhost", tableName: "t", tls };
      const open = { ...configuration, headersProvider: () => ({}) };
      const error = await env.library.createWrapper(open).catch((reason) => reason);
      assertEquals([error.name, error.details?.field], ["ConfigurationError", field]);
    });
  }
}
