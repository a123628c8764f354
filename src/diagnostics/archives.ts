/** Archives of diagnostic data: written part by part, in constant memory; the newest are kept. */
import { createWriteStream, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';

export interface Archive {
  readonly id: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly made: Date;
}

/** One file of an archive; parts are requested one after the other. */
export interface Part {
  readonly name: string;
  readonly text: string;
}

const kept = 4;
const pattern = /^(\d+)\.tar\.gz$/;

export class Archives {
  readonly #directory: string;
  #revision = 0;
  #isBusy = false;

  /** @param directory contains archives only; unfinished ones of an earlier run are deleted */
  constructor(directory: string) {
    this.#directory = directory;
    for (const name of this.#names())
      if (name.endsWith('.part')) rmSync(join(directory, name), { force: true });
  }

  /** Whether an archive is being written; only one at a time. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Returns the archives, the oldest first. */
  list(): Archive[] {
    return this.#names()
      .flatMap((name) => {
        const id = pattern.exec(name)?.[1];
        return id === undefined ? [] : [this.get(id)];
      })
      .filter((archive) => archive !== undefined)
      .sort((a, b) => Number(a.id) - Number(b.id));
  }

  get(id: string): Archive | undefined {
    if (!/^\d{1,15}$/.test(id)) return undefined;
    const path = join(this.#directory, `${id}.tar.gz`);
    const found = statSync(path, { throwIfNoEntry: false });
    return found && { id, path, size: found.size, made: found.mtime };
  }

  /**
   * Writes an archive. An unfinished one is deleted.
   * @throws Error of the file system, or the reason of `signal`
   */
  async make(parts: AsyncIterable<Part>, signal: AbortSignal): Promise<Archive> {
    this.#isBusy = true;
    try {
      return await this.#make(parts, signal);
    } finally {
      this.#isBusy = false;
    }
  }

  async #make(parts: AsyncIterable<Part>, signal: AbortSignal): Promise<Archive> {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const id = String(Math.max(0, ...this.list().map((archive) => Number(archive.id))) + 1);
    const unfinished = join(this.#directory, `${id}.part`);
    const archive = pack();
    const feed = async () => {
      for await (const { name, text } of parts) {
        if (signal.aborted) throw signal.reason;
        await new Promise<void>((resolve, reject) => {
          const header = { name: `redfishd-${id}/${name}`, mode: 0o600, mtime: new Date() };
          archive.entry(header, text, (error) => (error == null ? resolve() : reject(error)));
        });
      }
      archive.finalize();
    };
    try {
      const written = pipeline(archive, createGzip(), createWriteStream(unfinished, { mode: 0o600 }), {
        signal,
      });
      await Promise.all([written, feed().catch((error: unknown) => archive.destroy(error as Error))]);
      renameSync(unfinished, join(this.#directory, `${id}.tar.gz`));
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw signal.aborted ? signal.reason : error;
    }
    for (const { id: old } of this.list().slice(0, -kept)) this.remove(old);
    this.#revision++;
    const made = this.get(id);
    if (made === undefined) throw new Error(`archive ${id} is gone as soon as it was made`);
    return made;
  }

  remove(id: string): void {
    const archive = this.get(id);
    if (archive === undefined) return;
    rmSync(archive.path, { force: true });
    this.#revision++;
  }

  #names(): string[] {
    try {
      return readdirSync(this.#directory);
    } catch {
      return [];
    }
  }
}
