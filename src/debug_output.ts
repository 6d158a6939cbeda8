/**
 * Debug output of a wrapper: the tap, and where it is put on.
 *
 * @module
 */
import type { ArrowField, ArrowType } from "./core/arrow.ts";
import type { Clock } from "./core/clock.ts";
import type { ResolvedConfiguration } from "./core/resolved_configuration.ts";
import type { Log } from "./core/logger.ts";
import { DebugTap } from "./debug/debug_tap.ts";
import type { WrittenSchema } from "./debug/schema_versions.ts";
import type { BatchEvent, DeliveryObserver } from "./delivery/observer.ts";
import { renumbered } from "./delivery/row_batch.ts";
import { schemaKey } from "./schema/schema_key.ts";

/** Who hears of trouble with the files. */
export interface DebugListener {
  /** Writes log lines. */
  readonly log: Log;
  /** Told of everything that was not written. */
  debugDropped(problem: string): void;
}

/** The tap, if the configuration wants one. */
export function debugTap(
  { debug, tableName }: ResolvedConfiguration,
  clock: Clock,
  listener: DebugListener,
  every: (ms: number, run: () => void) => () => void = everySoOften,
): DebugTap | undefined {
  if (debug === undefined) return undefined;
  const warn = debug.onWarning ?? ((message: string) => listener.log("warn", message));
  const dropped = (problem: string) => listener.debugDropped(problem);
  return new DebugTap(debug, tableName, { clock, every, warn, dropped });
}

/**
 * Puts the tap on a delivery.
 *
 * @param numberOf of what number a row of the input was given, if it is another
 */
export function debugObserver(
  tap: DebugTap,
  numberOf: (row: number) => number = (row) => row,
): Partial<DeliveryObserver> {
  return {
    batch: (event) => tap.batch(event.batch, writtenSchema(event)),
    request(event) {
      const { request, base, plan, retain } = event;
      const failures = request.failedRows.map(({ row, error }) => {
        const number = numberOf(base + row);
        return { row: number, error: renumbered(error, number) };
      });
      return tap.records(
        request.bytes,
        // Arrow rows are in the file of batches already; as records they would be no Protobuf.
        plan.format.kind === "protobuf" ? request.rowCount : 0,
        failures,
        writtenSchema(event),
        retain(),
      );
    },
  };
}

function writtenSchema({ batch, plan }: BatchEvent): WrittenSchema {
  const { format } = plan;
  const descriptor = format.kind === "protobuf" ? format.descriptor : undefined;
  const { schema } = batch;
  return { key: `${plan.key}\n${schemaKey(schema)}\n${zonesIn(schema.fields)}`, descriptor };
}

/** Time zones, which are no part of a schema's key: records are the same, Arrow files are not. */
function zonesIn(fields: readonly ArrowField[]): string {
  return fields.map(({ type }) => {
    const { timezone, dictionary } = type as ZonedType;
    return (timezone ?? "") + zonesIn(dictionary?.children ?? type.children ?? []);
  }).join();
}

interface ZonedType extends ArrowType {
  readonly timezone?: string | null;
  readonly dictionary?: ArrowType;
}

function everySoOften(ms: number, run: () => void): () => void {
  const timer: unknown = setInterval(run, ms);
  // Where timers are objects, they can be told not to keep the program running.
  (timer as { unref?: () => void }).unref?.();
  return () => clearInterval(timer as number);
}
