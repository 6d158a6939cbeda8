/**
 * Rules of the local server, broken over real connections.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  type LocalZerobus,
  type LocalZerobusOptions,
  startLocalZerobus,
} from "../../src/local/mod.ts";
import { test } from "../harness/mod.ts";
import { openStream, type Payload, statusOf, TABLE, WIRES } from "./client.ts";

/** What a client does wrong, and how the stream must end. */
export interface Rule {
  readonly name: string;
  readonly options?: LocalZerobusOptions;
  readonly headers?: (local: LocalZerobus) => HeadersInit;
  readonly requests: readonly (Payload | undefined)[];
  readonly status: string;
  /** Part of the message. */
  readonly message: string;
  /** Rows that landed nevertheless. */
  readonly rows?: number;
}

/** Breaks each of them over every protocol. */
export function testRules(rules: readonly Rule[]): void {
  for (const wire of WIRES.filter(({ name }) => !/Web.*2|Connect.*2/.test(name))) {
    for (const { name, options, headers, requests, status, message, rows = 0 } of rules) {
      test(`${wire.name}: ${name}: ${status}`, async () => {
        await using local = await startLocalZerobus(options);
        const stream = openStream(local, {
          wire,
          ...(headers === undefined ? {} : { headers: headers(local) }),
        });
        // The client keeps its side open: the server must end the stream by itself.
        for (const request of requests) stream.send(request);
        const error = await stream.outcome();
        assertEquals(statusOf(error), status);
        assertStringIncludes(error!.rawMessage, message);
        assertEquals(local.tables.get(TABLE)?.rowCount ?? 0, rows);
        assertEquals(local.stats.records, rows);
      });
    }
  }
}
