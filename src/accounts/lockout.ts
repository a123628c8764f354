/** The lock of an account after failed logins. Pure; times are milliseconds since 1970. */
import type { AccountPolicy } from './account-policy.ts';

/** The failed logins of an account. */
export interface LoginFailures {
  readonly failures: number;
  readonly lastFailure: number;
  readonly lockedAt: number | null;
}

export const noFailures = { failures: 0, lockedAt: null } as const;

/** Whether the account is locked now. A clock that stepped back behind the lock ends it. */
export function isLocked({ lockedAt }: LoginFailures, policy: AccountPolicy, now: number): boolean {
  if (lockedAt === null || policy.lockoutThreshold === 0) return false;
  const age = now - lockedAt;
  return age >= 0 && age < policy.lockoutDuration * 1000;
}

/** Returns the state after one more failure. The counter restarts at 1 after a lock, or `lockoutCounterResetAfter`. */
export function afterFailure(before: LoginFailures, policy: AccountPolicy, now: number): LoginFailures {
  if (policy.lockoutThreshold === 0 || policy.lockoutDuration === 0) return before;
  const pause = now - before.lastFailure;
  const continues = before.lockedAt === null && pause >= 0 && pause < policy.lockoutCounterResetAfter * 1000;
  const failures = continues ? before.failures + 1 : 1;
  return { failures, lastFailure: now, lockedAt: failures >= policy.lockoutThreshold ? now : null };
}
