/**
 * Requests of JSON records.
 *
 * @module
 */
import type { ArrowSchema } from "../core/arrow.ts";
import type { BufferPool } from "../encode/buffer_pool.ts";
import { encodeJsonRequests } from "../encode/json/encode_json_requests.ts";
import type { EncodeLimits } from "../encode/limits.ts";
import { planFor } from "../schema/plan.ts";
import type { RequestPlan } from "./request_plan.ts";

/**
 * Rows of a schema as JSON objects. A JSON stream is opened without a schema, so rows of all schemas
 * travel on the same one.
 *
 * @param pool where the requests' buffers come from
 * @throws {ConfigurationError} if the schema cannot be sent
 */
export function jsonRequests(
  schema: ArrowSchema,
  limits: EncodeLimits,
  pool?: BufferPool,
): RequestPlan {
  const plan = planFor(schema);
  return {
    key: "json",
    format: { kind: "json" },
    encode: (batch) => encodeJsonRequests(plan, batch, limits, pool),
    release: (request) => pool?.release(request),
  };
}
