/**
 * The file system of Deno, Bun and Node: all three have Node's.
 *
 * @module
 */
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, stat, unlink } from "node:fs/promises";
import { Readable } from "node:stream";
import type { FileSystem, WritableFile } from "../../core/file_system.ts";

/** The runtime's files. */
export const nodeFiles: FileSystem = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true });
  },
  async list(path) {
    return await unless("ENOENT", readdir(path)) ?? [];
  },
  async create(path) {
    const handle = await unless("EEXIST", open(path, "ax")); // to append, and only if it is new
    return handle && writableFile(handle);
  },
  async rename(from, to) {
    return await unless("ENOENT", rename(from, to).then(() => true)) ?? false;
  },
  async remove(path) {
    await unless("ENOENT", unlink(path));
  },
  async size(path) {
    return (await unless("ENOENT", stat(path)))?.size;
  },
  async read(path) {
    const handle = await open(path, "r"); // so that a missing file fails here
    await handle.close();
    return Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array<ArrayBuffer>>;
  },
};

function writableFile(handle: FileHandle): WritableFile {
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.byteLength;) {
        at += (await handle.write(bytes, at, bytes.byteLength - at)).bytesWritten;
      }
    },
    truncate: (size) => handle.truncate(size),
    sync: () => handle.datasync(),
    async isGone() {
      return (await handle.stat()).nlink === 0;
    },
    async isAt(path) {
      const [own, other] = await Promise.all([handle.stat(), unless("ENOENT", stat(path))]);
      return other !== undefined && own.ino === other.ino && own.dev === other.dev;
    },
    close: () => handle.close(),
  };
}

/** What an operation returns, or nothing if it fails for this one reason. */
async function unless<T>(code: string, operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (reason) {
    if ((reason as { code?: unknown }).code === code) return undefined;
    throw reason;
  }
}
