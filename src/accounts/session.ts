/** A login session, and the policy by which sessions expire. */
import { AccountError } from './account-error.ts';

export interface Session {
  readonly id: string;
  readonly accountId: string;
  readonly userName: string;
  readonly clientAddress: string;
  /** What the client said it is for. */
  readonly context: string | null;
  readonly createdAt: Date;
}

export interface SessionPolicy {
  /** Seconds without a request that end a session. */
  readonly idleTimeout: number;
  /** Seconds that end a session however busy it is; null for no such end. */
  readonly absoluteTimeout: number | null;
}

export interface SessionChange {
  readonly kind: 'created' | 'ended';
  readonly session: Session;
  /** Why it ended; null for one that was created. */
  readonly reason: 'deleted' | 'expired' | 'evicted' | 'account' | null;
}

/** Range of SessionService.SessionTimeout and AbsoluteSessionTimeout, seconds (SessionService.v1_2_0). */
export const sessionTimeoutRange = { min: 30, max: 86_400 } as const;
export const policyKey = 'sessions.policy';
export const defaultPolicy: SessionPolicy = { idleTimeout: 1800, absoluteTimeout: null };

/** @throws AccountError `value` */
export function checkPolicy(policy: SessionPolicy): SessionPolicy {
  const { min, max } = sessionTimeoutRange;
  const isGood = (value: unknown) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  const refuse = (property: string) =>
    new AccountError(
      'value',
      property,
      `${property} must be a whole number of seconds from ${min} to ${max}`,
    );
  if (!isGood(policy.idleTimeout)) throw refuse('SessionTimeout');
  if (policy.absoluteTimeout !== null && !isGood(policy.absoluteTimeout))
    throw refuse('AbsoluteSessionTimeout');
  return policy;
}

/** A stored policy; undefined for what is none. @throws AccountError `value` */
export function decodePolicy(value: unknown): SessionPolicy | undefined {
  return typeof value === 'object' && value !== null
    ? checkPolicy({ ...defaultPolicy, ...value })
    : undefined;
}
