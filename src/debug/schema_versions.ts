/**
 * Which of a table's schemas is which. Numbers last: a descriptor that is on disk has its number in
 * its file's name, for every program that writes there.
 *
 * @module
 */
import { descriptorSetOf } from "./descriptor_set.ts";
import type { FileSystem } from "../core/file_system.ts";
import { fingerprint, versionedStem } from "./names.ts";

/** A schema as far as its number is concerned. */
export interface WrittenSchema {
  /** Tells schemas apart; of batches that travel as different messages it is different. */
  readonly key: string;
  /** Serialized `DescriptorProto` of the row message; absent when rows are no messages. */
  readonly descriptor: Uint8Array | undefined;
}

/** How many schemas a table may have. */
const MAX_VERSIONS = 10_000;

/** The schemas of one table. */
export class SchemaVersions {
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly #stem: string;
  readonly #known = new Map<string, number>();

  /** @param folder where descriptors are */
  constructor(files: FileSystem, folder: string, stem: string) {
    this.#files = files;
    this.#folder = folder;
    this.#stem = stem;
  }

  /** The number of a schema, from 1. Its descriptor is on disk when this resolves. */
  async numberOf({ key, descriptor }: WrittenSchema): Promise<number> {
    let version = this.#known.get(key);
    if (version !== undefined) return version;
    version = descriptor === undefined
      ? this.#known.size + 1
      : await this.#place(descriptor, `Schema ${fingerprint(key)}`);
    this.#known.set(key, version);
    return version;
  }

  /** Finds the file with this content, or makes it. */
  async #place(descriptor: Uint8Array, note: string): Promise<number> {
    await this.#files.makeFolder(this.#folder);
    for (let version = 1; version <= MAX_VERSIONS; version++) {
      const stem = versionedStem(this.#stem, version);
      const path = `${this.#folder}/${stem}.desc`;
      const content = descriptorSetOf(descriptor, `${stem}.proto`, note);
      if (await this.#isAt(path, content)) return version;
      const file = await this.#files.create(path);
      if (file === undefined) continue; // another schema's, or one that is just being written
      try {
        await file.write(content);
        await file.sync();
      } finally {
        await file.close();
      }
      return version;
    }
    throw new Error(`${this.#folder} has ${MAX_VERSIONS} schemas of one table`);
  }

  async #isAt(path: string, content: Uint8Array): Promise<boolean> {
    if (await this.#files.size(path) !== content.byteLength) return false;
    const found = new Uint8Array(
      await new Response(await this.#files.read(path)).arrayBuffer(),
    );
    return found.every((byte, index) => byte === content[index]);
  }
}
