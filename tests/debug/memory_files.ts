/**
 * A file system in memory that can be full, broken, or shared by two writers.
 *
 * @module
 */
import type { FileSystem, WritableFile } from "../../src/core/file_system.ts";

interface Node {
  bytes: Uint8Array;
  /** Whether it has no name any more. */
  gone: boolean;
}

/** The operations that can be made to fail. */
export type Operation = keyof FileSystem | "write" | "truncate" | "sync";

/** Files in memory. */
export class MemoryFiles implements FileSystem {
  readonly #nodes = new Map<string, Node>();
  readonly #folders = new Set<string>();
  /** Asked before every operation; what it throws is how the operation fails. */
  before: (operation: Operation, path: string) => void = () => {};
  /** Bytes that the disk has left. */
  capacity: number = Infinity;
  /** How often files were synced. */
  syncs = 0;

  /** Paths of all files, sorted. */
  get paths(): string[] {
    return [...this.#nodes.keys()].sort();
  }

  /** The content of a file. */
  content(path: string): Uint8Array {
    const node = this.#nodes.get(path);
    if (node === undefined) throw new Error(`no file ${path}`);
    return node.bytes;
  }

  /** The content of a file as text. */
  text(path: string): string {
    return new TextDecoder().decode(this.content(path));
  }

  /** Puts a file there. */
  put(path: string, text = ""): void {
    this.#nodes.set(path, { bytes: new TextEncoder().encode(text), gone: false });
  }

  makeFolder(path: string): Promise<void> {
    return this.#do("makeFolder", path, () => void this.#folders.add(path));
  }

  list(path: string): Promise<string[]> {
    const prefix = `${path}/`;
    return this.#do(
      "list",
      path,
      () =>
        this.paths.filter((other) => other.startsWith(prefix))
          .map((other) => other.slice(prefix.length)).filter((name) => !name.includes("/")),
    );
  }

  create(path: string): Promise<WritableFile | undefined> {
    return this.#do("create", path, () => {
      const folder = path.slice(0, path.lastIndexOf("/"));
      if (!this.#folders.has(folder)) throw new Error(`no folder ${folder}`);
      if (this.#nodes.has(path)) return undefined;
      const node: Node = { bytes: new Uint8Array(0), gone: false };
      this.#nodes.set(path, node);
      return this.#writable(path, node);
    });
  }

  rename(from: string, to: string): Promise<boolean> {
    return this.#do("rename", from, () => {
      const node = this.#nodes.get(from);
      if (node === undefined) return false;
      this.#unname(to);
      this.#nodes.delete(from);
      this.#nodes.set(to, node);
      return true;
    });
  }

  remove(path: string): Promise<void> {
    return this.#do("remove", path, () => this.#unname(path));
  }

  size(path: string): Promise<number | undefined> {
    return this.#do("size", path, () => this.#nodes.get(path)?.bytes.byteLength);
  }

  read(path: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return this.#do("read", path, () => new Blob([this.content(path).slice()]).stream());
  }

  #writable(path: string, node: Node): WritableFile {
    return {
      write: (bytes) =>
        this.#do("write", path, () => {
          const taken = bytes.subarray(0, Math.min(bytes.byteLength, this.capacity));
          this.capacity -= taken.byteLength;
          const joined = new Uint8Array(node.bytes.byteLength + taken.byteLength);
          joined.set(node.bytes);
          joined.set(taken, node.bytes.byteLength);
          node.bytes = joined;
          if (taken.byteLength < bytes.byteLength) throw new Error("no space left on device");
        }),
      truncate: (size) =>
        this.#do("truncate", path, () => {
          this.capacity += node.bytes.byteLength - size;
          node.bytes = node.bytes.slice(0, size);
        }),
      sync: () => this.#do("sync", path, () => void this.syncs++),
      isGone: () => Promise.resolve(node.gone),
      isAt: (other) => Promise.resolve(this.#nodes.get(other) === node),
      close: () => Promise.resolve(),
    };
  }

  #unname(path: string): void {
    const node = this.#nodes.get(path);
    if (node !== undefined) node.gone = true;
    this.#nodes.delete(path);
  }

  // Asynchronous, as on a disk: others have their turn between any two operations.
  async #do<T>(operation: Operation, path: string, run: () => T): Promise<T> {
    await Promise.resolve();
    this.before(operation, path);
    return run();
  }
}
