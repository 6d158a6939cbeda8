/**
 * What an entry point brings along: the ways out of its runtime.
 *
 * @module
 */
import type { Clock } from "./core/clock.ts";
import type { Preset } from "./core/resolve.ts";
import type { ResolvedConfiguration } from "./core/resolved_configuration.ts";
import type { StreamSurroundings } from "./stream_opener.ts";

/** A configuration with the options of its entry point. */
export type Raw = Readonly<Record<string, unknown>>;

/** What an entry point adds: its protocols, and how to speak them. */
export interface WrapperPreset extends Preset {
  /** The way out for a configuration. `raw` has the entry point's own options. */
  readonly network: (configuration: ResolvedConfiguration, raw: Raw, notices: Notices) => Network;
  /** The entry point's own options, as they may be shown: part of `redactedConfiguration()`. */
  readonly shown?: (configuration: ResolvedConfiguration, raw: Raw) => Record<string, unknown>;
  /** Time and chance, for tests. Default: the real ones. */
  readonly clock?: Clock;
  /** What telemetry is sent away with, if this entry point has set that up. */
  readonly exporters?: Exporters | undefined;
  /** Repeats a call without keeping a program running. Default: as well as the web can. */
  readonly every?: (ms: number, run: () => void) => () => void;
}

/**
 * Sends telemetry away. Neither call may reject, or take longer than a few seconds; both return what
 * went wrong, if something did.
 */
export interface Exporters {
  /** Sends what there is. */
  flush(): Promise<string | undefined>;
  /** Sends what there is, and ends. */
  shutdown(): Promise<string | undefined>;
}

/** What a way out has to say to the wrapper. */
export interface Notices {
  /** See `TransportOptions.onCompressionRefused`. */
  readonly onCompressionRefused: () => void;
}

/** How a wrapper reaches the world. */
export type Network = Pick<StreamSurroundings, "transport" | "fetch">;
