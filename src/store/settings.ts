/** Durable settings by key. */
import { randomUUID } from 'node:crypto';
import type { Store } from './store.ts';

/** Converts a stored value; undefined when it is not valid. */
export type Decoder<T> = (value: unknown) => T | undefined;

/** Small durable values by key. Reading is a map lookup; writing returns when the value is durable. */
export class Settings {
  readonly #store: Store;
  readonly #values = new Map<string, string>();
  #uuid: string | null = null;
  #revision = 0;

  constructor(store: Store) {
    this.#store = store;
    for (const { key, value } of store.all<{ key: string; value: string }>(
      'SELECT key, value FROM settings',
    )) {
      this.#values.set(key, value);
    }
  }

  /** Rises with every change of any value. */
  get revision(): number {
    return this.#revision;
  }

  get(key: string): string | undefined {
    return this.#values.get(key);
  }

  /** Returns all keys and values. */
  entries(): Iterable<readonly [string, string]> {
    return this.#values.entries();
  }

  /** @throws StoreError */
  set(key: string, value: string): void {
    if (this.#values.get(key) === value) return;
    this.#store.run(
      'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      key,
      value,
    );
    this.#values.set(key, value);
    this.#revision++;
  }

  /** @throws StoreError */
  delete(key: string): void {
    if (!this.#values.has(key)) return;
    this.#store.run('DELETE FROM settings WHERE key = ?', key);
    this.#values.delete(key);
    this.#revision++;
  }

  /** Returns a stored JSON value; `fallback` when there is none, or an invalid one. */
  json<T>(key: string, decode: Decoder<T>, fallback: T): T {
    const text = this.#values.get(key);
    if (text === undefined) return fallback;
    try {
      return decode(JSON.parse(text)) ?? fallback;
    } catch {
      return fallback;
    }
  }

  /** @throws StoreError */
  setJson(key: string, value: unknown): void {
    this.set(key, JSON.stringify(value));
  }

  /** UUID of this Redfish service: created once, constant for the life of the store. */
  get serviceUuid(): string {
    this.#uuid ??= this.#values.get('service.uuid') ?? this.#createUuid();
    return this.#uuid;
  }

  #createUuid(): string {
    const uuid = randomUUID();
    try {
      this.set('service.uuid', uuid);
    } catch {
      // With a read-only store the UUID is valid for this run only.
    }
    return uuid;
  }
}
