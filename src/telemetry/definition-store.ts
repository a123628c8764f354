/** Definitions by id: those that clients created, in the store, and predefined ones. */
import type { Store } from '../store/store.ts';

export interface Identified {
  readonly Id: string;
}

export class DefinitionStore<T extends Identified> {
  readonly #store: Store;
  readonly #kind: string;
  #defaults: ReadonlyMap<string, T>;
  readonly #own = new Map<string, T>();
  /** Predefined ones that a client has removed. */
  readonly #removed = new Set<string>();
  #revision = 0;

  /** A stored definition replaces the one of `defaults` with the same id. @throws StoreError */
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
        const definition = JSON.parse(body) as T | null;
        if (definition === null) this.#removed.add(id);
        else this.#own.set(id, definition);
      } catch {
        // Damaged: the definition is ignored.
      }
    }
  }

  get revision(): number {
    return this.#revision;
  }

  /** Replaces the predefined definitions. Unchanged ones remain the same object. */
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

  /** All definitions, the predefined first. */
  get all(): readonly T[] {
    const more = [...this.#own.values()].filter(({ Id }) => !this.#defaults.has(Id));
    const kept = [...this.#defaults.values()].filter(({ Id }) => !this.#removed.has(Id));
    return [...kept.map((each) => this.#own.get(each.Id) ?? each), ...more];
  }

  get(id: string): T | undefined {
    return this.#own.get(id) ?? (this.#removed.has(id) ? undefined : this.#defaults.get(id));
  }

  isDefault(id: string): boolean {
    return this.#defaults.has(id);
  }

  /** Adds or replaces a definition, durably. @throws StoreError */
  put(definition: T): void {
    this.#save(definition.Id, definition);
    this.#removed.delete(definition.Id);
    this.#own.set(definition.Id, definition);
    this.#revision += 1;
  }

  /** Replaces a definition in memory only, while the store fails. */
  putForNow(definition: T): void {
    this.#own.set(definition.Id, definition);
    this.#revision += 1;
  }

  /** Removes a definition, a predefined one until `reset` or `put` brings it back. @throws StoreError */
  remove(id: string): void {
    if (this.#defaults.has(id)) {
      this.#save(id, null);
      this.#removed.add(id);
    } else this.#store.run('DELETE FROM telemetry WHERE kind = ? AND id = ?', this.#kind, id);
    this.#own.delete(id);
    this.#revision += 1;
  }

  /** Removes all definitions that clients created or changed, and restores those that they removed. @throws StoreError */
  reset(): void {
    this.#store.run('DELETE FROM telemetry WHERE kind = ?', this.#kind);
    this.#own.clear();
    this.#removed.clear();
    this.#revision += 1;
  }

  /** Stores a definition; null: a predefined one is removed. */
  #save(id: string, definition: T | null): void {
    this.#store.run(
      'INSERT INTO telemetry (kind, id, body) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body',
      this.#kind,
      id,
      JSON.stringify(definition),
    );
  }
}
