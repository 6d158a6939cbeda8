/**
 * The environment of runtimes that can start a server: it lives in the same process.
 *
 * @module
 */
import type { LocalRequest, LocalZerobus, LocalZerobusOptions } from "@zerobus/wrapper/testing";
import { roadsOver } from "./roads.ts";
import type { LandedRequest, LocalHandle, Place, TestEnvironment } from "./environment.ts";

/** `startLocalZerobus` of the copy under test. */
export type StartLocal = (options?: LocalZerobusOptions) => Promise<LocalZerobus>;

/** An environment whose local servers run right here. */
export function inProcessEnvironment(
  place: Place,
  start: StartLocal,
): TestEnvironment {
  return {
    ...place,
    roads: roadsOver(place.protocols),
    startLocal: async (options) => handleOf(await start(options)),
  };
}

/** A server's handle: the part of it that could as well be far away. */
export function handleOf(local: LocalZerobus): LocalHandle {
  const close = () => local.close();
  return {
    url: local.url,
    unityCatalogUrl: local.unityCatalogUrl,
    clientId: local.clientId,
    clientSecret: local.clientSecret,
    table: (name) => {
      const table = local.tables.get(name);
      return Promise.resolve({ rowCount: table?.rowCount ?? 0, rows: [...table?.rows() ?? []] });
    },
    requests: (name) => {
      const requests = local.tables.get(name)?.requests() ?? [];
      return Promise.resolve(Array.from(requests, landedRequest));
    },
    stats: () => Promise.resolve(structuredClone(local.stats)),
    faults: () => {
      const { left, fired } = local.faults;
      return Promise.resolve(structuredClone({ left, fired }));
    },
    restart: (options) => local.restart(options),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function landedRequest(request: LocalRequest): LandedRequest {
  const { streamId, offset, rowCount, acknowledged, acknowledgedRows, cutAfterMs } = request;
  return {
    streamId,
    offset,
    rowCount,
    acknowledged,
    acknowledgedRows,
    cutAfterMs,
    rows: [...request.rows()],
  };
}
