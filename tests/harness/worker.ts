/**
 * Runs tests inside a worker: a request starts them, its response streams the outcomes.
 *
 * @module
 */
import type { Send } from "./remote.ts";
import { outcomeLines } from "./outcome_lines.ts";
import { runTests, type TestFile } from "./runner.ts";

/** What the worker's configuration binds. */
interface Bindings {
  /** Where the control server listens. */
  readonly CONTROL_URL: string;
}

/** A worker, as workerd wants the default export of its main module. */
export interface Worker {
  /** Answers a request. */
  fetch(request: Request, bindings: Bindings): Response;
}

/** A worker that runs the tests whose name contains the query's `filter`. */
export function testWorker(filesFor: (send: Send) => readonly TestFile[]): Worker {
  return {
    fetch: (request, { CONTROL_URL }) => {
      const filter = new URL(request.url).searchParams.get("filter") ?? "";
      const files = filesFor((body) => fetch(CONTROL_URL, { method: "POST", body }));
      return new Response(streamOf(outcomeLines(runTests(files, filter))));
    },
  };
}

function streamOf(lines: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
}
