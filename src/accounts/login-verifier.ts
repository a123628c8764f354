/** Verifies user name and password against an account, and counts failed logins towards its lock. */
import type { Clock } from '../base/clock.ts';
import { reportDefect } from '../base/defects.ts';
import { accountOf, type Verification } from './account.ts';
import { AccountError } from './account-error.ts';
import type { AccountPolicy } from './account-policy.ts';
import type { AccountRows } from './account-rows.ts';
import type { AccountRow } from './account-table.ts';
import { afterFailure, isLocked, noFailures } from './lockout.ts';
import type { PasswordHasher } from './password.ts';

export interface LoginVerifierOptions {
  readonly rows: AccountRows;
  readonly hasher: PasswordHasher;
  readonly clock: Pick<Clock, 'now'>;
  readonly policy: () => AccountPolicy;
  /** Called when a failed login locks an account. */
  readonly locked: (row: AccountRow) => void;
}

export class LoginVerifier {
  readonly #options: LoginVerifierOptions;

  constructor(options: LoginVerifierOptions) {
    this.#options = options;
  }

  /**
   * Verifies a login. Every result takes the time of one password check; clients must receive the same response for each
   * reason but `busy`, so that responses do not reveal which users exist.
   * @param exempt the lock of the account does not apply to the sender
   */
  async verify(userName: string, password: string, exempt: boolean): Promise<Verification> {
    const { rows, hasher } = this.#options;
    const requested = rows.byName(userName);
    let matches: boolean;
    try {
      matches = await hasher.verify(password, requested?.password ?? null);
    } catch (error) {
      if (error instanceof AccountError && error.reason === 'busy') return { ok: false, reason: 'busy' };
      throw error;
    }
    // The row is read again: guesses that were checked at the same time must not evade the lock.
    const row = requested && rows.get(requested.id);
    if (row === undefined) return { ok: false, reason: 'unknown-user' };
    if (this.#isLocked(row) && !exempt) return { ok: false, reason: 'locked' };
    if (!matches || row.password !== requested?.password) {
      this.#countFailure(row);
      return { ok: false, reason: 'wrong-password' };
    }
    if (!row.enabled) return { ok: false, reason: 'disabled' };
    // A success writes only when there are failures to clear. An exempt login leaves the lock in force for others.
    if (row.failures > 0 && !this.#isLocked(row)) rows.putBestEffort({ ...row, ...noFailures });
    if (hasher.isOutdated(row.password)) this.#renewHash(row, password).catch(reportDefect);
    return { ok: true, account: accountOf(row, this.#options.policy(), this.#options.clock.now()) };
  }

  #isLocked(row: AccountRow): boolean {
    return isLocked(row, this.#options.policy(), this.#options.clock.now());
  }

  #countFailure(row: AccountRow): void {
    const { rows, clock, policy, locked } = this.#options;
    const after = afterFailure(row, policy(), clock.now());
    if (after === row) return;
    const locks = after.lockedAt !== null;
    const counted = { ...row, ...after, revision: locks ? rows.nextRevision(row) : row.revision };
    rows.putBestEffort(counted);
    if (locks) locked(counted);
  }

  /** Hashes a verified password again, at the present cost. When the hasher is busy, the next login does so. */
  async #renewHash(row: AccountRow, password: string): Promise<void> {
    const { rows, hasher } = this.#options;
    try {
      const renewed = await hasher.hash(password);
      const current = rows.get(row.id);
      if (current?.password === row.password) rows.putBestEffort({ ...current, password: renewed });
    } catch (error) {
      if (!(error instanceof AccountError)) throw error;
    }
  }
}
