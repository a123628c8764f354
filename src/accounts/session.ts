/** A login session as callers see it, its changes, and the policy of session lifetimes. */
import { AccountError } from './account-error.ts';

export interface Session {
  readonly id: string;
  readonly accountId: string;
  readonly userName: string;
  readonly clientAddress: string;
  /** Free text of the client (Session.Context). */
  readonly context: string | null;
  readonly createdAt: Date;
}

export interface SessionChange {
  readonly kind: 'created' | 'ended';
  readonly session: Session;
  /** Why the session ended; null for `created`. */
  readonly reason: 'deleted' | 'expired' | 'evicted' | 'account' | null;
}

export interface SessionPolicy {
  /** Seconds without a request after which a session ends. */
  readonly idleTimeout: number;
  /** Seconds after creation at which a session ends, in use or not; null: never. */
  readonly absoluteTimeout: number | null;
}

/** Range of SessionService.SessionTimeout and AbsoluteSessionTimeout, seconds (SessionService.v1_2_0). */
export const sessionTimeoutRange = { min: 30, max: 86_400 } as const;

export const defaultSessionPolicy: SessionPolicy = { idleTimeout: 1800, absoluteTimeout: null };

/** Returns the policy when its values are in range. @throws AccountError `value`, with the property */
export function checkSessionPolicy(policy: SessionPolicy): SessionPolicy {
  const { min, max } = sessionTimeoutRange;
  const isInRange = (value: unknown) =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  const refuse = (property: string) =>
    new AccountError(
      'value',
      property,
      `${property} must be a whole number of seconds from ${min} to ${max}`,
    );
  if (!isInRange(policy.idleTimeout)) throw refuse('SessionTimeout');
  if (policy.absoluteTimeout !== null && !isInRange(policy.absoluteTimeout))
    throw refuse('AbsoluteSessionTimeout');
  return policy;
}

/** Converts a stored policy. @throws AccountError `value` when a value is out of range */
export function decodeSessionPolicy(value: unknown): SessionPolicy | undefined {
  return typeof value === 'object' && value !== null
    ? checkSessionPolicy({ ...defaultSessionPolicy, ...value })
    : undefined;
}
