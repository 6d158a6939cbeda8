import { gunzipSync } from "node:zlib";
import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { joined } from "../../src/core/bytes.ts";
import { Negotiation } from "../../src/transport/negotiation.ts";
import { compressingOutlet, type Outlet, plainOutlet } from "../../src/transport/outlet.ts";
import { test } from "../harness/mod.ts";
import { envelope } from "./sockets/envelopes.ts";

function outletOf(
  minBytes: number,
): { outlet: Outlet; negotiation: Negotiation; life: AbortController } {
  const negotiation = new Negotiation({ compression: "gzip", compressionMinBytes: minBytes });
  const life = new AbortController();
  return { outlet: compressingOutlet(negotiation, life.signal, () => {}), negotiation, life };
}

/** The messages in what went out, and whether each was compressed. */
function messagesIn(bytes: Uint8Array): { message: Uint8Array; isCompressed: boolean }[] {
  const messages = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 0; at < bytes.length;) {
    const end = at + 5 + view.getUint32(at + 1);
    const content = bytes.subarray(at + 5, end);
    const isCompressed = bytes[at] === 1;
    messages.push({
      message: new Uint8Array(isCompressed ? gunzipSync(content) : content),
      isCompressed,
    });
    at = end;
  }
  return messages;
}

const content = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.tuple(fc.nat(255), fc.integer({ min: 0, max: 9_000 }))
    .map(([byte, length]) => new Uint8Array(length).fill(byte)),
);

/** A message and the places at which its frame is cut into chunks. */
const cutMessage = fc.tuple(content, fc.array(fc.nat(9_000), { maxLength: 4 }));

function chunksOf(message: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const frame = envelope(message);
  // The first chunk has the envelope, as all frames here do.
  const places = cuts.map((cut) => Math.min(5 + cut, frame.length)).toSorted((a, b) => a - b);
  return [...places, frame.length].map((end, index) => frame.subarray(places[index - 1] ?? 0, end))
    .filter((chunk) => chunk.length > 0);
}

test("whatever is put arrives, in its order, however it is cut and put", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(cutMessage, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 0, max: 2_000 }),
      fc.nat(14),
      async (given, minBytes, refusedBefore) => {
        const { outlet, negotiation } = outletOf(minBytes);
        const puts = given.map(([message, cuts]) => outlet.put(chunksOf(message, cuts)));
        outlet.end();
        const out: Uint8Array[] = [];
        for await (const chunk of outlet.body) {
          if (out.length === refusedBefore) negotiation.refuse();
          out.push(chunk);
        }
        await Promise.all(puts);
        const messages = messagesIn(joined(out));
        assertEquals(messages.map(({ message }) => message), given.map(([message]) => message));
        messages.forEach(({ message, isCompressed }, index) => {
          if (index === 0) assertEquals(isCompressed, true, "the first one asks");
          else if (isCompressed) assertEquals(message.length >= minBytes, true);
        });
      },
    ),
    { numRuns: 150 },
  );
});

test("a frame is taken when the wire has the one before, and not sooner", async () => {
  const { outlet } = outletOf(0);
  const frame = [envelope(new Uint8Array(5_000))];
  let taken = 0;
  const puts = Array.from({ length: 6 }, () => outlet.put(frame).then(() => taken++));
  const wire = outlet.body[Symbol.asyncIterator]();
  for (let asked = 0; asked < 6; asked++) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    assertEquals(taken, asked, "as many as the wire has asked for");
    await wire.next();
  }
  await Promise.all(puts);
});

test("those who wait get the reason why it is over", async () => {
  const { outlet, life } = outletOf(0);
  const frame = [envelope(new Uint8Array(3_000_000))];
  const puts = [1, 2, 3].map(() => outlet.put(frame).catch((reason) => reason));
  await outlet.body.next();
  const reason = new Error("the server has gone");
  outlet.body.discard(reason);
  life.abort();
  for (const outcome of await Promise.all(puts.slice(1))) assertStrictEquals(outcome, reason);
  assertStrictEquals(await outlet.put(frame).catch((late) => late), reason);
});

const PIECE = 1024 * 1024;

test("a large frame goes out in pieces of at most a megabyte, which are not copies", async () => {
  for (const size of [1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 10_420_224]) {
    const records = Uint8Array.from({ length: size }, (_, at) => at * 31 >> 3);
    const header = Uint8Array.of(0, 1, 2, 3, 4);
    const outlet = plainOutlet(() => {});
    const put = outlet.put([header, records]);
    outlet.end();
    const chunks: Uint8Array[] = [];
    for await (const chunk of outlet.body) chunks.push(chunk);
    const [first, ...pieces] = chunks;
    await put;
    assertStrictEquals(first?.buffer, header.buffer);
    assertEquals(pieces.length, Math.ceil(size / PIECE));
    let end = 0;
    for (const { buffer, byteOffset, length } of pieces) {
      assertStrictEquals(buffer, records.buffer);
      assertEquals(byteOffset, end);
      assertEquals(length > 0 && length <= PIECE, true);
      end += length;
    }
    assertEquals(end, size);
  }
});
