/** Counts entries of a log per block of ids, so that a page deep in a log is found without walking to it. */

/** Ids per block. */
export const blockSize = 1024;

/**
 * Finds the n-th entry of a log by the number of entries in each block of 1024 ids. A million entries take a thousand
 * numbers, which are kept in memory and counted again at the start.
 */
export class PageIndex {
  /** Entries by block number, in ascending order of block. */
  readonly #blocks = new Map<number, number>();
  #total = 0;

  static blockOf(id: number): number {
    return Math.floor(id / blockSize);
  }

  get total(): number {
    return this.#total;
  }

  /** Adds entries of one block. Blocks must be added in ascending order. */
  add(block: number, count = 1): void {
    this.#blocks.set(block, (this.#blocks.get(block) ?? 0) + count);
    this.#total += count;
  }

  /** Removes entries of one block. */
  remove(block: number, count = 1): void {
    const left = (this.#blocks.get(block) ?? 0) - count;
    if (left > 0) this.#blocks.set(block, left);
    else this.#blocks.delete(block);
    this.#total -= count;
  }

  /** Removes the oldest entries. */
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
   * Returns where a page starts that skips `skip` entries: the lowest id of its block (the highest, when newest first) and
   * the number of entries to skip from there.
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
