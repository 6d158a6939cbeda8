/**
 * From the configured record format to the plans of batches.
 *
 * @module
 */
import type { ArrowBatch } from "../core/arrow.ts";
import type { ResolvedConfiguration } from "../core/resolved_configuration.ts";
import { ConfigurationError } from "../core/errors.ts";
import type { BufferPool } from "../encode/buffer_pool.ts";
import type { MessageDescriptor } from "../schema/message_descriptor.ts";
import { ARROW_MESSAGE_BYTES, arrowRequests } from "./arrow_requests.ts";
import { jsonRequests } from "./json_requests.ts";
import { protobufRequests } from "./protobuf_requests.ts";
import type { RequestPlan } from "./request_plan.ts";

/**
 * How to plan the batches of one input.
 *
 * @param descriptor the caller's message type, if there is one; Protobuf alone has a use for it
 * @param pool where the buffers of requests come from
 * @returns a function that throws a `ConfigurationError` for a batch that cannot be sent
 */
export function requestPlanner(
  { recordFormat, conversion, stream }: ResolvedConfiguration,
  descriptor: MessageDescriptor | undefined,
  pool: BufferPool,
): (batch: ArrowBatch) => RequestPlan {
  const { extraColumns, maxRecordBytes } = conversion;
  const { maxRequestBytes, maxRequestRecords: maxRecords } = stream;
  const limits = { maxRecordBytes, maxRequestBytes, maxRecords };
  switch (recordFormat) {
    case "protobuf": {
      const options = { extraColumns, ...(descriptor === undefined ? {} : { descriptor }) };
      return ({ schema }) => protobufRequests(schema, options, limits, pool);
    }
    case "arrow": {
      const targetBytes = Math.min(ARROW_MESSAGE_BYTES, maxRequestBytes);
      return ({ schema }) => {
        if (descriptor === undefined) return arrowRequests(schema, { ...limits, targetBytes });
        throw useless("Arrow");
      };
    }
    case "json":
      return ({ schema }) => {
        if (descriptor === undefined) return jsonRequests(schema, limits, pool);
        throw useless("JSON");
      };
  }
}

function useless(records: string): ConfigurationError {
  return new ConfigurationError(
    `descriptor: ${records} records have no use for one; leave it out, or use recordFormat "protobuf"`,
    { details: { field: "descriptor" } },
  );
}
