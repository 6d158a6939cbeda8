/**
 * What telemetry costs whoever sends: switched off, with nobody registered, and with the SDK that
 * exports to a receiver.
 *
 * @module
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { createWrapper } from "../src/runtime/node.ts";
import type { Report } from "./result.ts";
import { kilobytes, type ServerAddress, TABLE } from "./sending.ts";

/** Makes a wrapper that can export. */
export type CreateWrapper = typeof createWrapper;

const ROUNDS = 7;

/** Runs `telemetry`. */
export async function telemetryBenchmark(
  create: CreateWrapper,
  server: ServerAddress,
  report: Report,
): Promise<void> {
  const receiver = createServer((request, response) => {
    request.resume().on("end", () => response.end("{}"));
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const candidates = {
    "off": { enabled: false },
    "API, nobody registered": {},
    "SDK, exporting": { endpoint },
  };
  for (const [title, rows, batches] of [["1 row", 1, 300], ["1 MB", 1_000, 60]] as const) {
    const batch = kilobytes(rows);
    const times = new Map(Object.keys(candidates).map((name): [string, number[]] => [name, []]));
    for (let round = -1; round < ROUNDS; round++) {
      for (const [name, observability] of Object.entries(candidates)) {
        const wrapper = await create({ ...server, tableName: TABLE, observability });
        await wrapper.sendBatch(batch);
        const started = performance.now();
        for (let sent = 0; sent < batches; sent++) await wrapper.sendBatch(batch);
        if (round >= 0) times.get(name)!.push((performance.now() - started) / batches);
        await wrapper.shutdown();
      }
    }
    const median = (name: string) => times.get(name)!.toSorted((a, b) => a - b)[ROUNDS >> 1]!;
    for (const name of times.keys()) {
      report({
        group: `telemetry, ${title}`,
        title: "batches one after another",
        candidate: name,
        values: { "ms a batch": median(name), "× off": median(name) / median("off") },
      });
    }
  }
  receiver.close();
}
