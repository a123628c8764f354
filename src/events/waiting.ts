/**
 * Reports of metrics that subscribers could not be given yet, over a restart. Unlike events they stand in no journal, so they
 * are stored here; flash wears, so that is done at an orderly end, and otherwise only while a receiver fails, at once and then
 * seldom. A daemon that is killed loses what has come since.
 */
import type { Store } from '../store/store.ts';

/** What waits for each subscription, by its id: bodies, the oldest first. */
export type Waiting = ReadonlyMap<string, readonly string[]>;

/** Milliseconds between two times that they are stored. */
const period = 10 * 60_000;
/** Bytes for one subscription, and for all: what is older is not stored. */
const maxOne = 256 * 1024;
const maxAll = 2 * 1024 * 1024;

interface Row {
  readonly id: number;
  readonly subscription: string;
  readonly body: string;
}

export class WaitingReports {
  readonly #store: Store;
  readonly #log: (message: string, detail: object) => void;
  #rows: readonly Row[];
  #timer: NodeJS.Timeout | undefined;
  #saved = Number.NEGATIVE_INFINITY;

  /** @throws StoreError */
  constructor(store: Store, log: (message: string, detail: object) => void) {
    this.#store = store;
    this.#log = log;
    this.#rows = store.all<{ id: number; subscription: string; body: string }>(
      'SELECT id, subscription, body FROM waiting_reports ORDER BY id',
    );
  }

  /** What was stored for a subscription. */
  of(subscription: string): readonly string[] {
    return this.#rows.flatMap((row) => (row.subscription === subscription ? row.body : []));
  }

  /** What waits has changed. `look` is asked when it is stored. */
  changed(look: () => Waiting): void {
    const waiting = look();
    const left = this.#saved + period - performance.now();
    // What has been told meanwhile must not be told again after a crash; that it was stored is seldom enough.
    if (left <= 0 || this.#rows.some(({ subscription }) => !waiting.has(subscription))) this.save(waiting);
    else
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.save(look());
      }, left).unref();
  }

  /** Stores what waits now. Where the store takes nothing, it waits in memory only. */
  save(waiting: Waiting): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const wanted = chosen(waiting);
    const left = new Set(this.#rows);
    // A report that is stored already costs no write.
    const rows = wanted.map(([subscription, body]) => {
      const known = [...left].find((row) => row.subscription === subscription && row.body === body);
      if (known !== undefined) left.delete(known);
      return known ?? { subscription, body };
    });
    if (left.size === 0 && rows.length === this.#rows.length) return;
    this.#saved = performance.now();
    try {
      this.#rows = this.#store.transaction(() => {
        for (const { id } of left) this.#store.run('DELETE FROM waiting_reports WHERE id = ?', id);
        return rows.map((row) => {
          if ('id' in row) return row;
          const insert = 'INSERT INTO waiting_reports (subscription, body) VALUES (?, ?)';
          return { ...row, id: this.#store.run(insert, row.subscription, row.body).lastId };
        });
      });
    } catch (error) {
      this.#log('reports that wait for subscribers cannot be stored', { error: String(error) });
    }
  }
}

/** The newest of each, as many as there is room for, the oldest first. */
function chosen(waiting: Waiting): (readonly [string, string])[] {
  const room = Math.min(maxOne, maxAll / Math.max(1, waiting.size));
  return [...waiting].flatMap(([subscription, bodies]) => {
    let size = 0;
    const tooOld = bodies.findLastIndex((body) => {
      size += Buffer.byteLength(body);
      return size > room;
    });
    return bodies.slice(tooOld + 1).map((body) => [subscription, body] as const);
  });
}
