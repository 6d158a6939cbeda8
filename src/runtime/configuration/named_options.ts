/**
 * The options with what files and variables have besides them.
 *
 * @module
 */
import type { Option } from "./option.ts";
import { OPTIONS } from "./options.ts";

/** Whether there is debug output at all: other clients' files say so. */
export const DEBUG_SWITCH = "debug.enabled";

const SWITCHES: Readonly<Record<string, Option>> = {
  [DEBUG_SWITCH]: {
    kind: { type: "boolean" },
    description: "Whether there is debug output. Default: true with an output_dir.",
    alias: { variable: "DEBUG_ENABLED" },
  },
};

/** Every option by its path, in order. */
export function namedOptions(): [path: string, option: Option][] {
  return [...Object.entries<Option>(OPTIONS), ...Object.entries(SWITCHES)];
}
