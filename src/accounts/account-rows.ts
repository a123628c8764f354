/** The account rows: in memory, with a copy in the store. */
import type { Clock } from '../base/clock.ts';
import { StoreError } from '../store/errors.ts';
import type { Store } from '../store/store.ts';
import { AccountError } from './account-error.ts';
import { type AccountRow, deleteAccount, readAccounts, writeAccount } from './account-table.ts';

/** All account rows by id. Reading never accesses the store. */
export class AccountRows {
  readonly #store: Store;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #rows: Map<string, AccountRow>;

  /** @throws StoreError */
  constructor(store: Store, clock: Pick<Clock, 'now'>) {
    this.#store = store;
    this.#clock = clock;
    this.#rows = new Map(readAccounts(store).map((row) => [row.id, row]));
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Returns all rows, the oldest first. */
  all(): AccountRow[] {
    return [...this.#rows.values()];
  }

  get(id: string): AccountRow | undefined {
    return this.#rows.get(id);
  }

  /**
   * Returns a row that must exist, at the given revision when there is one.
   * @throws AccountError `not-found`, `changed`
   */
  require(id: string, revision?: number): AccountRow {
    const row = this.#rows.get(id);
    if (row === undefined) throw new AccountError('not-found', null, `there is no account ${id}`);
    if (revision !== undefined && revision !== row.revision) {
      throw new AccountError('changed', null, `account ${id} was changed in the meantime; read it again`);
    }
    return row;
  }

  /** Returns the row with a user name. Most accounts have their first user name as id. */
  byName(userName: string): AccountRow | undefined {
    const direct = this.#rows.get(userName);
    if (direct?.userName === userName) return direct;
    return this.all().find((row) => row.userName === userName);
  }

  /** Returns an unused id: the user name, with a number when another account has it as id. */
  freeId(userName: string): string {
    let id = userName;
    for (let n = 2; this.#rows.has(id); n++) id = `${userName}-${n}`;
    return id;
  }

  /** Returns a revision based on the time, so that a new account with the id of a deleted one repeats no revision. */
  nextRevision(row: AccountRow): number {
    return Math.max(row.revision + 1, this.#clock.now());
  }

  /** Adds or replaces a row, durably. @throws StoreError; memory is unchanged then */
  put(row: AccountRow): void {
    writeAccount(this.#store, row);
    this.#rows.set(row.id, row);
  }

  /** Replaces a row, in memory alone while the store fails: failed logins must count on a full disk too. */
  putBestEffort(row: AccountRow): void {
    this.#rows.set(row.id, row);
    try {
      writeAccount(this.#store, row);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** Deletes a row, durably. @throws StoreError; memory is unchanged then */
  delete(id: string): void {
    deleteAccount(this.#store, id);
    this.#rows.delete(id);
  }
}
