/** The policy of AccountService, and the checks of a password against it. */
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
  /** Seconds after the last failure at which the counter resets; at most `lockoutDuration`. */
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
  if (policy.lockoutCounterResetAfter > policy.lockoutDuration) {
    const { property } = policyRules.lockoutCounterResetAfter;
    throw new AccountError('value', property, `${property} must not be longer than AccountLockoutDuration`);
  }
  return policy;
}

/** Converts a stored policy. @throws AccountError `value` when a value is out of range */
export const decodePolicy: Decoder<AccountPolicy> = (value) =>
  typeof value === 'object' && value !== null ? checkPolicy({ ...defaultPolicy, ...value }) : undefined;

/** The most common passwords, in the form that `essences` returns. */
const obvious: ReadonlySet<string> = new Set(
  `password passw0rd p@ssw0rd p@ssword pa55word pa$$word pa$$w0rd qwerty qwertyuiop qwertz azerty asdfghjkl zxcvbnm
   1q2w3e4r 1qaz2wsx q1w2e3r4 abc abcd abcdef abcdefgh abcdefghij admin administrator adminadmin root rootroot toor
   letmein welcome changeme change-me changeit default secret superuser operator readonly redfish redfishd openbmc
   0penbmc bmc ipmi calvin supermicro server opencompute tiogapass monkey dragon iloveyou sunshine football baseball
   trustno guest test testtest user username service system login master manager`.split(/\s+/),
);

/** Returns the lower-case password: whole, without a trailing affix, and without affixes of digits and signs. */
function essences(password: string): string[] {
  const lower = password.toLowerCase();
  const word = lower.replace(/[^a-z]+$/, '');
  return [lower, word, word.replace(/^[^a-z]+/, '')];
}

/** Checks length and guessability of a password; reuse is checked elsewhere. @throws AccountError `password-…` */
export function checkPassword(password: string, userName: string, policy: AccountPolicy): void {
  const refuse = (reason: AccountError['reason'], message: string) =>
    new AccountError(reason, 'Password', message);
  const length = [...password].length;
  if (length < policy.minPasswordLength) {
    const message = `the password must have at least ${policy.minPasswordLength} characters`;
    throw refuse('password-too-short', message);
  }
  if (length > policy.maxPasswordLength) {
    throw refuse(
      'password-too-long',
      `the password must have at most ${policy.maxPasswordLength} characters`,
    );
  }
  const words = essences(password);
  if (words.includes(userName.toLowerCase())) {
    throw refuse('password-obvious', 'the password must not be the user name');
  }
  if (words.some((word) => obvious.has(word)) || isRun(password.toLowerCase())) {
    throw refuse(
      'password-obvious',
      'the password is among the first that anyone would guess; choose another',
    );
  }
}

/** Whether a text repeats one character or counts up or down: `aaaaaaaa`, `12345678`, `87654321`, `1234567890`. */
function isRun(text: string): boolean {
  const steps = new Set(
    [...text].slice(1).map((character, at) => character.charCodeAt(0) - text.charCodeAt(at)),
  );
  steps.delete(-9); // from 9 on to 0
  return steps.size <= 1 && (steps.size === 0 || [-1, 0, 1].some((step) => steps.has(step)));
}
