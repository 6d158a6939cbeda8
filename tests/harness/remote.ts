/**
 * Local servers for a runtime that cannot start one: they live in another process, behind a few
 * HTTP requests. Both ends are here.
 *
 * @module
 */
import type { RestartOptions } from "@zerobus/wrapper/testing";
import { roadsOver } from "./roads.ts";
import type { LocalHandle, LocalOptions, Place, TestEnvironment } from "./environment.ts";
import { handleOf, type StartLocal } from "./in_process.ts";
import { decodeValue, encodeValue } from "./value_json.ts";

/** One request to the control server. */
type Command =
  | { readonly kind: "start"; readonly options: LocalOptions | undefined }
  | { readonly kind: "table"; readonly id: number; readonly name: string }
  | { readonly kind: "requests"; readonly id: number; readonly name: string }
  | { readonly kind: "stats" | "faults"; readonly id: number }
  | { readonly kind: "restart"; readonly id: number; readonly options: RestartOptions | undefined }
  | { readonly kind: "close"; readonly id: number };

/** How a handle begins its life on the other side. */
interface Started
  extends Pick<LocalHandle, "url" | "unityCatalogUrl" | "clientId" | "clientSecret"> {
  readonly id: number;
}

/** Serves {@linkcode remoteEnvironment}s. */
export interface ControlServer {
  /** Answers one request. */
  handle(request: Request): Promise<Response>;
  /** Closes whatever was started and not closed. */
  close(): Promise<void>;
}

/** Takes a request's body to the control server and brings back the answer. */
export type Send = (body: string) => Promise<Response>;

/** Starts local servers on behalf of others. */
export function controlServer(start: StartLocal): ControlServer {
  const handles: LocalHandle[] = [];
  const handleFor = (id: number): LocalHandle => {
    const handle = handles[id];
    if (handle === undefined) throw new RangeError(`no server has the number ${id}`);
    return handle;
  };
  const obey = async (command: Command): Promise<unknown> => {
    switch (command.kind) {
      case "start": {
        const handle = handleOf(await start(command.options));
        const { url, unityCatalogUrl, clientId, clientSecret } = handle;
        const id = handles.push(handle) - 1;
        return { id, url, unityCatalogUrl, clientId, clientSecret } satisfies Started;
      }
      case "table":
        return await handleFor(command.id).table(command.name);
      case "requests":
        return await handleFor(command.id).requests(command.name);
      case "stats":
        return await handleFor(command.id).stats();
      case "faults":
        return await handleFor(command.id).faults();
      case "restart":
        return await handleFor(command.id).restart(command.options);
      case "close":
        return await handleFor(command.id).close();
    }
  };
  return {
    handle: async (request) => {
      try {
        const answer = await obey(decodeValue(await request.json()) as Command);
        return Response.json(encodeValue(answer));
      } catch (failure) {
        return new Response(String(failure), { status: 500 });
      }
    },
    close: async () => {
      await Promise.all(handles.map((handle) => handle.close()));
    },
  };
}

/** An environment whose local servers are started by a {@linkcode controlServer}. */
export function remoteEnvironment(
  place: Place,
  send: Send,
): TestEnvironment {
  const ask = async (command: Command): Promise<unknown> => {
    const response = await send(JSON.stringify(encodeValue(command)));
    if (!response.ok) throw new Error(await response.text());
    return decodeValue(await response.json());
  };
  return {
    ...place,
    roads: roadsOver(place.protocols),
    startLocal: async (options) => {
      const { id, ...facts } = await ask({ kind: "start", options }) as Started;
      const close = async () => void await ask({ kind: "close", id });
      return {
        ...facts,
        table: async (name) =>
          await ask({ kind: "table", id, name }) as Awaited<ReturnType<LocalHandle["table"]>>,
        requests: async (name) =>
          await ask({ kind: "requests", id, name }) as Awaited<ReturnType<LocalHandle["requests"]>>,
        stats: async () =>
          await ask({ kind: "stats", id }) as Awaited<ReturnType<LocalHandle["stats"]>>,
        faults: async () =>
          await ask({ kind: "faults", id }) as Awaited<ReturnType<LocalHandle["faults"]>>,
        restart: async (restart) => void await ask({ kind: "restart", id, options: restart }),
        close,
        [Symbol.asyncDispose]: close,
      };
    },
  };
}
