/**
 * What sending costs whoever sends, in processor time: the wrapper against the floor, which is the
 * same library underneath with zeros of the same sizes, and against what one would write first.
 *
 * @module
 */
import { createHash } from "node:crypto";
import process from "node:process";
import type { RecordBatch } from "apache-arrow";
import { systemClock } from "../src/core/clock.ts";
import { RETRY_DEFAULTS, STREAM_DEFAULTS } from "../src/core/defaults.ts";
import type { Transport } from "../src/core/transport.ts";
import type { EncodedRows } from "../src/encode/encoded_rows.ts";
import { encodeRequests } from "../src/encode/encode_requests.ts";
import { DEFAULT_LIMITS } from "../src/encode/limits.ts";
import { IngestStream } from "../src/ingest/ingest_stream.ts";
import { grpcTransport } from "../src/runtime/grpc/grpc_transport.ts";
import { planFor, type SchemaPlan } from "../src/schema/plan.ts";
import { connectTransport } from "../src/transport/connect_transport.ts";
import { createStreamFrame } from "../src/transport/frames.ts";
import { grpcWebTransport } from "../src/transport/grpc_web_transport.ts";
import { inPieces } from "../src/transport/outlet.ts";
import { protobufDialect } from "../src/transport/zerobus_dialect.ts";
import { CORPORA } from "./corpora/corpora.ts";
import { rowOf } from "./encode.ts";
import { quantile } from "./measure.ts";
import type { Report } from "./result.ts";
import { sendNaively } from "./rivals/naive_chain.ts";
import { fetchSender, http2Sender, type RawSender, socketSender } from "./rivals/raw_senders.ts";
import { protobufEsRows, protobufjsRows, type RowEncoder } from "./rivals/row_encoders.ts";
import { type CreateWrapper, TABLE } from "./sending.ts";
import { tally } from "./sink.ts";

/** Bytes that a candidate sends in one run, about. */
const BYTES_A_RUN = 200e6;
/** The slow ones get so many. */
const NAIVE_BYTES_A_RUN = 10e6;
/** Corpora, and rows of a batch: a request of some megabytes, narrow rows and wide ones. */
const ROWS: Readonly<Record<string, number>> = { a: 100_000, e: 9_000 };
/** Rounds that count, each with every candidate once, so that a noisy moment hits all of them. */
const ROUNDS = 7;
const FLOOR_TARGET = 1.5;
const NAIVE = "protobuf-es, connect-node";
const NAIVE_TARGET = 12;

/** Those that carry streams. */
const PROTOCOLS = ["grpc", "grpc-web", "connect"] as const;
type Protocol = typeof PROTOCOLS[number];

/** Someone who can send. */
interface Candidate {
  readonly name: string;
  /** Sends the batch so many times. */
  run(times: number): Promise<void>;
  /** Whose costs are the unit of this one's. */
  readonly floor?: string;
  /** What its costs may be in that unit. */
  readonly most?: number;
  /** Does what the naive ones do. */
  readonly isWhole?: boolean;
  /** Sends zeros, so that its bytes are not compared. */
  readonly isRaw?: boolean;
  /** Takes ages. */
  readonly isSlow?: boolean;
}

/** Everything that candidates need. */
interface Job {
  readonly create: CreateWrapper;
  readonly sink: string;
  readonly batch: RecordBatch;
  readonly plan: SchemaPlan;
  readonly requests: readonly EncodedRows[];
}

/** Runs `floor`. */
export async function floorBenchmark(
  create: CreateWrapper,
  sink: string,
  report: Report,
): Promise<void> {
  for (const { name, make } of CORPORA) {
    const rows = ROWS[name];
    if (rows === undefined) continue;
    const batch = make().slice(0, rows);
    const plan = planFor(batch.schema);
    const requests = [...encodeRequests(plan, batch, DEFAULT_LIMITS)];
    const job: Job = { create, sink, batch, plan, requests };
    await measureAll(candidatesFor(job), job, `floor ${name}`, report);
  }
}

async function measureAll(
  candidates: readonly Candidate[],
  { requests, plan, sink }: Job,
  group: string,
  report: Report,
): Promise<void> {
  const bytes = requests.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const expected = hashOf(framesOf(plan, requests, 2));
  for (const candidate of candidates) {
    await tally(sink, true);
    await candidate.run(2);
    const { hash } = await tally(sink);
    if (candidate.isRaw === true || hash === expected) continue;
    throw new Error(`${group}: ${candidate.name} sends other bytes`);
  }
  const costs = new Map(candidates.map(({ name }): [string, number[]] => [name, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const candidate of candidates) {
      const { name, run, isSlow } = candidate;
      const times = Math.max(1, Math.round((isSlow ? NAIVE_BYTES_A_RUN : BYTES_A_RUN) / bytes));
      const before = process.cpuUsage();
      await run(times);
      const { user, system } = process.cpuUsage(before);
      const taken = await tally(sink);
      if (taken.bytes < times * bytes) {
        throw new Error(`${name} sent ${taken.bytes} of ${times * bytes} bytes`);
      }
      if (round >= 0) costs.get(name)!.push((user + system) / 1_000 / (times * bytes / 1e6));
    }
  }
  const cost = (name: string) => quantile(costs.get(name)!.toSorted((a, b) => a - b), 0.5);
  const title = "the client's processor time; requests of " +
    `${(bytes / requests.length / 1e6).toFixed(1)} MB, to a server that throws them away`;
  for (const { name, floor, most = Infinity, isWhole } of candidates) {
    const values: Record<string, number> = { "CPU s/GB": cost(name) };
    if (floor !== undefined) values["× floor"] = cost(name) / cost(floor);
    const gain = cost(NAIVE) / cost(name);
    if (isWhole) values["× cheaper"] = gain;
    const target = isWhole
      ? { text: `≥ ${NAIVE_TARGET} × cheaper than ${NAIVE}`, met: gain >= NAIVE_TARGET }
      : { text: `≤ ${most} × floor`, met: values["× floor"]! <= most };
    const hasTarget = isWhole === true || most < Infinity;
    report({ group, title, candidate: name, values, ...(hasTarget ? { target } : {}) });
  }
}

function candidatesFor(job: Job): Candidate[] {
  const { sink, requests, plan } = job;
  const raw = (send: RawSender) => (times: number) => {
    const frames = framesOf(plan, requests, times);
    const zeros = new Uint8Array(Math.max(...frames.map(({ length }) => length)));
    return send(sink, frames.map(({ length }) => zeros.subarray(0, length)));
  };
  const grpc = { name: "floor: node:http2", run: raw(http2Sender), isRaw: true };
  const fetched = { name: "floor: fetch", run: raw(fetchSender), isRaw: true };
  const ours = PROTOCOLS.flatMap((protocol): Candidate[] => {
    const floor = protocol === "grpc" ? grpc.name : fetched.name;
    return [
      { name: `${protocol}: send`, run: sender(job, protocol), floor, most: FLOOR_TARGET },
      { name: `${protocol}: encode and send`, run: wrapper(job, protocol), floor, isWhole: true },
    ];
  });
  const socket = { name: "floor: a socket", run: raw(socketSender), isRaw: true };
  return [socket, grpc, fetched, ...ours, ...naiveCandidates(job)];
}

/** The ingest stream and all below it, with what was encoded before. */
function sender({ sink, plan, requests }: Job, protocol: Protocol) {
  return async (times: number): Promise<void> => {
    const transport = transportFor(protocol, sink);
    const stream = new IngestStream({
      transport,
      tableName: TABLE,
      format: { kind: "protobuf", descriptor: plan.descriptorBytes },
      headersProvider: () => ({}),
      retry: RETRY_DEFAULTS,
      limits: { ...STREAM_DEFAULTS, pauseMaxMs: undefined },
      recovery: false,
      retryableStatuses: [],
      clock: systemClock,
    });
    for (let time = 0; time < times; time++) {
      for (const request of requests) await stream.ingest(request);
    }
    await stream.close();
    await transport.close();
  };
}

function transportFor(protocol: Protocol, endpoint: string): Transport {
  switch (protocol) {
    case "grpc":
      return grpcTransport({ endpoint });
    case "grpc-web":
      return grpcWebTransport({ endpoint });
    case "connect":
      return connectTransport({ endpoint });
  }
}

/** Everything, from the batch to the acknowledgement. */
function wrapper({ create, sink, batch }: Job, protocol: Protocol) {
  return async (times: number): Promise<void> => {
    const headersProvider = () => ({});
    await using wrapper = await create({
      endpoint: sink,
      tableName: TABLE,
      headersProvider,
      protocol,
    });
    const writer = wrapper.writable().getWriter();
    for (let time = 0; time < times; time++) await writer.write(batch);
    await writer.close();
  };
}

function naiveCandidates({ sink, plan, batch, requests }: Job): Candidate[] {
  const rows = Array.from({ length: batch.numRows }, (_, row) => rowOf(batch, row));
  const cut = requests.map(({ firstRow, endRow }) => rows.slice(firstRow, endRow));
  const naive = (encode: RowEncoder) => (times: number) => {
    const batches = Array.from({ length: times }, () => cut).flat();
    return sendNaively(sink, TABLE, plan.descriptorBytes, batches, encode);
  };
  const floor = "floor: node:http2";
  return [
    {
      name: NAIVE,
      run: naive(protobufEsRows(plan.descriptor)),
      floor,
      isSlow: true,
    },
    {
      name: "protobufjs, connect-node",
      run: naive(protobufjsRows(plan.descriptor)),
      floor,
      isSlow: true,
    },
  ];
}

/** A stream of the requests, so many times, in the chunks in which the wrapper writes it. */
function framesOf(plan: SchemaPlan, requests: readonly EncodedRows[], times: number): Uint8Array[] {
  const format = { kind: "protobuf", descriptor: plan.descriptorBytes } as const;
  const all = Array.from({ length: times }, () => requests).flat();
  return [
    createStreamFrame({ tableName: TABLE, format }),
    ...all.flatMap(({ bytes }, offset) =>
      inPieces(protobufDialect.frame({ offset, records: bytes }))
    ),
  ];
}

function hashOf(chunks: readonly Uint8Array[]): string {
  const hash = createHash("sha1");
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}
