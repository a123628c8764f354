/** Things that clients make and the store keeps, by their id, with those that are there by themselves. */
import type { Store } from '../store/store.ts';

export interface Shelved {
  readonly Id: string;
}

export class DefinitionStore<T extends Shelved> {
  readonly #store: Store;
  readonly #kind: string;
  #defaults: ReadonlyMap<string, T>;
  readonly #own = new Map<string, T>();
  #revision = 0;

  /** `defaults` are there unless something of the same id is stored. @throws StoreError */
  constructor(store: Store, kind: string, defaults: readonly T[] = []) {
    this.#store = store;
    this.#kind = kind;
    this.#defaults = new Map(defaults.map((each) => [each.Id, each]));
    const rows = store.all<{ id: string; body: string }>(
      'SELECT id, body FROM telemetry WHERE kind = ?',
      kind,
    );
    for (const { id, body } of rows) {
      try {
        this.#own.set(id, JSON.parse(body) as T);
      } catch {
        // Damaged: as if it had not been made.
      }
    }
  }

  get revision(): number {
    return this.#revision;
  }

  /** What is there by itself has become another; what stays the same stays the same object. */
  setDefaults(defaults: readonly T[]): void {
    const before = this.#defaults;
    const same = (each: T) => {
      const known = before.get(each.Id);
      return known !== undefined && JSON.stringify(known) === JSON.stringify(each) ? known : each;
    };
    this.#defaults = new Map(defaults.map((each) => [each.Id, same(each)]));
    const moved =
      before.size !== defaults.length || defaults.some(({ Id }) => before.get(Id) !== this.#defaults.get(Id));
    if (moved) this.#revision += 1;
  }

  /** The ones that are there by themselves first. */
  get all(): readonly T[] {
    const more = [...this.#own.values()].filter(({ Id }) => !this.#defaults.has(Id));
    return [...[...this.#defaults.values()].map((each) => this.#own.get(each.Id) ?? each), ...more];
  }

  get(id: string): T | undefined {
    return this.#own.get(id) ?? this.#defaults.get(id);
  }

  isDefault(id: string): boolean {
    return this.#defaults.has(id);
  }

  /** Has survived a loss of power when it returns. @throws StoreError */
  put(thing: T): void {
    this.#store.run(
      'INSERT INTO telemetry (kind, id, body) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body',
      ...[this.#kind, thing.Id, JSON.stringify(thing)],
    );
    this.#own.set(thing.Id, thing);
    this.#revision += 1;
  }

  /** Changes it for this run of the daemon only, where the store takes nothing. */
  putForNow(thing: T): void {
    this.#own.set(thing.Id, thing);
    this.#revision += 1;
  }

  /** @throws StoreError */
  remove(id: string): void {
    this.#store.run('DELETE FROM telemetry WHERE kind = ? AND id = ?', this.#kind, id);
    this.#own.delete(id);
    this.#revision += 1;
  }

  /** Leaves only what is there by itself, as it was. @throws StoreError */
  reset(): void {
    this.#store.run('DELETE FROM telemetry WHERE kind = ?', this.#kind);
    this.#own.clear();
    this.#revision += 1;
  }
}
