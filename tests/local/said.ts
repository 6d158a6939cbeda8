/**
 * What a server says to a client, in short.
 *
 * @module
 */
import type { ConnectError } from "@connectrpc/connect";
import type { LocalZerobus } from "../../src/local/mod.ts";
import {
  createStream,
  openStream,
  single,
  statusOf,
  type StreamClient,
  type Wire,
  WIRES,
} from "./client.ts";
import { READING, reading } from "./reading.ts";

/** What the server says after `create_stream` and some requests, in short; the end last. */
export async function saidBy(
  local: LocalZerobus,
  requests: number,
  { wire = WIRES[0]!, until = Infinity }: { wire?: Wire; until?: number } = {},
): Promise<string[]> {
  const stream = openStream(local, { wire });
  stream.send(createStream(READING));
  for (let offset = 0; offset < requests; offset++) stream.send(single(offset, reading(offset)));
  stream.end();
  const said = await listen(stream, until);
  stream.abort();
  return said;
}

async function listen(stream: StreamClient, until: number): Promise<string[]> {
  const said: string[] = [];
  try {
    while (said.length < until) said.push(inShort(await stream.receive()));
  } catch (reason) {
    const isOk = reason instanceof Error && reason.message === "the stream ended with OK";
    said.push(isOk ? "OK" : statusOf(reason as ConnectError));
  }
  return said;
}

function inShort(payload: Awaited<ReturnType<StreamClient["receive"]>>): string {
  switch (payload.case) {
    case "createStreamResponse":
      return payload.value.streamId === "" ? "nameless" : "created";
    case "ingestRecordResponse":
      return `ack ${payload.value.durabilityAckUpToOffset}`;
    case "closeStreamSignal": {
      const { duration } = payload.value;
      return `close ${duration ? Number(duration.seconds) * 1e3 + duration.nanos / 1e6 : "-"}`;
    }
    default:
      return "nothing";
  }
}
