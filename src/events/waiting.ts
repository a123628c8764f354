/**
 * Stores undelivered metric reports over a restart: unlike events they are not in the journal. Because flash wears, they are
 * stored at an orderly shutdown, and while a receiver fails: at once, then every ten minutes. A killed daemon loses the reports
 * since then.
 */
import type { Store } from '../store/store.ts';

/** Undelivered bodies by subscription id, oldest first. */
export type Waiting = ReadonlyMap<string, readonly string[]>;

/** Milliseconds between two writes. */
const period = 10 * 60_000;
/** Bytes stored per subscription and in all; older reports are not stored. */
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

  /** Returns the stored reports of a subscription. */
  of(subscription: string): readonly string[] {
    return this.#rows.flatMap((row) => (row.subscription === subscription ? row.body : []));
  }

  /** The waiting reports have changed. `current` is called when they are stored. */
  changed(current: () => Waiting): void {
    const waiting = current();
    const left = this.#saved + period - performance.now();
    // Delivered reports are deleted at once, so that a crash does not deliver them again; this is rare enough.
    if (left <= 0 || this.#rows.some(({ subscription }) => !waiting.has(subscription))) this.save(waiting);
    else
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.save(current());
      }, left).unref();
  }

  /** Stores the waiting reports. When the store fails they are kept in memory only. */
  save(waiting: Waiting): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const wanted = chosen(waiting);
    const left = new Set(this.#rows);
    // A report that is already stored costs no write.
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
      this.#log('undelivered metric reports cannot be stored', { error: String(error) });
    }
  }
}

/** Returns the newest reports of each subscription that fit, oldest first. */
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
