/**
 * Log lines of a wrapper.
 *
 * @module
 */

/** How important a line is. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Facts that go with a line: numbers, names, codes; never row content, never a secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where log lines go. `console` will do, and so will most logging libraries' loggers. */
export interface Logger {
  /** What somebody wants to know who looks for a mistake. */
  debug(message: string, fields: LogFields): void;
  /** What is normal, and worth knowing. */
  info(message: string, fields: LogFields): void;
  /** What went wrong and is being dealt with. */
  warn(message: string, fields: LogFields): void;
  /** What went wrong for good. */
  error(message: string, fields: LogFields): void;
}

/** The levels, the least important first. */
export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Takes a line; what it throws is ignored. */
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

/** Writes lines of a level and above. */
export function logTo(logger: Logger, lowest: LogLevel): Log {
  const first = LOG_LEVELS.indexOf(lowest);
  return (level, message, fields = {}) => {
    if (LOG_LEVELS.indexOf(level) < first) return;
    try {
      logger[level](message, fields);
    } catch {
      // A broken log must not stop the machine.
    }
  };
}
