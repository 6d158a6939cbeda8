/**
 * Requests of Protobuf records.
 *
 * @module
 */
import type { BufferPool } from "../encode/buffer_pool.ts";
import { encodeWithPauses } from "../encode/encode_requests.ts";
import type { EncodeLimits } from "../encode/limits.ts";
import { planFor, type PlanOptions } from "../schema/plan.ts";
import type { ArrowSchema } from "../core/arrow.ts";
import type { RequestPlan } from "./request_plan.ts";

/**
 * Rows of a schema as Protobuf messages.
 *
 * @param pool where the requests' buffers come from
 * @throws {ConfigurationError} if the schema cannot be sent, or the descriptor does not fit it
 */
export function protobufRequests(
  schema: ArrowSchema,
  options: PlanOptions,
  limits: EncodeLimits,
  pool?: BufferPool,
): RequestPlan {
  const plan = planFor(schema, options);
  return {
    key: plan.key,
    format: { kind: "protobuf", descriptor: plan.descriptorBytes },
    encode: (batch) => encodeWithPauses(plan, batch, limits, 0, pool),
    release: (request) => pool?.release(request),
  };
}
