/**
 * As much of a file system as debug output needs. The entry points of Deno, Bun and Node bring one;
 * bring your own to write somewhere else.
 *
 * @module
 */

/** A file that was created for writing. */
export interface WritableFile {
  /** Appends all of the bytes. */
  write(bytes: Uint8Array): Promise<void>;
  /** Cuts the file to so many bytes; what is written next follows them. */
  truncate(size: number): Promise<void>;
  /** Resolves when what was written survives the machine's end, not only the program's. */
  sync(): Promise<void>;
  /** Whether the file has no name any more: somebody has removed it. */
  isGone(): Promise<boolean>;
  /** Whether the path still names this very file. */
  isAt(path: string): Promise<boolean>;
  /** Frees it. */
  close(): Promise<void>;
}

/** Folders and files. Paths use `/`. What a function does not say it tolerates makes it reject. */
export interface FileSystem {
  /** Makes a folder and those above it; one that exists is fine. */
  makeFolder(path: string): Promise<void>;
  /** Names of what is in a folder, in any order; none if there is no such folder. */
  list(path: string): Promise<string[]>;
  /** Creates a file, and never touches one that exists: then there is `undefined`. */
  create(path: string): Promise<WritableFile | undefined>;
  /** Gives a file another name, replacing what has it. False if there is no such file. */
  rename(from: string, to: string): Promise<boolean>;
  /** Removes a file; none is fine. */
  remove(path: string): Promise<void>;
  /** Size of a file in bytes; `undefined` if there is none. */
  size(path: string): Promise<number | undefined>;
  /** The content of a file. */
  read(path: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
}
