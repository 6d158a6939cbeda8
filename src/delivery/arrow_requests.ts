/**
 * Requests of Arrow record batches.
 *
 * @module
 */
import type { ArrowSchema } from "../core/arrow.ts";
import { arrowPlanFor } from "../ipc/column_plan.ts";
import { type ArrowLimits, encodeArrow } from "../ipc/encode_arrow.ts";
import type { RequestPlan } from "./request_plan.ts";

/**
 * What a message may be at most, unless a single row is larger: the 2 MiB that the official clients
 * cut at, less what Flight puts around it.
 */
export const ARROW_MESSAGE_BYTES: number = 2 * 1024 * 1024 - 64;

/**
 * Rows of a schema as Arrow record batches, in the service's types.
 *
 * @throws {ConfigurationError} naming a column that cannot be sent
 */
export function arrowRequests(schema: ArrowSchema, limits: ArrowLimits): RequestPlan {
  const plan = arrowPlanFor(schema);
  return {
    key: plan.key,
    format: { kind: "arrow", schema: plan.schema },
    encode: (batch) => encodeArrow(plan, batch, limits),
  };
}
