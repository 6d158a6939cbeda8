/**
 * A worker on workerd.
 *
 * @module
 */
import { eachLine, start } from "./command.ts";

/** What to serve. */
export interface WorkerOptions {
  /** Path of workerd. */
  readonly workerd: string;
  /** Path of its configuration, with a socket on a port that is free. */
  readonly configuration: string;
  /** Variables for bindings that come from the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Receives what the worker and workerd say. */
  readonly onLine: (line: string) => void;
}

/** A worker that answers. Disposing of it stops it and waits for its last words. */
export interface ServedWorker extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string;
  /** Settles when the process is gone, for whatever reason. */
  readonly gone: Promise<unknown>;
  /** Stops it at once. */
  stop(): void;
}

const START_TIMEOUT_MS = 60_000;

/** Starts workerd and waits until it listens. */
export async function serveWorker(options: WorkerOptions): Promise<ServedWorker> {
  const { workerd, configuration, env = {}, onLine } = options;
  // The control channel is the standard output: it says which port was free.
  const process = start({
    program: workerd,
    args: ["serve", "--control-fd=1", configuration],
    env,
  });
  const listening = Promise.withResolvers<number>();
  const output = eachLine(process.stdout, (line) => {
    const port = /^\{.*"event":"listen".*"port":(\d+)/.exec(line)?.[1];
    if (port === undefined) onLine(line);
    else listening.resolve(Number(port));
  });
  const errors = eachLine(process.stderr, onLine);
  const gone = Promise.all([output, errors, process.status]);
  const stop = () => kill(process);
  const timer = setTimeout(stop, START_TIMEOUT_MS);
  gone.finally(() => listening.reject(new Error("workerd ended before it listened")));
  try {
    const port = await listening.promise;
    return {
      url: `http://127.0.0.1:${port}/`,
      gone,
      stop,
      async [Symbol.asyncDispose]() {
        stop();
        await gone;
      },
    };
  } finally {
    clearTimeout(timer);
  }
}

/** Kills a process, unless it is gone already. */
function kill(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch (reason) {
    if (!(reason instanceof TypeError)) throw reason; // it has ended by itself
  }
}
