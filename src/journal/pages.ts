/** Reads pages of logs: which entries a page holds, and how many match in all. */
import type { Store } from '../store/store.ts';
import { conditionOf } from './filter.ts';
import type { PageQuery } from './options.ts';
import { PageIndex } from './page-index.ts';
import type { JournalEntry, LogName, LogRef } from './record.ts';
import { countBlocks, countBlocksOf, countEntries, logOf, type Row, readPage, streamOf } from './table.ts';

/** A filter that fewer than one in so many entries pass is answered from the index of its own column. */
const rareShare = 8;

export interface Page {
  /** Entries that match, on all pages. */
  readonly total: number;
  readonly entries: JournalEntry[];
}

export class Pages {
  readonly #store: Store;
  readonly #indexes = new Map<string, PageIndex>();

  /** @throws StoreError */
  constructor(store: Store) {
    this.#store = store;
    for (const { stream, block, count } of countBlocks(store)) this.index(stream).add(block, count);
  }

  /** Returns the index of a log; an empty one for a log without entries. */
  index(stream: string): PageIndex {
    let index = this.#indexes.get(stream);
    if (index === undefined) {
      index = new PageIndex();
      this.#indexes.set(stream, index);
    }
    return index;
  }

  /** Counts the records that are hidden from logs anew: they are not appended in order of id. @throws StoreError */
  recountHidden(): void {
    const hidden = this.index('Event');
    hidden.clear();
    for (const { block, count } of countBlocksOf(this.#store, 'Event')) hidden.add(block, count);
  }

  /** Returns, per log that `rows` would fill beyond its cap, how many of the oldest entries to delete: 1/64 of the cap at a time. */
  surplus(rows: readonly Row[], caps: Readonly<Record<LogName, number>>): Map<string, number> {
    const surplus = new Map<string, number>();
    const streams = new Map(rows.map((row) => [row.stream, logOf(row)]));
    for (const [stream, log] of streams) {
      const added = rows.filter((row) => row.stream === stream).length;
      const over = this.index(stream).total + added - caps[log];
      if (over > 0) surplus.set(stream, over + Math.floor(caps[log] / 64));
    }
    return surplus;
  }

  /** Reads a page. Its cost depends on `top`; with a filter also on the number of matches. @throws StoreError */
  read(ref: LogRef, query: PageQuery): Page {
    const stream = streamOf(ref);
    const { skip, top, newestFirst = false, after } = query;
    const condition = query.filter && conditionOf(query.filter);
    const index = this.index(stream);
    const total = condition === undefined ? index.total : countEntries(this.#store, stream, condition);
    if (top === 0 || skip >= total) return { total, entries: [] };
    const from =
      condition === undefined && after === undefined
        ? index.seek(skip, newestFirst)
        : { id: firstAfter(after, newestFirst), offset: skip };
    const rare = total < index.total / rareShare;
    return {
      total,
      entries: readPage(this.#store, { stream, from, count: top, newestFirst, condition, rare }),
    };
  }
}

/** Returns the first id that follows another one in the order of a page; without one, the first of all. */
function firstAfter(id: number | undefined, newestFirst: boolean): number {
  if (id === undefined) return newestFirst ? Number.MAX_SAFE_INTEGER : 0;
  return newestFirst ? id - 1 : id + 1;
}
