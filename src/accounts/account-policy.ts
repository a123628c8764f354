/** Rules for passwords and lockout that an administrator sets. */
import type { Decoder } from '../store/settings.ts';
import { AccountError } from './account-error.ts';

/** What AccountService lets an administrator set; the Redfish names are in `properties` below. */
export interface AccountPolicy {
  readonly minPasswordLength: number;
  readonly maxPasswordLength: number;
  /** Failed logins that lock an account; 0 never locks. */
  readonly lockoutThreshold: number;
  /** Seconds that an account stays locked; 0 never locks. */
  readonly lockoutDuration: number;
  /** Seconds after the last failure when counting begins anew; at most the duration. */
  readonly lockoutCounterResetAfter: number;
  /** Days that a new password lasts; null for ever. */
  readonly passwordExpirationDays: number | null;
  /** Passwords of the past that may not be used again. */
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

/** Redfish property and range of each value of the policy. A history entry costs a hash at every password change. */
export const policyRules: Readonly<Record<keyof AccountPolicy, Rule>> = {
  minPasswordLength: { property: 'MinPasswordLength', min: 8, max: 64 },
  maxPasswordLength: { property: 'MaxPasswordLength', min: 64, max: 256 },
  lockoutThreshold: { property: 'AccountLockoutThreshold', min: 0, max: 1000 },
  lockoutDuration: { property: 'AccountLockoutDuration', min: 0, max: 86_400 },
  lockoutCounterResetAfter: { property: 'AccountLockoutCounterResetAfter', min: 0, max: 86_400 },
  passwordExpirationDays: { property: 'PasswordExpirationDays', min: 1, max: 3650, nullable: true },
  passwordHistory: { property: 'EnforcePasswordHistoryCount', min: 0, max: 5 },
};

/** @throws AccountError `value`, with the property that is out of range */
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

/** Reads a stored policy; one that breaks the rules is no policy. */
export const decodePolicy: Decoder<AccountPolicy> = (value) =>
  typeof value === 'object' && value !== null ? checkPolicy({ ...defaultPolicy, ...value }) : undefined;

/** Passwords that any guesser tries first, reduced as `essences` does. */
const obvious: ReadonlySet<string> = new Set(
  `password passw0rd p@ssw0rd p@ssword pa55word pa$$word pa$$w0rd qwerty qwertyuiop qwertz azerty asdfghjkl zxcvbnm
   1q2w3e4r 1qaz2wsx q1w2e3r4 abc abcd abcdef abcdefgh abcdefghij admin administrator adminadmin root rootroot toor
   letmein welcome changeme change-me changeit default secret superuser operator readonly redfish redfishd openbmc
   0penbmc bmc ipmi calvin supermicro server opencompute tiogapass monkey dragon iloveyou sunshine football baseball
   trustno guest test testtest user username service system login master manager`.split(/\s+/),
);

/** A password without case, and without the digits and signs that people put after a word, or around it. */
function essences(password: string): string[] {
  const lower = password.toLowerCase();
  const word = lower.replace(/[^a-z]+$/, '');
  return [lower, word, word.replace(/^[^a-z]+/, '')];
}

/** Checks what can be told from the password alone. @throws AccountError `password-…` */
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

/** One character again and again, or digits that count up or down: `aaaaaaaa`, `12345678`, `87654321`, `1234567890`. */
function isRun(text: string): boolean {
  const steps = new Set(
    [...text].slice(1).map((character, at) => character.charCodeAt(0) - text.charCodeAt(at)),
  );
  steps.delete(-9); // from 9 on to 0
  return steps.size <= 1 && (steps.size === 0 || [-1, 0, 1].some((step) => steps.has(step)));
}

const day = 86_400_000;

/**
 * When a password that is set at `now` expires, milliseconds since 1970; null for never.
 * @param given what the client asks for; undefined for what the policy says
 */
export function passwordExpiry(
  policy: AccountPolicy,
  given: Date | null | undefined,
  now: number,
): number | null {
  if (given !== undefined) return given === null ? null : given.getTime();
  const days = policy.passwordExpirationDays;
  return days === null ? null : now + days * day;
}
