/** The table of subscriptions, each with its cursor in the journal. */
import type { Store } from '../store/store.ts';
import { everything, type Subscription } from './subscription.ts';

export interface Stored {
  readonly id: string;
  readonly subscription: Subscription;
  /** Id of the last event delivered. */
  readonly after: number;
  readonly suspended: boolean;
}

interface Row {
  readonly id: string;
  readonly facts: string;
  readonly after: number;
  readonly suspended: number;
}

/** Defaults for properties that an older version did not store. */
const fallback: Subscription = {
  ...everything,
  context: null,
  includeOrigin: false,
  destination: '',
  protocol: 'Redfish',
  format: 'Event',
  metricReportDefinitions: [],
  headers: [],
  retryPolicy: 'RetryForever',
  verifyCertificate: false,
  certificates: [],
  heartbeat: null,
};

export class Subscriptions {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  list(): Stored[] {
    return this.#store
      .all<Row>('SELECT id, facts, place AS after, suspended FROM subscriptions ORDER BY rowid')
      .map(({ id, facts, after, suspended }) => ({
        id,
        after,
        suspended: suspended === 1,
        subscription: { ...fallback, ...(JSON.parse(facts) as Partial<Subscription>) },
      }));
  }

  /** @throws StoreError */
  put({ id, subscription, after, suspended }: Stored): void {
    this.#store.run(
      `INSERT INTO subscriptions (id, facts, place, suspended) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
       facts = excluded.facts, place = excluded.place, suspended = excluded.suspended`,
      id,
      JSON.stringify(subscription),
      after,
      Number(suspended),
    );
  }

  /** Stores several cursors in one transaction. @throws StoreError */
  storeCursors(cursors: ReadonlyMap<string, number>): void {
    this.#store.transaction(() => {
      for (const [id, after] of cursors)
        this.#store.run('UPDATE subscriptions SET place = ? WHERE id = ?', after, id);
    });
  }

  /** @throws StoreError */
  delete(id: string): void {
    this.#store.run('DELETE FROM subscriptions WHERE id = ?', id);
  }
}
