/** When failed logins lock an account, and when the lock ends. */
import type { AccountPolicy } from './account-policy.ts';

/** What an account remembers of failed logins. Times are milliseconds since 1970. */
export interface LoginFailures {
  readonly failures: number;
  readonly lastFailure: number;
  readonly lockedAt: number | null;
}

export const noFailures = { failures: 0, lockedAt: null } as const;

/** Whether too many failures keep the account shut now. */
export function isLocked({ lockedAt }: LoginFailures, policy: AccountPolicy, now: number): boolean {
  if (lockedAt === null || policy.lockoutThreshold === 0) return false;
  const age = now - lockedAt;
  return age >= 0 && age < policy.lockoutDuration * 1000;
}

/** One failure more; counting begins anew after a lock or a long pause. */
export function afterFailure(before: LoginFailures, policy: AccountPolicy, now: number): LoginFailures {
  if (policy.lockoutThreshold === 0 || policy.lockoutDuration === 0) return before;
  const pause = now - before.lastFailure;
  const goesOn = before.lockedAt === null && pause >= 0 && pause < policy.lockoutCounterResetAfter * 1000;
  const failures = goesOn ? before.failures + 1 : 1;
  return { failures, lastFailure: now, lockedAt: failures >= policy.lockoutThreshold ? now : null };
}
