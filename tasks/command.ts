/**
 * Other programs, run for a limited time.
 *
 * @module
 */
import { ROOT } from "./project.ts";

/** A program to run. */
export interface Command {
  /** Name or path. */
  readonly program: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Folder to run it in. Default: the current one. */
  readonly cwd?: string;
  /** Variables to add to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Longest it may run, in milliseconds; then it is killed. */
  readonly timeoutMs: number;
}

/** How a program ended. */
export interface Ending {
  /** Whether it exited with 0 in time. */
  readonly success: boolean;
  /** For people: how it ended. */
  readonly reason: string;
}

/** A program could not do what it was needed for. */
export class CommandError extends Error {
  override name = "CommandError";
}

/** Runs a program and returns its standard output. Fails, with all it said, unless it succeeds. */
export async function capture(command: Command): Promise<string> {
  const said: string[] = [];
  const printed: string[] = [];
  const ending = await follow(command, (line, source) => {
    said.push(line);
    if (source === "stdout") printed.push(line);
  });
  if (!ending.success) {
    throw new CommandError(`${titleOf(command)} ${ending.reason}\n${said.join("\n")}`);
  }
  return printed.join("\n");
}

/** What {@linkcode captureDeno} may be told. */
export interface DenoOptions {
  /** Variables to add to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Longest it may run, in milliseconds. Default 180,000. */
  readonly timeoutMs?: number;
}

/** Runs this very Deno in the repository, without colours; see {@linkcode capture}. */
export async function captureDeno(
  args: readonly string[],
  { env = {}, timeoutMs = 180_000 }: DenoOptions = {},
): Promise<string> {
  return await capture({
    program: Deno.execPath(),
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    timeoutMs,
  });
}

/** Runs a program and hands on each line that it prints as it comes. */
export async function follow(
  command: Command,
  onLine: (line: string, source: "stdout" | "stderr") => void,
): Promise<Ending> {
  const process = start(command);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    process.kill("SIGKILL");
  }, command.timeoutMs);
  try {
    const [{ code, success }] = await Promise.all([
      process.status,
      eachLine(process.stdout, (line) => onLine(line, "stdout")),
      eachLine(process.stderr, (line) => onLine(line, "stderr")),
    ]);
    if (timedOut) return { success: false, reason: `ran longer than ${command.timeoutMs} ms` };
    return { success, reason: `exited with ${code}` };
  } finally {
    clearTimeout(timer);
  }
}

/** Starts a program whose output is read by the caller. */
export function start(command: Omit<Command, "timeoutMs">): Deno.ChildProcess {
  const { program, args, cwd, env } = command;
  try {
    return new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env: { ...env } }),
    }).spawn();
  } catch (cause) {
    throw new CommandError(`cannot run ${program}: ${cause}`, { cause });
  }
}

/** Hands on the lines of a text stream, without their line breaks. */
export async function eachLine(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  }
  if (rest !== "") onLine(rest);
}

function titleOf({ program, args }: Command): string {
  return [program, ...args].join(" ");
}
