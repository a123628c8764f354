/** The policy of AccountService: values, ranges, changes. */
import type { Decoder } from '../store/settings.ts';
import { AccountError } from './account-error.ts';

/** The writable values of AccountService; `policyRules` has their Redfish names and ranges. */
export interface AccountPolicy {
  readonly minPasswordLength: number;
  readonly maxPasswordLength: number;
  /** Failed logins that lock an account; 0: never. */
  readonly lockoutThreshold: number;
  /** Duration of a lock, seconds; 0: accounts are not locked. */
  readonly lockoutDuration: number;
  /** Seconds after the last failure at which the counter resets; at most `lockoutDuration`, unless that is 0. */
  readonly lockoutCounterResetAfter: number;
  /** Days until a new password expires; null: never. */
  readonly passwordExpirationDays: number | null;
  /** Number of former passwords that are refused as a new one. */
  readonly passwordHistory: number;
}

export const defaultPolicy: AccountPolicy = {
  minPasswordLength: 8,
  maxPasswordLength: 128,
  lockoutThreshold: 10,
  lockoutDuration: 300,
  lockoutCounterResetAfter: 300,
  passwordExpirationDays: null,
  passwordHistory: 0,
};

interface Rule {
  readonly property: string;
  readonly min: number;
  readonly max: number;
  readonly nullable?: true;
}

/** Redfish property and range of each value. Each remembered password costs one hash at a password change. */
export const policyRules: Readonly<Record<keyof AccountPolicy, Rule>> = {
  minPasswordLength: { property: 'MinPasswordLength', min: 8, max: 64 },
  maxPasswordLength: { property: 'MaxPasswordLength', min: 64, max: 256 },
  lockoutThreshold: { property: 'AccountLockoutThreshold', min: 0, max: 1000 },
  lockoutDuration: { property: 'AccountLockoutDuration', min: 0, max: 86_400 },
  lockoutCounterResetAfter: { property: 'AccountLockoutCounterResetAfter', min: 0, max: 86_400 },
  passwordExpirationDays: { property: 'PasswordExpirationDays', min: 1, max: 3650, nullable: true },
  passwordHistory: { property: 'EnforcePasswordHistoryCount', min: 0, max: 5 },
};

/** Returns the policy when its values are in range. @throws AccountError `value`, with the property */
export function checkPolicy(policy: AccountPolicy): AccountPolicy {
  for (const [name, rule] of Object.entries(policyRules)) {
    const value: unknown = policy[name as keyof AccountPolicy];
    if (value === null && rule.nullable) continue;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < rule.min || value > rule.max) {
      const range = `a whole number from ${rule.min} to ${rule.max}${rule.nullable ? ', or null' : ''}`;
      throw new AccountError('value', rule.property, `${rule.property} must be ${range}`);
    }
  }
  if (policy.lockoutDuration > 0 && policy.lockoutCounterResetAfter > policy.lockoutDuration) {
    const { property } = policyRules.lockoutCounterResetAfter;
    const other = policyRules.lockoutDuration.property;
    throw new AccountError('conflict', property, `${property} must not be longer than ${other}`, other);
  }
  return policy;
}

/**
 * The policy after a change. A shorter lock brings the time of its counter down with it, unless the change names that too:
 * a client that sets the duration alone cannot know of the other.
 * @throws AccountError `value`, `conflict`
 */
export function changedPolicy(policy: AccountPolicy, patch: Partial<AccountPolicy>): AccountPolicy {
  const { lockoutDuration: duration, lockoutCounterResetAfter: named } = patch;
  const follows = duration !== undefined && duration > 0 && named === undefined;
  const lockoutCounterResetAfter = follows
    ? Math.min(policy.lockoutCounterResetAfter, duration)
    : (named ?? policy.lockoutCounterResetAfter);
  return checkPolicy({ ...policy, ...patch, lockoutCounterResetAfter });
}

/** Converts a stored policy. @throws AccountError `value` when a value is out of range */
export const decodePolicy: Decoder<AccountPolicy> = (value) =>
  typeof value === 'object' && value !== null ? checkPolicy({ ...defaultPolicy, ...value }) : undefined;
