/**
 * One kind of debug file for one schema of a table: the active file, and what becomes of it.
 *
 * @module
 */
import type { FileSystem, WritableFile } from "../core/file_system.ts";
import { compress, retain, type Rotation, setAside } from "./rotation.ts";

/** Bounds and contents of a file. */
export interface RotatingFileOptions extends Rotation {
  /** Stem of the active file, its schema's number included. */
  readonly fileStem: string;
  /** What the file begins with. */
  readonly header: Uint8Array;
  /** What ends it. */
  readonly trailer: Uint8Array;
  /** Records that a file takes; more only if they came at once. */
  readonly maxRecords: number;
  /** Bytes that a file takes, likewise; `null`: any number. */
  readonly maxBytes: number | null;
}

/** How often opening is tried: every time, another process may have been faster. */
const MAX_TRIES = 20;

/**
 * Appends to the active file, which has the plain name, and begins another one when it is full. A
 * file that is there at the beginning, left by an earlier program or being written by another one,
 * is renamed: its writer keeps it open and goes on writing to it under its new name. So no file is
 * ever overwritten, and none is written to by two.
 *
 * After a failure the file is cut back to what was whole, and the next write tries again.
 */
export class RotatingFile {
  readonly #files: FileSystem;
  readonly #options: RotatingFileOptions;
  readonly #path: string;
  #file: WritableFile | undefined;
  /** Size up to which the file is whole. */
  #size = 0;
  #records = 0;
  #isSynced = true;

  /** Opens nothing yet. */
  constructor(files: FileSystem, options: RotatingFileOptions) {
    this.#files = files;
    this.#options = options;
    this.#path = `${options.folder}/${options.fileStem}${options.extension}`;
  }

  /** Appends what belongs together: all of it, or nothing. */
  async write(parts: readonly Uint8Array[], records: number): Promise<void> {
    const size = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const { maxRecords, maxBytes, header } = this.#options;
    if (this.#file !== undefined && await this.#file.isGone()) await this.#abandon();
    const isFull = this.#records > 0 &&
      (this.#records + records > maxRecords || this.#size + size > (maxBytes ?? Infinity));
    if (isFull) await this.#rotate();
    this.#file ??= await this.#open();
    await this.#append(this.#file, this.#size === 0 ? [header, ...parts] : parts);
    this.#records += records;
  }

  /** Makes what was written survive. */
  async flush(): Promise<void> {
    if (this.#file === undefined || this.#isSynced) return;
    await this.#file.sync();
    this.#isSynced = true;
  }

  /** Ends the active file; it keeps its name. The next write begins another one. */
  async close(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    try {
      if (this.#size > 0) await this.#append(file, [this.#options.trailer]);
      await this.flush();
    } finally {
      await this.#abandon();
    }
  }

  async #append(file: WritableFile, parts: readonly Uint8Array[]): Promise<void> {
    this.#isSynced = false;
    let size = this.#size;
    try {
      for (const part of parts) {
        if (part.byteLength > 0) await file.write(part);
        size += part.byteLength;
      }
      this.#size = size;
    } catch (reason) {
      await file.truncate(this.#size).catch(() => this.#abandon());
      throw reason;
    }
  }

  async #open(): Promise<WritableFile> {
    const { folder, fileStem } = this.#options;
    await this.#files.makeFolder(folder);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const file = await this.#files.create(this.#path);
      if (file !== undefined) return file;
      // Also if it is empty: somebody may just be about to write to it.
      await setAside(this.#files, this.#options, this.#path, fileStem);
      // It may have a writer still, whose next rows compressing would lose.
      await retain(this.#files, this.#options);
    }
    throw new Error(`${this.#path} is created by somebody else again and again`);
  }

  async #rotate(): Promise<void> {
    const file = this.#file!;
    // Another process may have renamed it; then the name is that one's to give.
    const isOurs = await file.isAt(this.#path);
    await this.close();
    if (!isOurs) return;
    const { fileStem, compresses } = this.#options;
    const path = await setAside(this.#files, this.#options, this.#path, fileStem);
    if (compresses && path !== undefined) await compress(this.#files, path);
    await retain(this.#files, this.#options);
  }

  /** Lets go of the file as it is. */
  async #abandon(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#size = this.#records = 0;
    this.#isSynced = true;
    await file?.close().catch(() => {});
  }
}
