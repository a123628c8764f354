/** Ids that share a block: id divided by this. */
export const blockSize = 1024;

/**
 * Where the n-th entry of a log is, without walking over n entries: how many there are in each block of 1024 ids.
 * A million entries make a thousand numbers, kept in memory and counted again at the start.
 */
export class Rank {
  /** Entries by block number, in ascending order of block. */
  readonly #blocks = new Map<number, number>();
  #total = 0;

  static blockOf(id: number): number {
    return Math.floor(id / blockSize);
  }

  get total(): number {
    return this.#total;
  }

  /** Takes note of entries of one block; blocks come in ascending order. */
  add(block: number, count = 1): void {
    this.#blocks.set(block, (this.#blocks.get(block) ?? 0) + count);
    this.#total += count;
  }

  /** Forgets entries of one block. */
  remove(block: number, count = 1): void {
    const left = (this.#blocks.get(block) ?? 0) - count;
    if (left > 0) this.#blocks.set(block, left);
    else this.#blocks.delete(block);
    this.#total -= count;
  }

  /** Forgets the oldest entries. */
  removeOldest(count: number): void {
    let left = Math.min(count, this.#total);
    for (const [block, size] of this.#blocks) {
      if (left === 0) return;
      const gone = Math.min(size, left);
      this.remove(block, gone);
      left -= gone;
    }
  }

  clear(): void {
    this.#blocks.clear();
    this.#total = 0;
  }

  /**
   * Where to begin when `skip` entries are to be passed over, from the oldest or from the newest on: the first id
   * (or, going down, the last) that the block there can hold, and how many entries to pass over from it.
   */
  seek(skip: number, newestFirst: boolean): { readonly id: number; readonly offset: number } {
    const blocks = newestFirst ? [...this.#blocks].reverse() : this.#blocks;
    let offset = skip;
    for (const [block, size] of blocks) {
      if (offset < size) return { id: newestFirst ? (block + 1) * blockSize - 1 : block * blockSize, offset };
      offset -= size;
    }
    return { id: newestFirst ? -1 : Number.MAX_SAFE_INTEGER, offset: 0 };
  }
}
