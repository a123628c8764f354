/** The `sessions` table. Times are milliseconds since 1970. */
import type { Store } from '../store/store.ts';

export interface SessionRow {
  readonly id: string;
  /** SHA-256 of the token, hexadecimal; the token itself is not stored. */
  readonly tokenHash: string;
  readonly accountId: string;
  readonly clientAddress: string;
  readonly context: string | null;
  readonly created: number;
  readonly lastUsed: number;
}

const select = `SELECT id, token_hash AS tokenHash, account AS accountId, address AS clientAddress, context, created,
  last_used AS lastUsed FROM sessions ORDER BY created`;

// last_used never decreases: after a clock that restarted in 1970, an old session would appear recent.
const upsert = `INSERT INTO sessions (id, token_hash, account, address, context, created, last_used)
  VALUES (@id, @tokenHash, @accountId, @clientAddress, @context, @created, @lastUsed)
  ON CONFLICT (id) DO UPDATE SET last_used = max(last_used, excluded.last_used)`;

/** Returns all rows, the oldest session first. @throws StoreError */
export const readSessions = (store: Store): SessionRow[] => store.all<SessionRow>(select);

/** Deletes and writes rows in one transaction. @throws StoreError */
export function saveSessions(store: Store, deleted: Iterable<string>, rows: readonly SessionRow[]): void {
  store.transaction(() => {
    for (const id of deleted) store.run('DELETE FROM sessions WHERE id = ?', id);
    for (const row of rows) store.run(upsert, { ...row });
  });
}
