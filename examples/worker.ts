/**
 * An edge worker that takes Arrow IPC by HTTP and passes it on to a table.
 *
 * ```sh
 * curl --data-binary @flights-200k.arrow https://my-worker.example/
 * ```
 *
 * A worker gets its settings as bindings, and lives as long as a request: it opens a wrapper for
 * each and closes it before it answers.
 *
 * @module
 */
import { createWrapper } from "@zerobus/wrapper";

/** Where to, as the worker's configuration binds it. */
interface Bindings {
  readonly ZEROBUS_ENDPOINT: string;
  readonly UNITY_CATALOG_URL: string;
  readonly ZEROBUS_TABLE_NAME: string;
  readonly ZEROBUS_CLIENT_ID: string;
  readonly ZEROBUS_CLIENT_SECRET: string;
}

/** The worker. */
const worker = {
  /** Answers with what became of the rows: 200 if all arrived, 422 if some did not. */
  async fetch(request: Request, bindings: Bindings): Promise<Response> {
    if (request.method !== "POST") return new Response("POST Arrow IPC\n", { status: 405 });
    await using wrapper = await createWrapper({
      endpoint: bindings.ZEROBUS_ENDPOINT,
      unityCatalogUrl: bindings.UNITY_CATALOG_URL,
      tableName: bindings.ZEROBUS_TABLE_NAME,
      clientId: bindings.ZEROBUS_CLIENT_ID,
      clientSecret: bindings.ZEROBUS_CLIENT_SECRET,
      protocol: "rest", // gRPC is not to be had in workers; gRPC-Web and Connect take a gateway
    });
    try {
      const bytes = new Uint8Array(await request.arrayBuffer());
      const { totalRows, successfulCount, failedRows } = await wrapper.sendBatch(bytes);
      const failed = failedRows.map(({ row, error }) => ({ row, error: error.message }));
      const status = failed.length === 0 ? 200 : 422;
      return Response.json({ totalRows, successfulCount, failed }, { status });
    } catch (error) {
      if (error instanceof TypeError) return new Response(`${error.message}\n`, { status: 400 });
      throw error;
    }
  },
};
export default worker;
