/** The rows of sessions in the store. A token itself is not stored, only its hash. */
import type { Store } from '../store/store.ts';

export interface SessionRow {
  readonly id: string;
  readonly tokenHash: string;
  readonly accountId: string;
  readonly clientAddress: string;
  readonly context: string | null;
  readonly created: number;
  readonly lastUsed: number;
}

const select = `SELECT id, token_hash AS tokenHash, account AS accountId, address AS clientAddress, context, created,
  last_used AS lastUsed FROM sessions ORDER BY created`;

// Never backwards: a clock that fell to 1970 would else make an old session look young.
const upsert = `INSERT INTO sessions (id, token_hash, account, address, context, created, last_used)
  VALUES (@id, @tokenHash, @accountId, @clientAddress, @context, @created, @lastUsed)
  ON CONFLICT (id) DO UPDATE SET last_used = max(last_used, excluded.last_used)`;

/** All stored sessions, the oldest first. */
export const readSessions = (store: Store): readonly SessionRow[] => store.all<SessionRow>(select);

/** Stores sessions and deletes others, in one transaction. @throws StoreError */
export function writeSessions(store: Store, rows: readonly SessionRow[], deleted: Iterable<string>): void {
  store.transaction(() => {
    for (const id of deleted) store.run('DELETE FROM sessions WHERE id = ?', id);
    for (const row of rows) store.run(upsert, { ...row });
  });
}
